import { mkdirSync, symlinkSync } from 'node:fs';
import { expect } from 'chai';
import { loadAdapterPackage } from '../../src/config/adapterPackage.js';
import { packagedFile } from '../../src/config/env.js';
import { loadConfig } from '../../src/config/load.js';
import { channelPortVersion } from '../../src/ports/channel.js';
import { testAdapters } from './adapters.js';
import { tempFolder } from './tempFolder.js';

/** An adapter as somebody else would write it: plain JavaScript over the kit that the gateway exports. */
const demo = `
import { channelPortVersion, parseWith } from 'lapor-gateway/kit';
const schema = { safeParse: (raw) => typeof raw?.word === 'string'
  ? { success: true, data: raw }
  : { success: false, error: { issues: [{ code: 'custom', path: ['word'], message: 'expected a word' }] } } };
export const portVersion = channelPortVersion;
export const channelAdapter = {
  name: 'demo',
  medium: 'demo',
  parseConfig: (raw) => parseWith(schema, raw),
  secrets: ({ word }) => [word],
  address: () => 'demo',
  create: () => { throw new Error('no channel is created while a config is read'); },
};
`;

const adapterOf = (portVersion: string, adapter = '{ name: "a", medium: "b" }') =>
  `export const portVersion = ${portVersion};\nexport const channelAdapter = ${adapter};\n`;

describe('adapters in npm packages', () => {
  const folder = tempFolder();

  before(() => {
    install('lapor-channel-demo', demo);
    // As npm installs the gateway beside an adapter that names it as its peer.
    symlinkSync(packagedFile(), folder.path('node_modules/lapor-gateway'));
  });

  function install(name: string, code: string, more: object = { exports: './index.js' }): void {
    mkdirSync(folder.path(`node_modules/${name}`), { recursive: true });
    folder.write(`node_modules/${name}/package.json`, JSON.stringify({ name, type: 'module', ...more }));
    folder.write(`node_modules/${name}/index.js`, code);
  }

  function config(channel: string) {
    const text = `tracker: { adapter: embedded }\nchannels:\n  demo: ${channel}\n`;
    return loadConfig({ file: folder.write('gateway.yaml', text), env: {}, adapters: testAdapters });
  }

  it('are named in the config, and check their blocks as any other', () => {
    const loaded = config('{ adapter: "npm:lapor-channel-demo", word: rahasia17 }');
    if (!loaded.ok) throw new Error(JSON.stringify(loaded.faults));
    expect(loaded.config.channels.get('demo')?.adapter.name).to.equal('demo');
    expect(loaded.config.secrets).to.include('rahasia17');
    const faulty = config('{ adapter: "npm:lapor-channel-demo", word: 7 }');
    expect(faulty.ok ? [] : faulty.faults.map(({ key, message }) => `${key}: ${message}`)).to.deep.equal([
      'channels.demo.word: expected a word',
    ]);
  });

  it('that do not fit are told at the key that names them', () => {
    const loaded = config('{ adapter: "npm:lapor-channel-nowhere" }');
    expect(loaded.ok ? [] : loaded.faults).to.deep.include.members([
      {
        file: folder.path('gateway.yaml'),
        line: 3,
        column: 11,
        key: 'channels.demo.adapter',
        message:
          'the package lapor-channel-nowhere is not installed: `npm install lapor-channel-nowhere` beside this config, or the gateway',
      },
    ]);
  });

  const misfits: readonly { readonly label: string; readonly code: string; readonly says: string }[] = [
    {
      label: 'nothing of an adapter',
      code: 'export const x = 1;',
      says: 'does not export portVersion and channelAdapter',
    },
    {
      label: 'another version of the port',
      code: adapterOf(String(channelPortVersion + 1)),
      says: `is made for version ${channelPortVersion + 1} of the channel port, and this gateway has version ${channelPortVersion}`,
    },
    { label: 'a version in words', code: adapterOf('"1"'), says: 'is made for version 1 of the channel port' },
    {
      label: 'half an adapter',
      code: adapterOf(String(channelPortVersion)),
      says: 'lacks parseConfig, secrets, address, create',
    },
    {
      label: 'no adapter in its place',
      code: adapterOf(String(channelPortVersion), 'null'),
      says: 'lacks name, medium',
    },
    { label: 'a fault', code: 'throw new Error("broken\\nsecond line");', says: 'could not be loaded: broken' },
  ];
  for (const [index, { label, code, says }] of misfits.entries()) {
    it(`are refused with ${label}`, () => {
      install(`misfit-${index}`, code);
      const loaded = loadAdapterPackage(`npm:misfit-${index}`, folder.path(''));
      expect(loaded).to.have.property('message').that.includes(says).and.includes(`misfit-${index}`);
    });
  }

  const broken: readonly { readonly label: string; readonly methods: string; readonly says: string }[] = [
    {
      label: 'throws at the block',
      methods: 'parseConfig() { throw new RangeError("rahasia17"); }',
      says: 'parseConfig threw RangeError',
    },
    { label: 'answers nothing to the block', methods: 'parseConfig() {}', says: 'parseConfig threw TypeError' },
    {
      label: 'names no faults',
      methods: 'parseConfig: () => ({ ok: false })',
      says: 'parseConfig did not do what it promises',
    },
    { label: 'names no secrets', methods: 'secrets() {}', says: 'secrets did not do what it promises' },
    { label: 'throws at its secrets', methods: 'secrets() { throw 17; }', says: 'secrets did not do what it promises' },
    {
      label: 'throws at the whole',
      methods: 'inspect() { throw new Error("rahasia17"); }',
      says: 'inspect threw Error',
    },
  ];
  for (const [index, { label, methods, says }] of broken.entries()) {
    it(`are told at the key that names them where one ${label}, without its words`, () => {
      const sound =
        'name: "a", medium: "b", parseConfig: (config) => ({ ok: true, config }), secrets: () => [], address: () => "a", create() {}';
      install(`broken-${index}`, adapterOf(String(channelPortVersion), `{ ${sound}, ${methods} }`));
      const loaded = config(`{ adapter: "npm:broken-${index}", token: rahasia17 }`);
      expect(loaded.ok ? [] : loaded.faults.map(({ key, line, message }) => ({ key, line, message }))).to.deep.equal([
        { key: 'channels.demo.adapter', line: 3, message: `this adapter is broken: its ${says}; ask who made it` },
      ]);
    });
  }

  it('are refused where their exports lead nowhere', () => {
    install('leads-nowhere', '', { exports: './gone.js' });
    expect(loadAdapterPackage('npm:leads-nowhere', folder.path('')))
      .to.have.property('message')
      .that.includes('could not be loaded');
  });

  for (const name of ['../demo', './demo', '/etc/passwd', 'node:fs', '@scope', '']) {
    it(`are named, not pointed at: npm:${name}`, () => {
      expect(loadAdapterPackage(`npm:${name}`, folder.path('')))
        .to.have.property('message')
        .that.includes('expected the name of a package');
    });
  }

  it('have the suite that ours must pass', async () => {
    const suite = 'lapor-gateway/conformance';
    expect(await import(suite)).to.have.property('describeChannelConformance');
  });
});
