import { execFileSync } from 'node:child_process';
import { expect } from 'chai';
import { inspectChannels } from '../../../../adapters/channels/smpp/inspect.js';
import { adapters } from '../../../../src/compose.js';
import { loadConfig } from '../../../../src/config/load.js';
import { tempFolder } from '../../../config/tempFolder.js';
import { parse } from './rig.js';

type Changes = Readonly<Record<string, unknown>>;

/** `severity channel.path`, of channels that differ from a good one by these keys. */
function found(...channels: readonly Changes[]): string[] {
  const named = channels.map((changes, index) => [`c${index + 1}`, parse(changes)] as const);
  return inspectChannels(new Map(named)).map((each) => `${each.severity} ${each.channel}.${each.path.join('.')}`);
}

describe('what check finds in SMPP channels', () => {
  const limits = { throughputPerSecond: 50, binds: 2 };
  const cases: ReadonlyArray<{ label: string; channels: readonly Changes[]; found: readonly string[] }> = [
    { label: 'nothing without limits', channels: [{ sessions: 8, throughputPerSecond: 900 }], found: [] },
    { label: 'nothing at the limit', channels: [{ throughputPerSecond: 50, sessions: 2, limits }], found: [] },
    {
      label: 'a throughput over the limit',
      channels: [{ throughputPerSecond: 51, limits }],
      found: ['fault c1.throughputPerSecond'],
    },
    {
      label: 'more sessions than binds',
      channels: [{ throughputPerSecond: 5, sessions: 3, limits }],
      found: ['fault c1.sessions'],
    },
    {
      label: 'separate binds, which count twice',
      channels: [{ throughputPerSecond: 5, sessions: 2, bind: 'separate', limits }],
      found: ['fault c1.bind'],
    },
    {
      label: 'two channels on one account, together over the limit',
      channels: [
        { throughputPerSecond: 5, sessions: 2, limits },
        { throughputPerSecond: 5, limits },
      ],
      found: ['fault c2.sessions'],
    },
    {
      label: 'the stricter of two limits, in whichever of the channels',
      channels: [{ sessions: 2 }, { throughputPerSecond: 5, limits }],
      found: ['fault c2.sessions'],
    },
    {
      label: 'a shared host among several, in capitals',
      channels: [
        { throughputPerSecond: 5, sessions: 2, limits, host: undefined, hosts: ['a.example', 'b.example'] },
        { throughputPerSecond: 5, limits, host: undefined, hosts: ['x.example', 'B.EXAMPLE'] },
      ],
      found: ['fault c2.sessions'],
    },
    {
      label: 'nothing where two channels have accounts of their own',
      channels: [
        { throughputPerSecond: 5, sessions: 2, limits },
        { throughputPerSecond: 5, sessions: 2, limits, systemId: 'other' },
        { throughputPerSecond: 5, sessions: 2, limits, port: 2776 },
      ],
      found: [],
    },
    {
      label: 'an address that is a long number',
      channels: [{ address: '628111111708' }],
      found: ['warning c1.address'],
    },
    { label: 'an address that is a name', channels: [{ address: 'LAPOR' }], found: ['warning c1.address'] },
    {
      label: 'nothing in short codes',
      channels: [{ address: '1708' }, { address: '*123' }, { address: '99' + '1' }],
      found: [],
    },
  ];
  for (const c of cases) it(c.label, () => expect(found(...c.channels)).to.deep.equal(c.found));

  it('names the other channels, and what the telco would answer', () => {
    const one = parse({ throughputPerSecond: 5, sessions: 2, limits });
    const [finding] = inspectChannels(
      new Map([
        ['telkomsel', one],
        ['uji', one],
      ]),
    );
    expect(finding?.message).to.match(/^4 binds, with `telkomsel` on the same systemId and host, .* 2: .*ESME_RALYBND/);
  });

  describe('files of tls', () => {
    const folder = tempFolder();

    before(() => {
      const openssl = (...args: string[]) => execFileSync('openssl', args, { stdio: 'ignore' });
      const made = (name: string, days: string) =>
        openssl(
          'req',
          '-x509',
          '-newkey',
          'rsa:2048',
          '-nodes',
          '-subj',
          '/CN=uji',
          '-days',
          days,
          '-keyout',
          folder.path(`${name}.key`),
          '-out',
          folder.path(`${name}.pem`),
        );
      made('good', '400');
      made('soon', '5');
      folder.write('text.pem', 'no certificate\n');
    });

    function tls(block: Changes) {
      const named = Object.fromEntries(
        Object.entries(block).map(([key, value]) => [
          key,
          Array.isArray(value) ? value.map((name: string) => folder.path(name)) : folder.path(String(value)),
        ]),
      );
      const config = parse({ tls: named });
      return inspectChannels(new Map([['c1', config]])).map(
        ({ severity, path, message }) => `${severity} ${path.join('.')}: ${message.replace(folder.path('.'), '')}`,
      );
    }

    const files: ReadonlyArray<{ label: string; block: Changes; found: readonly RegExp[] }> = [
      { label: 'that are right', block: { ca: ['good.pem'], cert: 'good.pem', key: 'good.key' }, found: [] },
      {
        label: 'that are missing, each',
        block: { ca: ['good.pem', 'none.pem'], cert: 'none.pem', key: 'none.key' },
        found: [
          /^fault tls\.ca: .*none\.pem cannot be read: there is no such file/,
          /^fault tls\.cert: /,
          /^fault tls\.key: /,
        ],
      },
      {
        label: 'that hold something else',
        block: { cert: 'text.pem', key: 'good.pem' },
        found: [/^fault tls\.cert: holds no certificate/, /^fault tls\.key: holds no private key/],
      },
      {
        label: 'that will soon expire',
        block: { cert: 'soon.pem', key: 'soon.key' },
        found: [/^warning tls\.cert: the certificate expires on .*, in \d days/],
      },
    ];
    for (const c of files) {
      it(c.label, () => {
        const told = tls(c.block);
        expect(told).to.have.lengthOf(c.found.length);
        for (const [index, pattern] of c.found.entries()) expect(told[index]).to.match(pattern);
      });
    }
  });

  describe('through the config file', () => {
    const folder = tempFolder();

    function faults(yaml: string, env: Record<string, string> = {}): string[] {
      const file = folder.write('gateway.yaml', `tracker: { adapter: embedded }\nchannels:\n${yaml}`);
      const result = loadConfig({ file, env, adapters });
      return result.ok
        ? result.warnings.map(({ line, key }) => `warning ${line} ${key}`)
        : result.faults.map(({ line, key, message }) => `${line} ${key}: ${message}`);
    }

    it('faults what exceeds the packaged profile, at the line of the channel', () => {
      const told = faults(
        '  telkomsel:\n    adapter: smpp\n    profile: telkomsel\n    host: a\n    systemId: b\n    password: c\n    address: "1708"\n    throughputPerSecond: 101\n    sessions: 5\n',
      );
      expect(told).to.have.lengthOf(2);
      expect(told[0]).to.match(/^10 channels\.telkomsel\.throughputPerSecond: 101 a second/);
      expect(told[1]).to.match(/^11 channels\.telkomsel\.sessions: 5 binds/);
    });

    it('takes a limit that the channel raises', () => {
      const yaml =
        '  telkomsel: { adapter: smpp, profile: telkomsel, host: a, systemId: b, password: c, address: "1708", sessions: 5, limits: { binds: 8 } }\n';
      expect(faults(yaml)).to.deep.equal([]);
    });

    it('faults a password that is empty, blank, or an empty variable', () => {
      const block = (password: string) =>
        `  three: { adapter: smpp, host: a, systemId: b, address: "1708", password: ${password} }\n`;
      expect(faults(block('""'))).to.have.lengthOf(1);
      expect(faults(block('"  "'))).to.deep.equal(['3 channels.three.password: must not be blank']);
      expect(faults(block(`"\${SECRET}"`), { SECRET: '' })[0]).to.contain('the environment variable SECRET is empty');
    });

    it('warns of an address that is no short code', () => {
      const yaml = '  three: { adapter: smpp, host: a, systemId: b, password: c, address: "02112345678" }\n';
      expect(faults(yaml)).to.deep.equal(['warning 3 channels.three.address']);
    });
  });
});
