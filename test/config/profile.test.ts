import { expect } from 'chai';
import { type GatewayConfig, loadConfig } from '../../src/config/load.js';
import { testAdapters } from './adapters.js';
import { tempFolder } from './tempFolder.js';

const channel = (keys: string) =>
  `tracker: { adapter: embedded }\nchannels:\n  three: { adapter: smpp, host: a, systemId: b, password: c, ${keys} }\n`;

describe('a profile', () => {
  const folder = tempFolder();

  before(() => {
    folder.write(
      'phones/slow.yaml',
      'throughputPerSecond: 5\nwindow: 3\nlimits: { binds: 2, throughputPerSecond: 9 }\n',
    );
    folder.write('elsewhere/fast.yaml', 'throughputPerSecond: 500\n');
    folder.write('phones/number.yaml', 'window: many\nenquireLinkSeconds: 5\nreceits: true\n');
    folder.write('phones/private.yaml', 'window: 2\npassword: rahasia\n');
    folder.write('phones/reference.yaml', `window: 2\nlimits:\n  binds: "\${BINDS}"\n`);
    folder.write('phones/list.yaml', '- window\n');
    folder.write('phones/twice.yaml', 'window: 2\nwindow: 3\n');
  });

  function load(keys: string, env: Record<string, string> = {}) {
    return loadConfig({ file: folder.write('gateway.yaml', channel(keys)), env, adapters: testAdapters });
  }

  function loaded(keys: string, env: Record<string, string> = {}): GatewayConfig {
    const result = load(keys, env);
    if (!result.ok) throw new Error(JSON.stringify(result.faults));
    return result.config;
  }

  /** `file:line key: message`, the folder left out. */
  function faults(keys: string): string[] {
    const result = load(keys);
    if (result.ok) return [];
    return result.faults.map((f) => `${f.file.replace(`${folder.path('.')}/`, '')}:${f.line} ${f.key}: ${f.message}`);
  }

  const good: ReadonlyArray<{ label: string; keys: string; config: object; env?: Record<string, string> }> = [
    {
      label: 'gives its keys to the channel',
      keys: 'profile: slow',
      config: { throughputPerSecond: 5, window: 3, limits: { binds: 2, throughputPerSecond: 9 } },
    },
    { label: 'gives way to a key of the channel', keys: 'profile: slow, window: 7', config: { window: 7 } },
    {
      label: 'is joined with a block of the channel key by key',
      keys: 'profile: slow, limits: { binds: 4 }',
      config: { limits: { binds: 4, throughputPerSecond: 9 } },
    },
    {
      label: 'gives way to what comes out of the environment',
      keys: `profile: slow, window: "\${WINDOW}"`,
      env: { WINDOW: '8' },
      config: { window: 8, throughputPerSecond: 5 },
    },
    { label: 'is found by its path', keys: 'profile: elsewhere/fast.yaml', config: { throughputPerSecond: 500 } },
  ];
  for (const c of good) {
    it(c.label, () => {
      expect(loaded(c.keys, c.env).channels.get('three')?.config).to.deep.include(c.config);
    });
  }

  it('is told by its file', () => {
    expect(loaded('profile: slow').channels.get('three')?.profileFile).to.equal(folder.path('phones/slow.yaml'));
    expect(loaded('window: 3').channels.get('three')?.profileFile).to.equal(null);
  });

  const bad: ReadonlyArray<{ label: string; keys: string; faults: readonly (string | RegExp)[] }> = [
    {
      label: 'that nobody knows, with the nearest name',
      keys: 'profile: slwo',
      faults: [
        /^gateway\.yaml:3 channels\.three\.profile: unknown profile `slwo`; expected .*; did you mean `slow`\?$/,
      ],
    },
    {
      label: 'of a path that leads nowhere',
      keys: 'profile: ./nowhere.yaml',
      faults: ['nowhere.yaml:1 : cannot be read: there is no such file'],
    },
    {
      label: 'with bad values: file and line are its own',
      keys: 'profile: number',
      faults: [
        'phones/number.yaml:1 window: expected a number, found a text',
        'phones/number.yaml:3 receits: unknown key `receits`; did you mean `receipts`?',
      ],
    },
    {
      label: 'with bad values, and a bad one of the channel',
      keys: 'profile: number, window: 5, port: x',
      faults: [
        'gateway.yaml:3 channels.three.port: expected a number, found a text',
        'phones/number.yaml:3 receits: unknown key `receits`; did you mean `receipts`?',
      ],
    },
    {
      label: 'with a key that belongs to one channel',
      keys: 'profile: private',
      faults: [
        'phones/private.yaml:2 password: belongs to one channel, not in a profile that channels share: move it there',
      ],
    },
    {
      label: 'with a reference',
      keys: 'profile: reference',
      faults: [/^phones\/reference\.yaml:3 limits\.binds: a profile has no references/],
    },
    {
      label: 'that is no block',
      keys: 'profile: list',
      faults: ['phones/list.yaml:1 : a profile is a block of keys, as a channel has them'],
    },
    {
      label: 'that is no YAML that we take',
      keys: 'profile: twice',
      faults: [/^phones\/twice\.yaml:2 window: .*twice/],
    },
    { label: 'that is a number', keys: 'profile: 5', faults: [/channels\.three\.profile: expected a text, found 5$/] },
  ];
  for (const c of bad) {
    it(c.label, () => {
      const found = faults(c.keys);
      expect(found).to.have.lengthOf(c.faults.length);
      c.faults.forEach((fault, index) => {
        if (typeof fault === 'string') expect(found[index]).to.equal(fault);
        else expect(found[index]).to.match(fault);
      });
    });
  }

  it('has its faults told once, however many channels share it', () => {
    const yaml = `${channel('profile: private')}  four: { adapter: smpp, host: a, systemId: b, password: c, profile: private }\n`;
    const result = loadConfig({ file: folder.write('shared.yaml', yaml), env: {}, adapters: testAdapters });
    expect(result.ok ? [] : result.faults).to.have.lengthOf(1);
  });

  it('never shows what stands in it', () => {
    expect(faults('profile: private').join()).not.to.contain('rahasia');
  });
});

describe('what an adapter finds', () => {
  const folder = tempFolder();

  it('is a fault or a warning, at the key', () => {
    const yaml = channel('sessions: 9, window: 900');
    const result = loadConfig({ file: folder.write('gateway.yaml', yaml), env: {}, adapters: testAdapters });
    expect(result.ok ? [] : result.faults.map(({ key, message }) => [key, message])).to.deep.equal([
      ['channels.three.sessions', 'too many'],
    ]);
    const odd = loadConfig({
      file: folder.write('odd.yaml', channel('window: 900')),
      env: {},
      adapters: testAdapters,
    });
    expect(odd.ok ? odd.warnings.map(({ key, line }) => [key, line]) : []).to.deep.equal([
      ['channels.three.window', 3],
    ]);
  });
});
