import { expect } from 'chai';
import { fact } from '../../scripts/chaos/fact.js';
import type { Status } from '../../src/domain/status.js';
import { citizens, factLimitMs, Rig } from './rig.js';

/** A citizen and the built gateway in conversation, by SMS. */

const never = { quietHours: { from: '00:00', to: '00:00' } } as const;
const fewAnswers = { ...never, answersInWindow: 5 } as const;
const stranger = '6281299900001';
const flooder = '6281299900002';

describe('a conversation by SMS', function () {
  this.timeout(60_000);
  let rig: Rig;

  afterEach(() => rig.close());

  async function start(conversation: object = never): Promise<void> {
    rig = await Rig.make({ conversation });
    await rig.startAll();
  }

  /** What the next SMS says. */
  async function told(text: string, from = citizens.telkomsel): Promise<string> {
    const before = rig.telco('telkomsel').handsets.messages(from).length;
    await rig.texted('telkomsel', text, from);
    return (await rig.inbox('telkomsel', before + 1, from)).at(-1) ?? '';
  }

  const idIn = (sms: string): string => /#(\d+)/.exec(sms)?.[1] ?? `none in: ${sms}`;

  /** The tracker tells news, and the gateway has recorded it. */
  async function news(trackingId: string, status: Status, message?: string): Promise<void> {
    rig.tracker.simulator.setStatus(trackingId, { status, agency: 'Dinas PU', message });
    expect(await rig.tracker.simulator.eventsSettled(factLimitMs)).to.equal(true);
  }

  async function untilAllIsHandled(): Promise<void> {
    for (const what of ['reports', 'replies']) await rig.untilMetric(`lapor_waiting{what="${what}"}`, 0);
  }

  const followUpsOf = (trackingId: string) =>
    rig.tracker.simulator.ledger
      .followUpsOf(trackingId)
      .map(({ kind, text, rating }) => [kind, text ?? rating ?? null]);

  it('goes from a report to its rating: question, answer, status, news, verdict', async () => {
    await start();
    const asked = await told('Jln rusak parah sdh 3 bulan blm diperbaiki');
    expect(asked).to.match(/Di mana tempatnya\?/);
    const id = idIn(asked);
    expect(await told('ds Pejeng kec Tampaksiring kab Gianyar')).to.contain(
      `Jawaban Anda kami teruskan untuk laporan #${id}`,
    );
    expect(await told('cek laporan saya pak')).to.contain(`#${id}: Diterima`);
    await news(id, 'responded', 'Sudah kami tambal');
    await rig.sms('telkomsel', /Ditanggapi oleh Dinas PU\. Keterangan: Sudah kami tambal/);
    expect(await told(`status #${id}`))
      .to.contain(`#${id}: Ditanggapi oleh Dinas PU`)
      .and.not.contain('tambal');
    expect(await told(`BELUM ${id} masih berlubang`)).to.contain('belum selesai');
    await news(id, 'closed');
    await rig.sms('telkomsel', /Selesai\. Ditangani oleh Dinas PU/);
    expect(await told('nilai 4')).to.contain(`Nilai 4 untuk laporan #${id}`);
    expect(followUpsOf(id)).to.deep.equal([
      ['answer', 'ds Pejeng kec Tampaksiring kab Gianyar'],
      ['not_resolved', 'masih berlubang'],
      ['rating', 4],
    ]);
    expect(rig.tracker.simulator.ledger.distinct).to.equal(1);
    const { out } = await rig.command('trace', id);
    expect(out)
      .to.match(/message followed up .*answer to/)
      .and.not.contain(citizens.telkomsel);
  });

  it("tells a stranger nothing of somebody's ticket, not even that it is there", async () => {
    await start();
    const id = idIn(await told('Lampu jalan padam di kab Gianyar'));
    for (const text of [`STATUS ${id}`, `BELUM ${id} masih gelap`]) {
      const theirs = await told(text, stranger);
      const unknown = await told(text.replace(id, '77777777'), stranger);
      expect(theirs.replace(id, '77777777'), text).to.equal(unknown);
    }
    expect(followUpsOf(id)).to.deep.equal([]);
  });

  it('sends no news after STOP, and answers all the same', async () => {
    await start();
    const id = idIn(await told('Lampu jalan padam di kab Gianyar'));
    expect(await told('STOP')).to.contain('tidak mengirim kabar lagi');
    await news(id, 'in_progress');
    expect(await told(`STATUS ${id}`)).to.contain('Ditindaklanjuti');
    expect(rig.telco('telkomsel').handsets.messages(citizens.telkomsel)).to.have.length(3);
    await told('MULAI');
    await news(id, 'responded');
    await rig.sms('telkomsel', /Ditanggapi/);
  });

  it('is open to others beside a flood of 500 texts from one number, which all reach the tracker', async () => {
    await start(fewAnswers);
    const smsc = rig.telco('telkomsel');
    for (let index = 0; index < 500; index += 1)
      smsc.text({ from: flooder, text: `Banjir lagi ${index} di kab Gianyar` });
    const sinceMs = performance.now();
    expect(await told('Lampu jalan padam di kab Gianyar')).to.match(/kami terima/);
    const tookMs = performance.now() - sinceMs;
    expect(rig.tracker.simulator.ledger.distinct, 'the flood is under way').to.be.below(501);
    expect(tookMs).to.be.below(5_000);
    expect(await rig.tracker.simulator.filed(501, factLimitMs)).to.equal(true);
    await untilAllIsHandled();
    const answers = smsc.handsets.messages(flooder).map(({ text }) => text);
    expect(answers).to.have.length(6);
    expect(answers.at(-1)).to.contain('tidak perlu dikirim ulang');
  });

  it('comes to an end with a machine that answers every SMS', async () => {
    await start(fewAnswers);
    const smsc = rig.telco('telkomsel');
    await rig.texted('telkomsel', 'Jalan rusak parah', flooder);
    let answered = 0;
    const answerAll = async (): Promise<true | undefined> => {
      await untilAllIsHandled();
      const messages = smsc.handsets.messages(flooder);
      for (; answered < messages.length; answered += 1) {
        await rig.texted('telkomsel', `Nomor antrean Anda ${answered}, petugas kami segera datang`, flooder);
      }
      return answered > 0 && smsc.handsets.messages(flooder).length === messages.length ? true : undefined;
    };
    await fact('nobody says anything any more', answerAll, factLimitMs, rig.gateway.gone);
    await untilAllIsHandled();
    expect(smsc.handsets.messages(flooder).length).to.be.at.most(6);
  });

  it('lets news wait in quiet hours, and no answer', async () => {
    await start({ quietHours: { from: '00:00', to: '23:59' } });
    const id = idIn(await told('Lampu jalan padam di kab Gianyar'));
    await news(id, 'in_progress');
    expect(await rig.metric('lapor_waiting{what="notices"}')).to.equal(1);
    expect(await told('STATUS')).to.contain('Ditindaklanjuti');
    expect((await rig.command('trace', id)).out).to.contain('reply held');
  });
});
