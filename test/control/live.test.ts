import { expect } from 'chai';
import { type Smsc, startSmsc } from '../../scripts/simulators/smsc/index.js';
import { auditCommand } from '../../src/cli/audit.js';
import { channelCommand } from '../../src/cli/channel.js';
import { type Control, openControl } from '../../src/cli/controlDesk.js';
import type { OperatorDeps } from '../../src/cli/operator.js';
import { reloadCommand } from '../../src/cli/reload.js';
import { loadSettings } from '../../src/cli/settings.js';
import { adapters, type Composed, composeGateway, openStore } from '../../src/compose.js';
import type { GatewayConfig } from '../../src/config/load.js';
import { Redaction } from '../../src/telemetry/logger.js';
import { tempFolder } from '../config/tempFolder.js';
import { MemoryLog } from '../fakes/log.js';

const telcos = ['telkomsel', 'indosat', 'three'] as const;
const citizen = '081234567890';

interface Said {
  readonly out: string;
  readonly err: string;
  readonly exitCode: number;
}

/** A gateway with its real adapters, and operators who type commands. */
describe('live control', () => {
  const folder = tempFolder();
  let smsc: Smsc;
  let composed: Composed;
  let control: Control;
  let config: GatewayConfig;
  let redaction: Redaction;
  let log: MemoryLog;
  let run = 0;
  let file = '';

  beforeEach(async () => {
    smsc = await startSmsc({
      telcos: telcos.map((name) => ({ name, systemId: name, password: `sandi-${name}`, maxBinds: 1 })),
      retryIntervalMs: 10,
    });
    run += 1;
    file = folder.write(`${run}/gateway.yaml`, yaml(['telkomsel', 'indosat']));
    await start();
  });

  afterEach(async () => {
    await stop();
    await smsc.close();
  });

  function yaml(names: readonly string[], changes: { channel?: Record<string, string>; more?: string } = {}): string {
    const channels = names.map((name) => {
      const more = changes.channel?.[name] ?? '';
      const port = smsc.telco(name).port;
      return `  ${name}: { adapter: smpp, host: 127.0.0.1, port: ${port}, systemId: ${name}, password: sandi-${name}, address: "1708", refusedRetrySeconds: 0.1${more} }`;
    });
    const store = `store: { url: "sqlite:${folder.path(`${run}/g.db`)}" }`;
    const tracker = `tracker: { adapter: embedded, file: "${folder.path(`${run}/t.db`)}" }`;
    return `${[store, tracker, 'channels:', ...channels].join('\n')}\n${changes.more ?? ''}`;
  }

  function rewrite(...given: Parameters<typeof yaml>): void {
    folder.write(`${run}/gateway.yaml`, yaml(...given));
  }

  async function start(): Promise<void> {
    const read = () => loadSettings(file, { adapters, env: {} });
    const settings = read();
    if (!settings.ok) throw new Error(JSON.stringify(settings.faults));
    config = settings.config;
    redaction = new Redaction(config.secrets);
    log = new MemoryLog();
    composed = await composeGateway(config, settings, log);
    await composed.gateway.start();
    control = await openControl(config, composed, redaction, read);
    for (const { id, hold } of composed.gateway.switchboard.channels.values()) {
      if (hold !== 'drained') expect(await smsc.bound(id), `${id} binds`).to.equal(true);
    }
  }

  async function stop(): Promise<void> {
    await Promise.all([control.close(), composed.gateway.stop()]);
    await composed.gateway.close();
  }

  async function type(command: 'channel' | 'reload' | 'audit', ...words: string[]): Promise<Said> {
    let out = '';
    let err = '';
    let exitCode = 0;
    const output = { write: (text: string) => (out += text) };
    const deps: OperatorDeps = {
      env: { SUDO_USER: 'adi' },
      output,
      colour: false,
      print: (line) => (err += `${line}\n`),
      setExitCode: (code) => {
        exitCode = code;
      },
    };
    const made = {
      channel: () => channelCommand(deps),
      reload: () => reloadCommand(deps),
      audit: () => auditCommand(async () => openStore(config, 'operator'), output),
    }[command]();
    await made.parseAsync([...words, '--config', file], { from: 'user' });
    return { out, err, exitCode };
  }

  const binds = () => telcos.map((name) => smsc.telco(name).counts.binds);
  const bindings = () => telcos.map((name) => smsc.telco(name).bindings.length);
  const act = (...words: string[]) => type('channel', ...words);

  async function trail(): Promise<string[]> {
    const { out } = await type('audit', '--json');
    return out
      .trimEnd()
      .split('\n')
      .map(
        (line) => JSON.parse(line) as { actor: string; act: string; subject: string; end: { result: string } | null },
      )
      .map(({ actor, act: what, subject, end }) => `${actor.split(' ')[0]} ${what} ${subject}: ${end?.result}`)
      .reverse();
  }

  /** A citizen's text is in the tracker, and its acknowledgement waits in the store; none has gone out. */
  async function owe(): Promise<void> {
    const { store } = composed.parts;
    const record = store.recordForwarded.bind(store);
    const forwarded = new Promise<void>((resolve) => {
      store.recordForwarded = async (items) => {
        await record(items);
        resolve();
      };
    });
    const text = smsc.text({ from: citizen, text: 'Lampu jalan padam', telco: 'telkomsel' });
    expect((await smsc.settledText(text.id, 5_000))?.state, 'the telco has our acknowledgement').to.equal(
      'acknowledged',
    );
    await forwarded;
    // Some commits later a replier, had it been woken, would have claimed it.
    for (let commits = 0; commits < 5; commits += 1) await store.probe(Date.now());
    expect(composed.gateway.switchboard.channels.get('telkomsel')?.repliesUnderWay).to.equal(0);
    expect(await store.counts()).to.include({ repliesWaiting: 1, reportsWaiting: 0 });
    expect(await smsc.inbox(citizen)).to.have.length(0);
  }

  describe('reload', () => {
    it('restarts what changed, adds, removes, and leaves the other binds as they are', async () => {
      rewrite(['telkomsel', 'indosat', 'three'], { channel: { indosat: ', window: 5' } });
      const { out, exitCode } = await type('reload', '--reason', 'jendela baru');
      expect([out, exitCode]).to.deep.equal([
        'channels: added three; restarted indosat; untouched telkomsel; reply texts read anew\n',
        0,
      ]);
      for (const name of ['indosat', 'three']) expect(await smsc.bound(name)).to.equal(true);
      expect(binds(), 'telkomsel has bound once and for all').to.deep.equal([1, 2, 1]);
      rewrite(['telkomsel', 'three']);
      expect((await type('reload')).out).to.include('removed indosat; untouched telkomsel, three');
      expect([bindings(), binds()]).to.deep.equal([
        [1, 0, 1],
        [1, 2, 1],
      ]);
      expect(await trail()).to.deep.equal([`adi reload ${file}: done`, `adi reload ${file}: done`]);
    });

    it('moves a bind from one name to another at a telco that allows only one', async () => {
      const renamed = yaml(['telkomsel', 'indosat']).replace('  indosat:', '  isat:');
      folder.write(`${run}/gateway.yaml`, renamed);
      expect((await type('reload')).out).to.include('added isat; removed indosat; untouched telkomsel');
      expect(await smsc.bound('indosat')).to.equal(true);
      expect(smsc.telco('indosat').counts.refusedBinds).to.equal(0);
    });

    it('refuses a bad file as a whole, with every fault, and goes on as it was', async () => {
      rewrite(['telkomsel', 'indosat'], {
        channel: { telkomsel: ', window: 5', indosat: ', windw: 5' },
        more: 'x: 1\n',
      });
      const { err, exitCode } = await type('reload');
      expect(exitCode).to.equal(2);
      expect(err).to.match(/gateway\.yaml:5:\d+ .*channels\.indosat\.windw .*did you mean `window`/);
      expect(err).to.include('unknown key `x`').and.include('2 faults').and.include('the running config goes on');
      expect([binds(), bindings()]).to.deep.equal([
        [1, 1, 0],
        [1, 1, 0],
      ]);
      expect(log.text).to.include('channels.indosat.windw');
      expect(await trail()).to.deep.equal([`adi reload ${file}: refused`]);
    });

    it('finds no gateway by a file that is no YAML, and says that none was touched', async () => {
      folder.write(`${run}/gateway.yaml`, 'store: {');
      const { err, exitCode } = await type('reload');
      expect([exitCode, err.includes('goes on as it was')]).to.deep.equal([2, true]);
      rewrite(['telkomsel']);
    });

    for (const { section, more } of [
      { section: 'server', more: 'server: { port: 1709 }\n' },
      { section: 'forward', more: 'forward: { inFlight: 2 }\n' },
      { section: 'replies', more: 'replies: { uncertain: hold }\n' },
      { section: 'log', more: 'log: { level: debug }\n' },
      { section: 'drain', more: 'drain: { withinSeconds: 30 }\n' },
      { section: 'retention', more: 'retention: { wordsDays: 90 }\n' },
    ]) {
      it(`refuses to change \`${section}\` under a running gateway, and with it all else`, async () => {
        rewrite(['telkomsel'], { more });
        const { err, exitCode } = await type('reload');
        expect(exitCode).to.equal(1);
        expect(err).to.include(`\`${section}\` differs from what runs and can only change with a restart`);
        expect(bindings()).to.deep.equal([1, 1, 0]);
      });
    }

    it('tells of a channel that it began and that does not come up', async () => {
      smsc.telco('indosat').setSwitches({ ...smsc.telco('indosat').switches, refuseBinds: 0x0e });
      rewrite(['telkomsel', 'indosat'], { channel: { indosat: ', window: 5' } });
      const { out, exitCode } = await type('reload');
      expect(out).to.match(/restarted indosat; .*; indosat: down; transceiver 1 .*ESME_RINVPASWD/);
      expect(exitCode, 'the config is in force').to.equal(0);
    }).timeout(15_000);

    it('does not look for the gateway at a store that the running one does not have', async () => {
      folder.write(`${run}/gateway.yaml`, yaml(['telkomsel']).replace('g.db', 'other.db'));
      expect(await type('reload').catch((error: Error) => error.message)).to.include('no gateway runs on this store');
    });

    it('words replies anew', async () => {
      const words = () => composed.parts.wording.render('help', null, {});
      const before = words();
      rewrite(['telkomsel', 'indosat'], { more: 'replies: { language: en }\n' });
      expect((await type('reload')).out).to.equal('channels: untouched telkomsel, indosat; reply texts read anew\n');
      expect(words()).to.not.equal(before);
    });

    it('hides the secrets that it brings', async () => {
      rewrite(['telkomsel', 'indosat', 'three']);
      expect(redaction.of('x sandi-three')).to.equal('x sandi-three');
      await type('reload');
      expect(redaction.of('x sandi-three sandi-telkomsel')).to.equal('x [secret] [secret]');
    });
  });

  describe('channel', () => {
    it('lists channels with their links, what waits, and who holds them', async () => {
      await act('pause', 'indosat', '--reason', 'salah teks');
      const { out } = await act('list');
      expect(out).to.match(/^CHANNEL +ADAPTER +STATE +UNDER WAY +WAITING +OLDEST\ntelkomsel +smpp +up +0 +0 +-\n/);
      expect(out).to.match(/\nindosat +smpp +paused/);
      expect(out).to.match(/\n {2}telkomsel {2}transceiver 1.*: bound for \d+ s\n/);
      expect(out, 'what the channel found out').to.match(/\n {2}telkomsel {2}submits_per_second: 50\n/);
      expect(out).to.match(/\n {2}indosat {2}paused since 20.*Z by adi \(sudo as /);
    });

    it('pauses: texts are taken in and forwarded, replies wait until it is resumed', async () => {
      expect((await act('pause', 'telkomsel')).exitCode).to.equal(0);
      await owe();
      expect((await act('resume', 'telkomsel')).out).to.equal('telkomsel: up\n');
      expect(await smsc.inbox(citizen, 0, 5_000)).to.have.length(1);
      expect(binds(), 'over the same bind').to.deep.equal([1, 1, 0]);
    });

    it('drains: the links go, and come back when it is resumed', async () => {
      await act('drain', 'telkomsel');
      expect(bindings()).to.deep.equal([0, 1, 0]);
      const refused = await act('rebind', 'telkomsel');
      expect([refused.exitCode, refused.err]).to.deep.equal([
        1,
        'refused: telkomsel: it is drained: `lapor-gateway channel resume` serves it again\n',
      ]);
      expect((await act('pause', 'telkomsel')).exitCode, 'nothing to pause').to.equal(1);
      await act('resume', 'telkomsel');
      expect(binds()).to.deep.equal([2, 1, 0]);
    });

    it('rebinds one channel and no other', async () => {
      expect((await act('rebind', 'indosat')).out).to.equal('indosat: up\n');
      expect(binds()).to.deep.equal([1, 2, 0]);
    });

    it('tells what is wrong with links that do not come up', async () => {
      smsc.telco('indosat').setSwitches({ ...smsc.telco('indosat').switches, refuseBinds: 0x0e });
      const { out } = await act('rebind', 'indosat');
      expect(out).to.match(/^indosat: down; .*ESME_RINVPASWD/);
    }).timeout(15_000);

    it('keeps a pause over a restart, and over a reload', async () => {
      await act('pause', 'telkomsel', '-r', 'pagi saja');
      await stop();
      await start();
      expect(log.text).to.include('held by an operator').and.include('"hold":"paused"');
      rewrite(['telkomsel', 'indosat'], { channel: { telkomsel: ', window: 5' } });
      await type('reload');
      await owe();
      await act('resume', 'telkomsel');
      expect(await smsc.inbox(citizen, 0, 5_000)).to.have.length(1);
    });

    it('shows replies that wait for a channel that is configured no more', async () => {
      await act('pause', 'telkomsel');
      await owe();
      rewrite(['indosat']);
      await type('reload');
      expect((await act('list')).out).to.match(/\ntelkomsel +- +not configured +0 +1 /);
    });

    it('does twice what changes nothing, and says so', async () => {
      await act('pause', 'telkomsel');
      expect((await act('pause', 'telkomsel')).out).to.equal('telkomsel: it is paused already; nothing to do\n');
      await act('resume', 'telkomsel');
      expect((await act('resume', 'telkomsel')).out).to.include('nothing to do');
    });

    it('knows what channels there are', async () => {
      const { err, exitCode } = await act('pause', 'xl');
      expect([err, exitCode]).to.deep.equal([
        'refused: xl: no such channel; the running config has telkomsel, indosat\n',
        1,
      ]);
    });

    it('puts every act in the trail, refused ones too, with who and why', async () => {
      await act('pause', 'telkomsel', '--reason', 'salah teks');
      await act('drain', 'xl');
      await act('resume', 'telkomsel');
      expect(await trail()).to.deep.equal([
        'adi channel pause telkomsel: done',
        'adi channel drain xl: refused',
        'adi channel resume telkomsel: done',
      ]);
      const { out } = await type('audit', '--subject', 'telkomsel');
      expect(out).to.match(/^NO\. +WHEN +WHO +WHAT +TO +RESULT +DETAIL\n3 .*channel resume.*\n1 .*reason: salah teks/);
    });

    it('does nothing that the trail cannot take', async () => {
      await act('pause', 'indosat');
      const { store } = composed.parts;
      store.beginAct = () => Promise.reject(new Error('database or disk is full'));
      const refused = await act('drain', 'telkomsel').catch((error: Error) => error.message);
      expect(refused).to.equal('not done, for the audit trail could not take it: database or disk is full');
      expect(bindings()).to.deep.equal([1, 1, 0]);
    });

    it('takes no act while the gateway stops', async () => {
      const closing = control.close();
      const refused = await act('pause', 'telkomsel').catch((error: Error) => error.message);
      expect(refused).to.match(/no gateway runs on this store|the gateway is stopping|ended the connection/);
      await closing;
    });
  });
});
