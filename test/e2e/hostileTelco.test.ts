import { expect } from 'chai';
import { stringify } from 'yaml';
import { fact } from '../../scripts/chaos/fact.js';
import { type Smsc, startSmsc } from '../../scripts/simulators/smsc/index.js';
import { malformedKinds } from '../../scripts/simulators/smsc/malformed.js';
import { longTextForms, type SwitchesInput, switchesSchema } from '../../scripts/simulators/smsc/switches.js';
import type { Telco } from '../../scripts/simulators/smsc/telco.js';
import { type RunningTracker, startTrackerSimulator } from '../../scripts/simulators/tracker/index.js';
import { loadSettings } from '../../src/cli/settings.js';
import { adapters, type Composed, composeGateway } from '../../src/compose.js';
import type { Report } from '../../src/domain/report.js';
import type { ChannelHealth } from '../../src/ports/channel.js';
import { tempFolder } from '../config/tempFolder.js';
import { MemoryLog } from '../fakes/log.js';

const citizen = '6281234567890';
const neighbour = '6281234567891';
const short = 'Lampu jalan padam di Sukasada';
const long = `${'Jalan rusak parah, banyak lubang. '.repeat(9)}Selesai.`;
const limitMs = 15_000;

/** Every switch of the simulated SMSC against a whole gateway: texts in, report to the tracker, reply and receipt. */
describe('a hostile telco', function () {
  this.timeout(40_000);
  const folder = tempFolder();
  let smsc: Smsc;
  let tracker: RunningTracker;
  let composed: Composed;
  let run = 0;

  beforeEach(async () => {
    smsc = await startSmsc({
      telcos: ['telkomsel', 'indosat'].map((name) => ({ name, systemId: 'lapor', password: 'sandi-1' })),
      retryIntervalMs: 50,
      responseTimeoutMs: 2_000,
    });
    tracker = await startTrackerSimulator();
    run += 1;
    const file = folder.write(`${run}/gateway.yaml`, stringify(config()));
    const settings = loadSettings(file, { adapters, env: {} });
    if (!settings.ok) throw new Error(JSON.stringify(settings.faults));
    composed = await composeGateway(settings.config, settings, new MemoryLog());
    await composed.gateway.start();
    await stateIs('up');
  });

  afterEach(async () => {
    telco().setSwitches(switchesSchema.parse({}));
    await composed.gateway.stop();
    await composed.gateway.close();
    await Promise.all([smsc.close(), tracker.close()]);
  });

  function config(): object {
    const channel = (name: string, more: object) => ({
      adapter: 'smpp',
      host: '127.0.0.1',
      port: smsc.telco(name).port,
      systemId: 'lapor',
      password: 'sandi-1',
      address: '1708',
      enquireLinkSeconds: 0.3,
      responseTimeoutSeconds: 0.8,
      reconnectMinSeconds: 0.05,
      reconnectMaxSeconds: 0.1,
      refusedRetrySeconds: 0.1,
      ...more,
    });
    return {
      store: { url: `sqlite:${folder.path(`${run}/g.db`)}` },
      tracker: { adapter: 'http', url: `http://127.0.0.1:${tracker.port}`, webhookSecret: `whsec_${'MfKQ'.repeat(8)}` },
      replies: { firstRetrySeconds: 0.1, longestRetrySeconds: 0.5 },
      channels: { telkomsel: channel('telkomsel', {}), indosat: channel('indosat', { sessions: 2 }) },
    };
  }

  function telco(): Telco {
    return smsc.telco('telkomsel');
  }

  function health(): ChannelHealth {
    const served = composed.gateway.switchboard.channels.get('telkomsel');
    if (served === undefined) throw new Error('telkomsel is not served');
    return served.health();
  }

  const turn = (switches: SwitchesInput) => telco().setSwitches(switchesSchema.parse(switches));
  const stateIs = (...states: string[]) =>
    fact(`the channel is ${states}`, () => (states.includes(health().state) ? true : undefined), limitMs);

  /** A citizen texts, and the telco gets our acknowledgement. */
  async function texted(text: string, from = citizen): Promise<void> {
    const { id } = smsc.text({ from, text });
    expect((await smsc.settledText(id, limitMs))?.state).to.equal('acknowledged');
  }

  function reports(): Report[] {
    const { ledger } = tracker.simulator;
    return ledger.tickets(0, 99).flatMap(({ trackingId }) => ledger.report(trackingId) ?? []);
  }

  /** Waits for so many SMS, and tells how many there are. */
  async function smsOn(handset: string, count: number): Promise<number> {
    const look = () => (smsc.handsets.messages(handset).length >= count ? true : undefined);
    await smsc.changes.until(look, limitMs);
    return smsc.handsets.messages(handset).length;
  }

  async function traceOf(text: string): Promise<readonly string[]> {
    const ticket = tracker.simulator.ledger
      .tickets(0, 99)
      .find(({ trackingId }) => tracker.simulator.ledger.report(trackingId)?.text === text);
    const trace = ticket === undefined ? null : await composed.parts.store.trace(ticket.trackingId);
    return trace?.entries.map(({ what }) => what) ?? [];
  }

  const traced = (what: string) =>
    fact(`the trace tells: ${what}`, async () => ((await traceOf(short)).includes(what) ? true : undefined), limitMs);

  /** The telco behaves again: another citizen is served as if nothing had been, once. */
  async function servesAgain(): Promise<void> {
    turn({});
    await stateIs('up');
    const before = reports().length;
    await texted('Air PDAM keruh', neighbour);
    expect(await smsOn(neighbour, 1)).to.equal(1);
    expect(reports().length - before).to.equal(1);
  }

  const replies: readonly { label: string; switches: SwitchesInput; ends?: string; sms?: number }[] = [
    { label: 'ESME_RTHROTTLED for a while', switches: { refuseSubmits: { forSeconds: 0.3 } } },
    { label: 'ESME_RMSGQFUL for a while', switches: { refuseSubmits: { status: 'ESME_RMSGQFUL', forSeconds: 0.3 } } },
    { label: 'ESME_RSYSERR for a while', switches: { refuseSubmits: { status: 'ESME_RSYSERR', forSeconds: 0.3 } } },
    {
      label: 'ESME_RINVDSTADR',
      switches: { refuseSubmits: { status: 'ESME_RINVDSTADR' } },
      ends: 'reply rejected',
      sms: 0,
    },
    { label: 'slow responses', switches: { responseDelayMs: 400 } },
    { label: 'no receipts', switches: { receipts: 'off' }, ends: 'reply accepted' },
    { label: 'receipts before the response', switches: { receipts: 'before-response' } },
    { label: 'receipts twice', switches: { receipts: 'twice' } },
    { label: 'late receipts', switches: { receipts: 'delayed', receiptDelayMs: 700 } },
    {
      label: 'receipts of a failure',
      switches: { receipts: 'failed' },
      ends: 'reply undelivered',
      sms: 0,
    },
    { label: 'ids in decimal', switches: { messageIdForm: 'decimal' } },
    { label: 'ids in hexadecimal', switches: { messageIdForm: 'hex' } },
    { label: 'ids in hexadecimal, and in decimal in the receipt', switches: { messageIdForm: 'mixed' } },
  ];
  for (const { label, switches, ends = 'reply delivered', sms = 1 } of replies) {
    it(`with ${label}: ${ends}, ${sms} SMS`, async () => {
      turn(switches);
      await texted(short);
      await traced(ends);
      expect(smsc.handsets.messages(citizen)).to.have.length(sms);
      expect(reports()).to.have.length(1);
      await servesAgain();
    });
  }

  const order: readonly { label: string; switches: SwitchesInput }[] = [
    { label: 'in order', switches: {} },
    { label: 'the last part first', switches: { outOfOrderParts: true } },
    { label: 'every part twice', switches: { duplicateParts: true } },
    { label: 'the last first and every one twice', switches: { outOfOrderParts: true, duplicateParts: true } },
  ];
  for (const longTextForm of longTextForms) {
    for (const { label, switches } of order) {
      it(`with long texts by ${longTextForm}, ${label}: one report, whole`, async () => {
        turn({ ...switches, longTextForm });
        await texted(long);
        expect(await smsOn(citizen, 1)).to.equal(1);
        expect(reports().map(({ text }) => text)).to.deep.equal([long]);
        await servesAgain();
      });
    }
  }

  it('with the parts of a text over two links: one report, whole', async () => {
    expect(await smsc.bound('indosat', 2), 'the simulator gives each part to the next of its links').to.equal(true);
    const { id } = smsc.text({ from: citizen, text: long, telco: 'indosat' });
    expect((await smsc.settledText(id, limitMs))?.state).to.equal('acknowledged');
    expect(await smsOn(citizen, 1)).to.equal(1);
    expect(reports().map(({ text }) => text)).to.deep.equal([long]);
  });

  it('with a part that never comes: a truncated report in the end', async () => {
    turn({ withholdPart: 2 });
    smsc.text({ from: citizen, text: long });
    const { store } = composed.parts;
    await fact(
      'a message waits for a part',
      async () => ((await store.counts()).setsWaiting === 1 ? 1 : undefined),
      limitMs,
    );
    await store.closeOverdueSets(Date.now() + 31 * 60_000);
    composed.gateway.forwarder.wake();
    expect(await smsOn(citizen, 1)).to.equal(1);
    expect(reports().map(({ flags }) => flags.includes('truncated'))).to.deep.equal([true]);
    await servesAgain();
  });

  it('with no answer to submit_sm: degraded, texts are taken in, and each is answered in the end', async () => {
    turn({ silent: 'submit_sm' });
    const citizens = ['6281211110001', '6281211110002', '6281211110003'];
    for (const from of citizens) await texted(short, from);
    await stateIs('degraded');
    expect(health().links[0]).to.include({ state: 'bound' });
    turn({});
    for (const from of citizens) expect(await smsOn(from, 1)).to.equal(1);
    await servesAgain();
  });

  for (const silent of ['enquire_link', 'all'] as const) {
    it(`with no answer to ${silent === 'all' ? 'anything' : silent}: the link is given up, and comes back`, async () => {
      const { binds = 0 } = telco().counts;
      turn({ silent });
      await stateIs('down');
      turn({});
      await fact('it binds anew', () => ((telco().counts.binds ?? 0) > binds ? true : undefined), limitMs);
      await servesAgain();
    });
  }

  it('with refused binds: down and slow, with the reason, and up again by itself', async () => {
    turn({ refuseBinds: 'ESME_RINVPASWD' });
    telco().dropConnections();
    await fact('refused', () => (health().links[0]?.detail.includes('ESME_RINVPASWD') ? true : undefined), limitMs);
    expect(health().state).to.equal('down');
    await servesAgain();
  });

  for (const dropAfter of [1, 2, 3]) {
    it(`with a connection cut at PDU ${dropAfter}: one report, and an answer`, async () => {
      turn({ dropAfter });
      await texted(short);
      expect(await smsOn(citizen, 1)).to.be.at.least(1);
      expect(reports()).to.have.length(1);
      await servesAgain();
    });
  }

  for (const kind of malformedKinds) {
    it(`with a malformed PDU (${kind}): its neighbours are served`, async () => {
      telco().inject(kind);
      await texted(short);
      expect(telco().inject(kind)).to.equal(true);
      await traced('reply delivered');
      expect(reports().filter(({ text }) => text === short)).to.have.length(1);
      await servesAgain();
    });
  }

  const acts: readonly { label: string; act: () => unknown }[] = [
    { label: 'unbind', act: () => telco().unbind() },
    { label: 'a dropped connection', act: () => telco().dropConnections() },
  ];
  for (const { label, act } of acts) {
    it(`with ${label}: one report, one answer`, async () => {
      await texted(short);
      await traced('reply delivered');
      await act();
      await servesAgain();
      expect(reports().filter(({ text }) => text === short)).to.have.length(1);
      expect(smsc.handsets.messages(citizen)).to.have.length(1);
    });
  }
});
