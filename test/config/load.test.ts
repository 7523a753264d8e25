import { expect } from 'chai';
import { type GatewayConfig, loadConfig } from '../../src/config/load.js';
import { testAdapters } from './adapters.js';
import { tempFolder } from './tempFolder.js';

const tracker = 'tracker: { adapter: embedded }\n';
const channel = 'channels:\n  telkomsel: { adapter: smpp, host: smsc.example, systemId: lapor, password: rahasia }\n';

/** Trailing keys of a config that is otherwise complete. */
function complete(rest: string): string {
  return `${tracker}${channel}${rest}`;
}

describe('loadConfig', () => {
  const folder = tempFolder();

  function load(yaml: string, env: Record<string, string> = {}) {
    return loadConfig({ file: folder.write('gateway.yaml', yaml), env, adapters: testAdapters });
  }

  function loadFine(yaml: string, env: Record<string, string> = {}): GatewayConfig {
    const loaded = load(yaml, env);
    if (!loaded.ok) throw new Error(JSON.stringify(loaded.faults, null, 2));
    return loaded.config;
  }

  /** `line:column key: message` of each fault. */
  function faults(yaml: string, env: Record<string, string> = {}): string[] {
    const loaded = load(yaml, env);
    return loaded.ok ? [] : loaded.faults.map((f) => `${f.line}:${f.column} ${f.key}: ${f.message}`);
  }

  describe('a good config', () => {
    it('gets the defaults of every section that is left out', () => {
      const config = loadFine(complete(''));
      expect(config.server).to.deep.equal({
        host: '127.0.0.1',
        port: 1708,
        publicUrl: null,
        bodyLimitBytes: 65_536,
        trustedProxies: [],
      });
      expect(config.store.url).to.equal('sqlite:data/gateway.db');
      expect(config.intake.joinPartsMinutes).to.equal(30);
      expect(config.forward.inFlight).to.equal(64);
      expect(config.replies).to.include({ language: 'id', uncertain: 'resend', directory: null });
      expect(config.log.level).to.equal('info');
      expect(config.simulators).to.equal(undefined);
    });

    it('gives each channel its adapter and what that adapter made of the block', () => {
      const { channels } = loadFine(complete(''));
      expect([...channels.keys()]).to.deep.equal(['telkomsel']);
      const telkomsel = channels.get('telkomsel');
      expect(telkomsel?.adapter.name).to.equal('smpp');
      expect(telkomsel?.config).to.include({ host: 'smsc.example', port: 2775, throughputPerSecond: 50 });
    });

    it('takes the slash off the end of the public URL, for paths are put behind it', () => {
      const config = loadFine(complete('server: { publicUrl: "https://gateway.example.go.id/" }\n'));
      expect(config.server.publicUrl).to.equal('https://gateway.example.go.id');
    });

    it('finds reply texts and days off beside the config file, wherever the gateway is started', () => {
      const config = loadFine(complete('replies: { directory: texts, holidays: days }\n'));
      expect(config.replies.directory).to.equal(folder.path('texts'));
      expect(config.replies.holidays).to.equal(folder.path('days'));
    });
  });

  describe('faults, each with line, column and key', () => {
    const cases: ReadonlyArray<{ label: string; yaml: string; faults: readonly string[] }> = [
      {
        label: 'an unknown section',
        yaml: complete('sever:\n  port: 1\n'),
        faults: ['4:1 sever: unknown key `sever`; did you mean `server`?'],
      },
      {
        label: 'an unknown key in a block of an adapter',
        yaml: `${tracker}channels:\n  three:\n    adapter: smpp\n    host: a\n    systemId: b\n    password: c\n    thoughputPerSecond: 5\n`,
        faults: [
          '8:5 channels.three.thoughputPerSecond: unknown key `thoughputPerSecond`; did you mean `throughputPerSecond`?',
        ],
      },
      {
        label: 'a missing key, at the block that lacks it',
        yaml: `${tracker}channels:\n  three:\n    adapter: smpp\n    host: a\n    systemId: b\n`,
        faults: ['3:3 channels.three.password: missing; expected a text'],
      },
      {
        label: 'an unknown adapter',
        yaml: `tracker: { adapter: htpp }\n${channel}`,
        faults: ['1:12 tracker.adapter: unknown adapter `htpp`; expected `embedded` or `http`; did you mean `http`?'],
      },
      {
        label: 'no adapter',
        yaml: `${tracker}channels:\n  three: { host: a }\n`,
        faults: ['3:3 channels.three.adapter: missing; expected a text'],
      },
      {
        label: 'an unfit name of a channel',
        yaml: `${tracker}channels:\n  Tri 3: { adapter: smpp, host: a, systemId: b, password: c }\n`,
        faults: ['3:3 channels.Tri 3: not a fit name: expected small letters, digits and -, beginning with a letter'],
      },
      {
        label: 'no channel',
        yaml: `${tracker}channels: {}\n`,
        faults: ['2:1 channels: expected at least one channel'],
      },
      {
        label: 'a store that would forget',
        yaml: complete('store: { url: "sqlite::memory:" }\n'),
        faults: [
          '4:10 store.url: expected `sqlite:FILE`, such as `sqlite:data/gateway.db`, or `postgres://USER@HOST/DATABASE`',
        ],
      },
      {
        label: 'a time that no cron knows',
        yaml: complete('retention: { schedule: hourly }\n'),
        faults: [
          '4:14 retention.schedule: expected a cron expression such as `41 * * * *` (each hour) or `0 2 * * *` (at 2)',
        ],
      },
      {
        label: 'records that go before their words',
        yaml: complete('retention: { wordsDays: 400, recordsDays: 100 }\n'),
        faults: ['4:30 retention.recordsDays: must not be shorter than `wordsDays`: the words go with the records'],
      },
      {
        label: 'a database without a name',
        yaml: complete('store: { url: "postgres://gateway:rahasia@db.example" }\n'),
        faults: ['4:10 store.url: names no database: expected `postgres://USER@HOST/DATABASE`'],
      },
      {
        label: 'a password that breaks its URL, which is not quoted',
        yaml: complete('store: { url: "postgres://gateway:ra/ha#sia@db/x" }\n'),
        faults: [
          '4:10 store.url: cannot be read as a URL: letters such as `@ : / # ?` in a user or password are written as %40 %3A %2F %23 %3F',
        ],
      },
      {
        label: 'a TLS mode that checks nothing',
        yaml: complete('store: { url: "postgres://gateway@db/x?sslmode=require" }\n'),
        faults: [
          '4:10 store.url: has an sslmode that says less than it means: expected one of disable, no-verify, verify-full',
        ],
      },
      {
        label: 'retries that shrink',
        yaml: complete('forward: { firstRetrySeconds: 60, longestRetrySeconds: 5 }\n'),
        faults: ['4:35 forward.longestRetrySeconds: must not be shorter than `firstRetrySeconds`'],
      },
      {
        label: 'a time zone that does not exist',
        yaml: complete('replies:\n  timeZone: Asia/Bandung\n'),
        faults: [
          '5:3 replies.timeZone: expected a time zone such as `Asia/Jakarta`, `Asia/Makassar` or `Asia/Jayapura`',
        ],
      },
      {
        label: 'two listeners on one port',
        yaml: complete(
          'simulators:\n  smsc:\n    controlPort: 1708\n    telcos: { tri: { port: 2775, systemId: a, password: b } }\n',
        ),
        faults: ['6:5 simulators.smsc.controlPort: port 1708 is taken by `server.port`'],
      },
      {
        label: 'a simulated X on a port of the gateway',
        yaml: complete('simulators:\n  x: { port: 17090, controlPort: 1708 }\n'),
        faults: ['5:21 simulators.x.controlPort: port 1708 is taken by `server.port`'],
      },
      {
        label: 'a section without keys',
        yaml: complete('server:\n'),
        faults: ['4:1 server: expected a block of keys, found nothing'],
      },
      {
        label: 'all at once, in the order of the file',
        yaml: `server:\n  port: 70000\ntracker: { adapter: http, url: nowhere }\nchannels:\n  three:\n    adapter: smpp\n    host: ""\n    systemId: b\n    password: c\nlog: { level: verbose }\n`,
        faults: [
          '2:3 server.port: expected at most 65535, found 70000',
          '3:27 tracker.url: expected a URL such as https://gateway.example.go.id',
          '7:5 channels.three.host: empty; expected something here',
          '10:8 log.level: expected `debug`, `info`, `warn` or `error`, found another text',
        ],
      },
      { label: 'an empty file', yaml: '', faults: ['1:1 : expected a block of keys, found nothing'] },
    ];
    for (const c of cases) it(c.label, () => expect(faults(c.yaml)).to.deep.equal(c.faults));
  });

  describe('YAML that is none', () => {
    const cases: ReadonlyArray<{ label: string; yaml: string; fault: RegExp }> = [
      { label: 'a key twice', yaml: 'server:\n  port: 1\n  port: 2\n', fault: /^3:3 port: this key stands twice/ },
      { label: 'a tab', yaml: 'server:\n\tport: 1\n', fault: /^2:1 : indented with a tab/ },
      { label: 'an open quote', yaml: 'server:\n  host: "a\n', fault: /^\d+:\d+ : a closing quote or bracket/ },
      { label: 'a colon in a text', yaml: 'a: b: c\n', fault: /^1:\d+ : a second `key: value`/ },
      { label: 'an alias', yaml: 'a: &x 1\nb: *x\n', fault: /^2:4 : a YAML alias/ },
      { label: 'a tag', yaml: 'a: !rahasia x\n', fault: /^1:4 : a YAML tag/ },
      { label: 'a second document', yaml: 'a: 1\n---\nb: 2\n', fault: /^2:1 : a second document/ },
      {
        label: 'a bare reference in braces',
        yaml: `a: { b: \${X} }\n`,
        fault: /^1:\d+ : .*a reference needs quotes/,
      },
    ];
    for (const c of cases) {
      it(c.label, () => {
        const told = faults(c.yaml);
        expect(told).to.have.lengthOf(1);
        expect(told[0]).to.match(c.fault);
        expect(told[0]).not.to.contain('rahasia');
      });
    }

    it('a file that is not there', () => {
      const file = folder.path('nowhere.yaml');
      const loaded = loadConfig({ file, env: {}, adapters: testAdapters });
      const message = 'cannot be read: there is no such file';
      expect(loaded).to.deep.equal({ ok: false, faults: [{ file, line: 1, column: 1, key: '', message }] });
    });

    it('a file that is larger than any config', () => {
      expect(faults(`# ${'x'.repeat(1024 * 1024)}`)).to.deep.equal(['1:1 : cannot be read: larger than 1048576 bytes']);
    });
  });

  describe('what comes from outside', () => {
    const withSecrets = `${tracker}channels:
  three:
    adapter: smpp
    host: \${HOST:-smsc.example}
    port: \${PORT}
    systemId: \${SYSTEM_ID}
    password: \${PASSWORD}
    receipts: \${RECEIPTS:-false}
`;
    const env = { PORT: '2776', SYSTEM_ID: 'lapor-three', PASSWORD: '12345678' };

    it('is a number or a boolean where one is expected, and a text where that is', () => {
      const { channels } = loadFine(withSecrets, env);
      const expected = { host: 'smsc.example', port: 2776, password: '12345678', receipts: false };
      expect(channels.get('three')?.config).to.include(expected);
    });

    it('is secret, unless it is a number, a default or too short to be told from ordinary words', () => {
      const rest = `    throughputPerSecond: \${RATE}\nlog: { level: "\${LEVEL}" }\n`;
      const { secrets } = loadFine(withSecrets + rest, { ...env, LEVEL: 'info', RATE: '1000000' });
      expect(secrets).to.have.members(['12345678', 'lapor-three']);
    });

    it('is joined by what the adapters call secret, short as it may be', () => {
      const yaml = `${tracker}channels:\n  three: { adapter: smpp, host: a, systemId: b, password: abc }\n`;
      expect(loadFine(yaml).secrets).to.deep.equal(['abc']);
    });

    it('is never shown, not even where it was put in the wrong place', () => {
      const swapped = { PORT: 'hunter2-hunter2', SYSTEM_ID: '', PASSWORD: 'p'.repeat(40), RECEIPTS: '99998888' };
      const told = faults(withSecrets, swapped);
      expect(told).to.deep.equal([
        '6:5 channels.three.port: expected a number, found a text',
        '7:5 channels.three.systemId: the environment variable SYSTEM_ID is empty',
        '8:5 channels.three.password: expected at most 16 characters, found 40',
        '9:5 channels.three.receipts: expected `true` or `false`, found [secret]',
      ]);
    });

    it('is missing once, not missing and of the wrong type', () => {
      expect(faults(withSecrets, { ...env, PORT: '' })).to.deep.equal([
        '6:5 channels.three.port: the environment variable PORT is empty',
      ]);
    });

    it('leaves a key without a value where the default is empty', () => {
      const yaml = complete(`server:\n  publicUrl: \${PUBLIC_URL:-}\n`);
      expect(loadFine(yaml).server.publicUrl).to.equal(null);
      const url = 'https://lapor.example';
      expect(loadFine(yaml, { PUBLIC_URL: url }).server.publicUrl).to.equal(url);
    });
  });
});
