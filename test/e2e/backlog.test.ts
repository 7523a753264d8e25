import { expect } from 'chai';
import { fact } from '../../scripts/chaos/fact.js';
import { Rig } from './rig.js';

/** The tracker is away while a flood comes in: what waits, waits on disk. */

const senders = 2_000;
const textsOfEach = 10;
const texts = senders * textsOfEach;
/** After so many the process has what it needs to run; from then on it may not grow with what waits. */
const warmTexts = 4_000;
/** For the garbage of a busy process. What waits would be ten times as much if it were kept in memory. */
const growthMaxMiB = 48;
const limitMs = 60_000;

const numberOf = (sender: number): string => `62812${String(sender).padStart(8, '0')}`;

describe('a backlog of 20,000 reports', function () {
  this.timeout(3 * limitMs);
  let rig: Rig;

  before(async () => {
    rig = await Rig.make();
  });

  after(() => rig.close());

  const acknowledged = (): number => rig.telco('telkomsel').telcos[0]?.counts.acknowledgedParts ?? 0;

  /** Each sender's next text, `from` to `to` of them all. */
  async function flood(from: number, to: number): Promise<void> {
    const smsc = rig.telco('telkomsel');
    for (let index = from; index < to; index += 1) {
      smsc.text({ from: numberOf(index % senders), text: `Lampu ke-${Math.floor(index / senders) + 1} mati` });
    }
    const look = () => (acknowledged() >= to ? true : undefined);
    expect(await smsc.changes.until(look, limitMs), `${to} acknowledged`).to.equal(true);
  }

  const residentMiB = async (): Promise<number> => (await rig.metric('process_resident_memory_bytes')) / 2 ** 20;

  it('is taken while the tracker is away, in flat memory', async () => {
    await rig.startAll();
    await rig.stopTracker();
    await flood(0, warmTexts);
    const earlyMiB = await residentMiB();
    await flood(warmTexts, texts);
    const lateMiB = await residentMiB();
    expect(await rig.metric('lapor_waiting{what="reports"}')).to.equal(texts);
    expect((await rig.ready()).status).to.equal(200);
    process.stdout.write(`      resident: ${Math.round(earlyMiB)} MiB early, ${Math.round(lateMiB)} MiB late\n`);
    expect(lateMiB - earlyMiB).to.be.below(growthMaxMiB);
  });

  it('goes to the tracker when it is back, each sender in order', async () => {
    await rig.startTracker();
    const { simulator } = rig.tracker;
    expect(await simulator.filed(texts, limitMs)).to.equal(true);
    const ofSender = new Map<string, string[]>();
    for (const { trackingId } of simulator.ledger.tickets(0, texts)) {
      const report = simulator.ledger.report(trackingId);
      const sender = report?.reporter.ref ?? '';
      ofSender.set(sender, [...(ofSender.get(sender) ?? []), report?.text ?? '']);
    }
    const inOrder = Array.from({ length: textsOfEach }, (_, index) => `Lampu ke-${index + 1} mati`);
    expect(ofSender.size).to.equal(senders);
    for (const [sender, filed] of ofSender) expect(filed, sender).to.deep.equal(inOrder);
  });

  it('is answered', async () => {
    const { handsets } = rig.telco('telkomsel');
    const answered = (): number[] =>
      Array.from({ length: senders }, (_, sender) => handsets.messages(numberOf(sender)).length);
    const look = () => (answered().every((count) => count >= textsOfEach) ? true : undefined);
    await fact('every sender has as many SMS as texts sent', look, limitMs, rig.gateway.gone);
    expect(new Set(answered()), 'no SMS twice').to.deep.equal(new Set([textsOfEach]));
  });
});
