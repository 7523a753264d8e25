import { expect } from 'chai';
import fc from 'fast-check';
import { packagedFile } from '../../src/config/env.js';
import { Conversation } from '../../src/conversation/conversation.js';
import { CurrentWording } from '../../src/conversation/currentWording.js';
import { readText } from '../../src/conversation/understanding/read.js';
import { loadWording } from '../../src/conversation/wording/load.js';
import type { Wording } from '../../src/conversation/wording/wording.js';
import type { Report } from '../../src/domain/report.js';
import type { StatusEvent } from '../../src/domain/statusEvent.js';
import type { Part } from '../../src/ports/channel.js';
import type { ReportClaim, Store } from '../../src/ports/store.js';
import type { Filed, TicketView } from '../../src/ports/tracker.js';
import { StatusSink } from '../../src/replies/statusSink.js';
import { plainCalendar, plainRules } from '../fakes/conversation.js';
import { Facts } from '../fakes/facts.js';
import { MemoryLog } from '../fakes/log.js';
import { citizen, neighbour, smsPart } from '../fakes/parts.js';
import { SqlitePlace } from '../fakes/sqlitePlace.js';
import { away, MemoryTracker } from '../fakes/tracker.js';
import { packagedAids, packagedKnowledge } from './understanding/aids.js';

const leaseMs = 60_000;
const minuteMs = 60_000;
const rules = { ...plainRules, askPlace: true };

const whatEnds: ReadonlySet<string> = new Set(['forwarded', 'followed up', 'answered', 'kept']);

const someOfEach: readonly string[] = [
  'Jalan rusak parah',
  'Lampu padam di kab Gianyar',
  'desa Pejeng',
  'STATUS',
  'STATUS 9165001',
  'TAMBAH 9165001 dekat pasar',
  'BELUM 9165002',
  'NILAI 9165001 5',
  'SELESAI',
  'BATAL 9165003',
  'STOP',
  'MULAI',
  'HELP',
  'terima kasih',
  '',
];

/** Messages on a real store, handled one by one as the forwarder does, with a tracker that files everything. */
describe('a conversation', () => {
  let place: SqlitePlace;
  let store: Store;
  let tracker: MemoryTracker;
  let wording: Wording;
  let conversation: Conversation;
  let sink: StatusSink;
  let filed: Report[];
  let clockMs: number;

  before(() => {
    const texts = loadWording({
      directory: packagedFile('config', 'replies'),
      language: 'id',
      timeZone: 'Asia/Jakarta',
    });
    if (!texts.ok) throw new Error('the packaged texts are faulty');
    wording = texts.wording;
  });

  beforeEach(async () => {
    place = await SqlitePlace.create();
    store = await place.open();
    tracker = new MemoryTracker(new Facts());
    filed = [];
    // The store notes real times beside those of messages.
    clockMs = Date.now();
    tracker.answer = (report) => {
      filed.push(report);
      return {
        kind: 'filed',
        trackingId: String(9_165_000 + filed.length),
        status: 'received',
        dueAt: null,
        publicUrl: null,
      };
    };
    const aids = await packagedAids();
    const { vocabulary } = packagedKnowledge();
    const reader = { read: async (text: string) => readText(text, aids), close: async () => {} };
    const current = new CurrentWording(wording, vocabulary);
    const calendar = plainCalendar;
    conversation = new Conversation({ store, tracker, reader, wording: current, vocabulary, calendar }, rules);
    const listener = { status: () => {}, repliesQueued: () => {} };
    sink = new StatusSink(store, { wording: current, calendar, rules }, listener, new MemoryLog());
  });

  afterEach(async () => {
    await store.close();
    await place.remove();
  });

  /** The citizen writes a second later. @returns what they are told. */
  async function say(text: string, given: Partial<Part> = {}): Promise<string[]> {
    clockMs += 1_000;
    await take(smsPart({ text, receivedAtMs: clockMs, ...given }));
    for (const claim of await claims()) await handle(claim);
    return sent();
  }

  async function take(part: Part): Promise<void> {
    await store.acceptParts({ channelId: 'telkomsel', medium: 'sms', parts: [part], joinUntilMs: 0 });
  }

  const claims = () => store.claimReports({ owner: 'test', limit: 100, nowMs: clockMs, leaseMs });

  async function handle(claim: ReportClaim): Promise<void> {
    const result = await conversation.handle(claim, AbortSignal.timeout(5_000));
    if (result.kind === 'forwarded') await store.recordForwarded([result.fact]);
    else if (result.kind === 'handled') await store.recordHandled([result.fact]);
    else throw new Error(`the tracker did not take it: ${JSON.stringify(result)}`);
  }

  /** What is queued goes out. */
  async function sent(): Promise<string[]> {
    const texts: string[] = [];
    for (;;) {
      const replies = await store.claimReplies({
        owner: 'test',
        channelId: 'telkomsel',
        limit: 100,
        nowMs: clockMs,
        leaseMs,
      });
      if (replies.length === 0) return texts;
      for (const { seq, text } of replies) {
        texts.push(text);
        const outcome = { kind: 'accepted', externalIds: [] } as const;
        await store.recordOutcomes([{ seq, outcome, atMs: clockMs, retryAtMs: null, deadLetter: null }]);
      }
    }
  }

  /** The tracker tells news of the newest report. */
  async function news(sequence: number, status: StatusEvent['data']['status'], message?: string): Promise<string[]> {
    const data = { reportId: filed.at(-1)?.id ?? '', trackingId: String(9_165_000 + filed.length), sequence, status };
    const event: StatusEvent = {
      type: 'report.status_changed',
      timestamp: '2026-11-21T09:30:00Z',
      data: { ...data, ...(message === undefined ? {} : { message }) },
    };
    await sink.accept([{ deliveryId: null, event }]);
    return sent();
  }

  const render: Wording['render'] = (key, language, args) => wording.render(key, language, args);
  const found = (trackingId: string, given: Partial<TicketView> = {}): TicketView => ({
    kind: 'found',
    trackingId,
    status: 'in_progress',
    agency: 'Dinas PU',
    message: 'Kami ke lokasi',
    updatedAt: new Date().toISOString(),
    dueAt: null,
    ...given,
  });

  const places: readonly { label: string; text: string; codes: readonly string[] }[] = [
    { label: 'and asks for none', text: 'Jalan rusak parah sudah 3 bulan', codes: ['33.22', '33.74'] },
    { label: 'unless the text says another', text: 'Jalan rusak parah di kab Gianyar', codes: ['51.04'] },
  ];
  for (const { label, text, codes } of places) {
    it(`takes the place that the citizen chose on the channel, ${label}`, async () => {
      const [told] = await say(text, { extras: { place: 'Semarang, Jawa Tengah' } });
      expect(told).to.not.equal(render('acknowledgementAskPlace', null, { trackingId: '9165001' }));
      expect(filed[0]?.locations.map(({ code }) => code).sort()).to.deep.equal(codes);
    });
  }

  it('asks once for a place that is missing, and hands the answer on as one', async () => {
    const [asked] = await say('Jalan rusak parah sudah 3 bulan');
    expect(asked).to.equal(render('acknowledgementAskPlace', null, { trackingId: '9165001' }));
    expect(await say('Desa Pejeng kec Tampaksiring kab Gianyar')).to.deep.equal([
      render('followUp.answer', null, { trackingId: '9165001' }),
    ]);
    expect(filed).to.have.length(1);
    expect(tracker.followUps).to.have.length(1);
    expect(tracker.followUps[0]).to.deep.include({ trackingId: '9165001', kind: 'answer' });
    expect(tracker.followUps[0]?.locations?.map(({ code }) => code)).to.deep.equal(['51.04']);
    await say('dekat pasar');
    expect(filed.map(({ text }) => text)).to.deep.equal(['Jalan rusak parah sudah 3 bulan', 'dekat pasar']);
  });

  it('says that a secret is kept, and asks for its place in the same breath', async () => {
    const [asked] = await say('ANONIM kepala sekolah kami minta uang');
    expect(asked).to.equal(render('acknowledgementAnonymousAskPlace', null, { trackingId: '9165001' }));
    expect(await say('Desa Pejeng kec Tampaksiring kab Gianyar')).to.deep.equal([
      render('followUp.answer', null, { trackingId: '9165001' }),
    ]);
  });

  it('names 112 to who may be in danger, and asks them nothing', async () => {
    expect(await say('Ada kebakaran, tolong cepat')).to.deep.equal([
      render('acknowledgementEmergency', null, { trackingId: '9165001' }),
    ]);
    expect(filed[0]?.flags).to.include('emergency');
  });

  it('tells the status in one SMS, and without the words of the agency', async () => {
    tracker.statusAnswer = (trackingId) => found(trackingId);
    await say('Lampu padam di kab Gianyar');
    const [answer] = await say('STATUS');
    expect(answer).to.contain('#9165001: Ditindaklanjuti oleh Dinas PU').and.not.contain('Kami ke lokasi');
    expect(answer?.length).to.be.at.most(160);
  });

  it('tells what it knows itself of a ticket that the tracker has no longer', async () => {
    tracker.statusAnswer = () => ({ kind: 'refused', code: 'not_found', message: 'gone' });
    await say('Lampu padam di kab Gianyar');
    expect((await say('STATUS 9165001'))[0]).to.contain('#9165001: Diterima');
  });

  it('finds a ticket that letters name in any case, however many came after it', async () => {
    tracker.statusAnswer = (trackingId) => found(trackingId);
    const { answer } = tracker;
    tracker.answer = (report) => ({ ...(answer(report, AbortSignal.abort()) as Filed), trackingId: 'LPR-2026-17' });
    await say('Lampu padam di kab Gianyar');
    tracker.answer = answer;
    for (let index = 0; index < 5; index += 1) {
      clockMs += 60 * minuteMs;
      await say(`Laporan lain ${index} di kab Gianyar`);
    }
    clockMs += 60 * minuteMs;
    expect((await say('STATUS #lpr-2026-17'))[0]).to.contain('#LPR-2026-17: Ditindaklanjuti');
  });

  it('asks no second question while one is open', async () => {
    await say('Jalan rusak parah sudah 3 bulan');
    expect((await say('LAPOR lampu jalan mati terus'))[0]).to.match(/^Terima kasih\. Laporan Anda kami terima/);
  });

  it('tells who waits for a person, but nobody who took their words back', async () => {
    await say('Lampu padam di kab Gianyar', { externalId: 'P1' });
    await take(smsPart({ text: 'BELUM', receivedAtMs: clockMs + 1 }));
    await take(smsPart({ text: null, about: { externalId: 'P1', change: 'deleted' }, receivedAtMs: clockMs + 2 }));
    const replies: (string | null)[] = [];
    for (const _ of ['BELUM', 'the deletion']) {
      const [claim] = await claims();
      if (claim === undefined) throw new Error('a claim expected');
      const refusal = conversation.refusal(claim);
      replies.push(refusal.reply?.text ?? null);
      await store.buryReports([{ seq: claim.seq, code: 'x', message: 'x', atMs: clockMs, ...refusal }]);
    }
    expect(replies).to.deep.equal([render('refused', null, {}), null]);
  });

  it('asks the tracker nothing for who is not answered any more', async () => {
    let asked = 0;
    tracker.statusAnswer = (trackingId) => {
      asked += 1;
      return found(trackingId);
    };
    await say('Lampu padam di kab Gianyar');
    for (let index = 0; index < 20; index += 1) await say('STATUS');
    expect(asked).to.equal(rules.flood.answersMax - 1);
  });

  it('lets a question for the status wait while the tracker is away', async () => {
    tracker.statusAnswer = () => away;
    await say('Lampu padam di kab Gianyar');
    await take(smsPart({ text: 'STATUS', receivedAtMs: clockMs + 1 }));
    const [claim] = await claims();
    if (claim === undefined) throw new Error('a claim expected');
    expect(await conversation.handle(claim, AbortSignal.timeout(5_000))).to.equal(away);
  });

  it('hands verdicts and ratings on to the ticket that was answered', async () => {
    await say('Lampu padam di kab Gianyar');
    await news(1, 'responded');
    expect(await say('BELUM')).to.deep.equal([render('followUp.not_resolved', null, { trackingId: '9165001' })]);
    expect(await say('NILAI 9165001 4')).to.deep.equal([
      render('followUp.rating', null, { trackingId: '9165001', rating: 4 }),
    ]);
    expect(tracker.followUps.map(({ kind, rating }) => [kind, rating])).to.deep.equal([
      ['not_resolved', undefined],
      ['rating', 4],
    ]);
  });

  it("tells a stranger of somebody's ticket what it tells of one that is not there", async () => {
    tracker.statusAnswer = (trackingId) => found(trackingId);
    await say('Lampu padam di kab Gianyar');
    for (const text of ['STATUS 9165001', 'BELUM 9165001 masih gelap', 'NILAI 9165001 1', 'BATAL 9165001']) {
      const [theirs] = await say(text, { from: neighbour });
      const [unknown] = await say(text.replace('9165001', '7777777'), { from: `${neighbour}7` });
      expect(theirs?.replace('9165001', '7777777'), text).to.equal(unknown);
    }
    expect(tracker.followUps).to.deep.equal([]);
  });

  it("takes the answer to an agency's question, as many messages as it has", async () => {
    await say('Lampu padam di kab Gianyar');
    const [question] = await news(1, 'needs_info', 'Sejak kapan?');
    expect(question).to.contain('Sejak kapan?');
    await say('Sejak hari Senin');
    await say('setiap malam saja');
    await news(2, 'in_progress');
    await say('terus bagaimana kelanjutannya ya');
    expect(tracker.followUps.map(({ kind, text }) => [kind, text])).to.deep.equal([
      ['answer', 'Sejak hari Senin'],
      ['answer', 'setiap malam saja'],
    ]);
  });

  it('sends no news to who said STOP, answers them all the same, and goes on after MULAI', async () => {
    await say('Lampu padam di kab Gianyar');
    expect(await say('STOP')).to.deep.equal([render('stopped', null, {})]);
    expect(await news(1, 'in_progress')).to.deep.equal([]);
    expect(await say('Jalan rusak di kab Gianyar')).to.have.length(1);
    expect(await say('MULAI')).to.deep.equal([render('started', null, {})]);
    expect(await news(1, 'in_progress')).to.have.length(1);
  });

  it('heeds STOP, START and HELP that the provider has answered, and says nothing to them', async () => {
    await say('Lampu padam di kab Gianyar');
    expect(await say('STOP', { extras: { flags: ['opt_out'] } })).to.deep.equal([]);
    expect(await news(1, 'in_progress')).to.deep.equal([]);
    expect(await say('HELP', { extras: { flags: ['help'] } })).to.deep.equal([]);
    expect(await say('START', { extras: { flags: ['opt_in'] } })).to.deep.equal([]);
    expect(await news(2, 'responded')).to.have.length(1);
    expect(filed).to.have.length(1);
  });

  it('goes on in the language that a citizen chose, in answers and in news', async () => {
    expect(await say('HELP')).to.deep.equal([render('help', 'en', {})]);
    expect((await say('Street light is out, kab Gianyar'))[0]).to.match(/^Thank you/);
    expect((await news(1, 'in_progress'))[0]).to.contain('In progress');
    expect(filed[0]?.language).to.equal('en');
    expect(await say('BANTUAN')).to.deep.equal([render('help', 'id', {})]);
    expect((await news(2, 'responded'))[0]).to.contain('Ditanggapi');
  });

  it('offers a text that was sent again with a corrected place as what it may be, and files both', async () => {
    await say('Jln rusak parah di depan pasar Sukasada kab Buleleng sdh 3 bulan');
    const [reply] = await say('Jln rusak parah di depan pasar Banjar kab Buleleng sdh 3 bulan');
    expect(reply).to.equal(render('acknowledgementDuplicate', null, { trackingId: '9165002', otherId: '9165001' }));
    expect(filed[1]).to.deep.include({ possibleDuplicateOf: '9165001', flags: ['possible_duplicate'] });
    expect(filed).to.have.length(2);
  });

  it('answers a flood once more than it answers messages, and hands all of it on', async () => {
    const told: string[] = [];
    for (let index = 0; index < 30; index += 1) told.push(...(await say(`Laporan nomor ${index} di kab Gianyar`)));
    expect(told).to.have.length(rules.flood.answersMax + 1);
    expect(told.at(-1)).to.equal(render('flood', null, {}));
    expect(filed).to.have.length(30);
    clockMs += 60 * minuteMs;
    expect((await say('Satu lagi di kab Gianyar'))[0]).to.contain('#9165031');
  });

  it('comes to an end with a machine that answers every reply', async () => {
    let replies = await say('Halo, kantor kami tutup sampai Senin di kab Gianyar');
    let rounds = 0;
    for (; replies.length > 0 && rounds < 100; rounds += 1) {
      const answers = replies.map(
        (_, index) => `Nomor antrean ${rounds} ${index}, mohon tunggu petugas kami di kab Gianyar`,
      );
      replies = [];
      for (const answer of answers) replies.push(...(await say(answer)));
    }
    expect(rounds).to.be.at.most(rules.flood.answersMax + 1);
  });

  it('says nothing to our own words that come back', async () => {
    const [reply] = await say('Lampu padam di kab Gianyar');
    expect(await say(reply ?? '')).to.deep.equal([]);
    expect(filed).to.have.length(1);
  });

  describe('in public', () => {
    const inPublic = { extras: { audience: 'public' } } as const;

    it('advises who asked for secrecy there, without a word of the case', async () => {
      const [reply] = await say('RAHASIA pungli di kelurahan kami', inPublic);
      expect(reply).to.equal(render('acknowledgementPublicSecret', null, { trackingId: '9165001' }));
    });

    it('warns who shows personal numbers there', async () => {
      const [reply] = await say('KTP saya 3201234567890123 belum jadi di kab Gianyar', inPublic);
      expect(reply).to.equal(render('acknowledgementPublicPersonalData', null, { trackingId: '9165001' }));
    });

    it('tells who asks there how a report stands, and not with whom', async () => {
      tracker.statusAnswer = (trackingId) => found(trackingId);
      await say('RAHASIA pungli di kelurahan kami');
      const [answer] = await say('STATUS', inPublic);
      expect(answer).to.contain('#9165001: Ditindaklanjuti').and.not.contain('Dinas PU');
    });

    it('tells news of what is secret without the words of the agency', async () => {
      await say('RAHASIA pungli di kelurahan kami', inPublic);
      const [told] = await news(1, 'in_progress', 'Lurah kami periksa');
      expect(told).to.contain('#9165001').and.not.contain('Lurah');
    });
  });

  describe('with what its author did to it later', () => {
    const post = { externalId: 'P1' } as const;

    it('hands an edit on as an addition, silently', async () => {
      await say('Lampu padam di kab Gianyar', post);
      const edited = { externalId: 'P2', about: { externalId: 'P1', change: 'edited' } } as const;
      expect(await say('Lampu padam di kab Gianyar sejak Senin', edited)).to.deep.equal([]);
      expect(tracker.followUps).to.have.length(1);
      expect(tracker.followUps[0]).to.include({ kind: 'addition', trackingId: '9165001' });
    });

    it('tells the tracker of a deletion, and hands on nothing that was deleted before', async () => {
      await say('Lampu padam di kab Gianyar', post);
      const deleted = { text: null, about: { externalId: 'P1', change: 'deleted' } } as const;
      expect(await say('', deleted)).to.deep.equal([]);
      expect(tracker.followUps.map(({ kind, text }) => [kind, text])).to.deep.equal([['withdrawal', undefined]]);
      await take(smsPart({ text: 'rahasia', externalId: 'P3' }));
      expect(await say('', { text: null, about: { externalId: 'P3', change: 'deleted' } })).to.deep.equal([]);
      expect(filed).to.have.length(1);
    });
  });

  it('tells the same under the same ids when it is asked again, as after a crash', async () => {
    await say('Lampu padam di kab Gianyar');
    await take(smsPart({ text: 'BELUM 9165001 masih gelap', receivedAtMs: clockMs + 1 }));
    const [claim] = await claims();
    if (claim === undefined) throw new Error('a claim expected');
    await conversation.handle(claim, AbortSignal.timeout(5_000));
    clockMs += leaseMs;
    for (const again of await claims()) await handle(again);
    expect(tracker.followUps.map(({ id }) => id)).to.deep.equal([claim.message.id, claim.message.id]);
    expect(await sent()).to.deep.equal([render('followUp.not_resolved', null, { trackingId: '9165001' })]);
  });

  it('loses no message: each ends as a ticket, a follow-up, an answer or evidence, and its raw part stays', async function () {
    this.timeout(60_000);
    const senders = fc.constantFrom(citizen, neighbour);
    const texts = fc.oneof(
      fc.constantFrom(...someOfEach),
      fc.array(fc.constantFrom(...someOfEach), { minLength: 2, maxLength: 3 }).map((all) => all.join(' ')),
      fc.string({ unit: 'grapheme', maxLength: 60 }),
    );
    tracker.statusAnswer = (trackingId) => found(trackingId);
    let parts = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(senders, texts), { minLength: 1, maxLength: 8 }), async (messages) => {
        clockMs += 2 * 60 * minuteMs;
        for (const [from, text] of messages) {
          clockMs += 1_000;
          await take(smsPart({ text, from, receivedAtMs: clockMs }));
          parts += 1;
          const [claim] = await claims();
          if (claim === undefined) throw new Error('a claim expected');
          await handle(claim);
          const trace = await store.trace(claim.message.id);
          const ends = trace?.entries.filter(({ what }) => whatEnds.has(what)) ?? [];
          expect(ends, text).to.have.length(1);
        }
        await sent();
        expect((await store.counts()).reportsWaiting).to.equal(0);
        expect(await place.rawParts()).to.have.length(parts);
      }),
      { numRuns: 60 },
    );
  });

  it('tells of every message in a trace, and of nobody', async () => {
    for (const text of ['Lampu padam di kab Gianyar', 'STATUS 99999', 'STOP', '?', '', 'BELUM']) await say(text);
    expect((await store.counts()).reportsWaiting).to.equal(0);
    expect(await place.rawParts()).to.have.length(6);
    const trace = await store.trace('9165001');
    expect(trace?.entries.map(({ what }) => what)).to.include('message followed up');
    expect(JSON.stringify(trace)).not.to.contain(citizen).and.not.to.contain('Gianyar');
  });
});
