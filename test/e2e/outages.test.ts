import { expect } from 'chai';
import { factLimitMs, Rig } from './rig.js';

/** Peers that go away and come back, around the built gateway: nothing is stuck, nothing is silent. */

const trackingIdPattern = /nomor #(\d+)\./;

describe('outages', function () {
  this.timeout(90_000);
  let rig: Rig;

  beforeEach(async () => {
    rig = await Rig.make();
  });

  afterEach(() => rig.close());

  /** The number that an acknowledgement tells. */
  function trackingIdIn(sms: string | undefined): string {
    const trackingId = trackingIdPattern.exec(sms ?? '')?.[1];
    if (trackingId === undefined) throw new Error(`this SMS tells no tracking id: ${sms}`);
    return trackingId;
  }

  const filedTexts = (): string[] => {
    const { ledger } = rig.tracker.simulator;
    return ledger.tickets(0, ledger.distinct).map(({ trackingId }) => ledger.report(trackingId)?.text ?? '');
  };

  const numbered = (count: number): string[] =>
    Array.from({ length: count }, (_, index) => `Laporan ${index + 1}: lampu jalan mati`);

  async function textedAll(texts: readonly string[]): Promise<void> {
    for (const text of texts) await rig.texted('telkomsel', text);
  }

  describe('of the tracker', () => {
    const aways: ReadonlyArray<{ label: string; away: () => Promise<void>; back: () => Promise<void> }> = [
      { label: 'its port is closed', away: () => rig.stopTracker(), back: () => rig.startTracker() },
      {
        label: 'it answers 503',
        away: async () => rig.tracker.simulator.failures.set({ status: 503, on: 'all', every: 1 }),
        back: async () => rig.tracker.simulator.failures.set(null),
      },
      {
        label: 'it cuts every connection',
        away: async () => rig.tracker.simulator.failures.set({ dropConnection: true, on: 'all', every: 1 }),
        back: async () => rig.tracker.simulator.failures.set(null),
      },
    ];
    for (const { label, away, back } of aways) {
      it(`reports wait, and go on in order when it is back: ${label}`, async () => {
        await rig.startAll();
        await away();
        const texts = numbered(20);
        await textedAll(texts);
        await rig.untilNotOk('tracker');
        expect((await rig.ready()).status, 'still takes traffic').to.equal(200);
        expect(await rig.metric('lapor_tracker_up')).to.equal(0);
        expect(await rig.metric('lapor_waiting{what="reports"}')).to.equal(texts.length);
        expect(await rig.metric('lapor_oldest_report_seconds')).to.be.above(0);
        await back();
        const inbox = await rig.inbox('telkomsel', texts.length);
        expect(filedTexts()).to.deep.equal(texts);
        expect(new Set(inbox.map(trackingIdIn)).size, 'tracking ids').to.equal(texts.length);
        expect((await rig.ready()).notOk).to.deep.equal([]);
        expect(await rig.metric('lapor_waiting{what="dead letters"}')).to.equal(0);
      });
    }
  });

  describe('of a telco', () => {
    it('its replies wait, in order; the other telco works on', async () => {
      await rig.startAll();
      await rig.texted('telkomsel', 'Jembatan Banyuning retak');
      const trackingId = trackingIdIn((await rig.inbox('telkomsel', 1))[0]);
      await rig.stopTelco('telkomsel');
      await rig.untilNotOk('channels.telkomsel');
      expect((await rig.ready()).status, 'still takes traffic').to.equal(200);
      const { simulator } = rig.tracker;
      for (const status of ['verified', 'forwarded', 'in_progress'] as const)
        simulator.setStatus(trackingId, { status });
      await rig.untilMetric('lapor_waiting{what="replies"}', 3);
      await rig.texted('three', 'Lampu jalan mati');
      expect(trackingIdIn((await rig.inbox('three', 1))[0])).to.not.equal(trackingId);
      await rig.startTelco('telkomsel');
      const words = (await rig.inbox('telkomsel', 3)).map((sms) => /: (\w+)/.exec(sms)?.[1]);
      expect(words).to.deep.equal(['Terverifikasi', 'Terdisposisi', 'Ditindaklanjuti']);
      await rig.untilMetric('lapor_waiting{what="replies"}', 0);
    });

    it('and of the tracker at the same time', async () => {
      await rig.startAll();
      await rig.stopTracker();
      const texts = numbered(5);
      await textedAll(texts);
      await rig.stopTelco('telkomsel');
      await rig.untilNotOk('tracker', 'channels.telkomsel');
      await rig.startTracker();
      await rig.untilMetric('lapor_waiting{what="replies"}', texts.length);
      expect(filedTexts()).to.deep.equal(texts);
      await rig.startTelco('telkomsel');
      expect((await rig.inbox('telkomsel', texts.length)).map(trackingIdIn)).to.have.length(texts.length);
    });
  });

  it('a report that the tracker refuses is a dead letter, the citizen is told, and `retry` brings it back', async () => {
    await rig.startAll();
    rig.tracker.simulator.failures.set({ status: 400, on: 'reports', every: 1, count: 1 });
    await rig.texted('telkomsel', 'Jembatan Banyuning retak');
    const [refusal] = await rig.inbox('telkomsel', 1);
    expect(refusal).to.include('perlu diperiksa dahulu oleh petugas');
    expect(await rig.metric('lapor_waiting{what="dead letters"}')).to.equal(1);
    const { out } = await rig.command('dead-letters', 'list', '--json');
    const letter = JSON.parse(out) as { id: number; kind: string; code: string; message: string };
    expect(letter).to.include({ kind: 'report', code: 'simulated', message: 'The simulator was told to answer 400' });
    const retried = await rig.command('dead-letters', 'retry', String(letter.id));
    expect(retried).to.include({ code: 0, out: `put back: ${letter.id}\n` });
    const trackingId = trackingIdIn((await rig.inbox('telkomsel', 2))[1]);
    expect((await rig.command('dead-letters', 'list')).out).to.include('No dead letters');
    const { out: trace } = await rig.command('trace', trackingId);
    for (const word of ['dead letter', 'dead letter closed', 'forwarded']) expect(trace).to.include(word);
  });

  it('a reply that the telco refuses is a dead letter, and `retry` sends it', async () => {
    await rig.startAll();
    rig.switchTelco('telkomsel', { refuseSubmits: { status: 'ESME_RINVDSTADR' } });
    await rig.texted('telkomsel', 'Jembatan Banyuning retak');
    await rig.untilMetric('lapor_waiting{what="dead letters"}', 1);
    const letter = JSON.parse((await rig.command('dead-letters', 'list', '--json')).out) as {
      id: number;
      code: string;
    };
    expect(letter.code).to.equal('ESME_RINVDSTADR');
    rig.switchTelco('telkomsel', {});
    expect((await rig.command('dead-letters', 'retry', String(letter.id))).code).to.equal(0);
    trackingIdIn((await rig.inbox('telkomsel', 1))[0]);
  });

  describe('status events', () => {
    it('that are pushed: signed well they are taken once, else refused with 401', async () => {
      await rig.startAll();
      await rig.texted('telkomsel', 'Jembatan Banyuning retak');
      const trackingId = trackingIdIn((await rig.inbox('telkomsel', 1))[0]);
      const { simulator } = rig.tracker;
      for (const way of ['bad-signature', 'stale-timestamp'] as const) {
        simulator.setStatus(trackingId, { status: 'rejected' }, way);
        expect(await simulator.eventsSettled(factLimitMs)).to.equal(true);
        expect(simulator.totals().events, way).to.include({ lastAnswer: 401, delivered: 0 });
      }
      simulator.setStatus(trackingId, { status: 'in_progress', agency: 'Dinas PUPR' }, 'twice');
      expect(await simulator.eventsSettled(factLimitMs)).to.equal(true);
      expect(simulator.totals().events).to.include({ lastAnswer: 202, delivered: 2 });
      simulator.setStatus(trackingId, { status: 'closed' });
      const words = (await rig.inbox('telkomsel', 3)).slice(1).map((sms) => /: (\w+)/.exec(sms)?.[1]);
      expect(words).to.deep.equal(['Ditindaklanjuti', 'Selesai']);
    });

    it('that are polled: a restart goes on where it was', async () => {
      await rig.close();
      rig = await Rig.make({ tracker: { poll: { everySeconds: 1 } } });
      await rig.startAll();
      await rig.texted('telkomsel', 'Jembatan Banyuning retak');
      const trackingId = trackingIdIn((await rig.inbox('telkomsel', 1))[0]);
      const { simulator } = rig.tracker;
      simulator.setStatus(trackingId, { status: 'verified' }, 'none');
      await rig.inbox('telkomsel', 2);
      await rig.gateway.kill();
      simulator.setStatus(trackingId, { status: 'closed' }, 'none');
      await rig.startGateway();
      await rig.sms('telkomsel', /Selesai/);
      const inbox = await rig.inbox('telkomsel', 3);
      // The kill may have come before the first reply's outcome was recorded: then that one came twice.
      const words = new Set(inbox.slice(1).map((sms) => /: (\w+)/.exec(sms)?.[1]));
      expect([...words]).to.deep.equal(['Terverifikasi', 'Selesai']);
      const metrics = await (await rig.get('/metrics')).text();
      expect(metrics).to.include('lapor_status_events_total{outcome="applied"} 1');
      expect(metrics, 'read from the beginning again').to.not.include('{outcome="repeated"}');
    });
  });
});
