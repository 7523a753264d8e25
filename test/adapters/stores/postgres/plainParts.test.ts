import { expect } from 'chai';
import type { Part } from '../../../../src/ports/channel.js';
import type { AcceptSummary, Store } from '../../../../src/ports/store.js';
import { binaryPart, citizen, contentKey, longSms, neighbour, smsPart, startMs } from '../../../fakes/parts.js';
import { PostgresPlace } from '../../../fakes/postgresPlace.js';

const joinWindowMs = 300_000;
const other = '6281234500003';

function sms(text: string, given: Partial<Part> = {}): Part {
  return smsPart({ text, key: contentKey(1, given.from ?? citizen, text), ...given });
}

/** What shares a commit with a citizen's plain parts, and what the citizen says by it. */
const companions: readonly { label: string; parts: () => Part[]; said: readonly string[] }[] = [
  { label: 'nothing else', parts: () => [], said: [] },
  { label: 'a long SMS of the same sender', parts: () => longSms(['sebe', 'lum'], 7), said: ['sebelum'] },
  { label: 'a long SMS of another sender', parts: () => longSms(['sebe', 'lum'], 7, { from: other }), said: [] },
  { label: 'what nobody can read, of the same sender', parts: () => [binaryPart()], said: [] },
  {
    label: 'a part with an id, of the same sender',
    parts: () => [smsPart({ text: 'sebelum' })],
    said: ['sebelum'],
  },
];

/** What the trigger sees waits, in the midst of its transaction, until it is let in. */
async function holdUp(place: PostgresPlace, trigger: string): Promise<() => Promise<void>> {
  await place.rows('SELECT pg_advisory_lock(1708)');
  await place.rows(`CREATE OR REPLACE FUNCTION hold_up() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN PERFORM pg_advisory_xact_lock(1708); RETURN NEW; END $$`);
  await place.rows(`CREATE TRIGGER hold_up ${trigger} EXECUTE FUNCTION hold_up()`);
  return async () => {
    await place.rows('SELECT pg_advisory_unlock(1708)');
  };
}

/** Resolves when so many of the store's statements wait for a lock. */
async function waits(place: PostgresPlace, count: number): Promise<void> {
  for (;;) {
    const [row] = await place.rows<{ waiting: boolean }>(
      `SELECT count(*) >= $1 AS waiting FROM pg_stat_activity
       WHERE application_name = 'lapor-gateway' AND wait_event_type = 'Lock'`,
      [count],
    );
    if (row?.waiting === true) return;
  }
}

describe('plain parts on PostgreSQL', () => {
  let place: PostgresPlace;
  let store: Store;

  beforeEach(async () => {
    place = await PostgresPlace.create();
    store = await place.open();
    // Known senders: what follows is one statement.
    await accept([smsPart({ from: citizen }), smsPart({ from: neighbour }), smsPart({ from: other })]);
    await forwardAll();
  });

  afterEach(async () => {
    await store.close();
    await place.remove();
  });

  function accept(parts: readonly Part[]): Promise<AcceptSummary> {
    return store.acceptParts({ channelId: 'telkomsel', medium: 'sms', parts, joinUntilMs: startMs + joinWindowMs });
  }

  async function claim(): Promise<string[]> {
    const claims = await store.claimReports({ owner: 'a', limit: 100, nowMs: startMs, leaseMs: 60_000 });
    await store.recordHandled(
      claims.map(({ seq }) => ({ seq, as: 'kept', ticketSeq: null, detail: 'x', atMs: startMs, reply: null })),
    );
    return claims.map(({ message }) => message.text);
  }

  /** Claim by claim: of one sender there is one at a time. */
  async function forwardAll(): Promise<string[][]> {
    const rounds: string[][] = [];
    for (;;) {
      const texts = await claim();
      if (texts.length === 0) return rounds;
      rounds.push(texts);
    }
  }

  for (const { label, parts, said } of companions) {
    it(`keep a sender's order in a commit with ${label}`, async () => {
      await Promise.all([
        accept(parts()),
        accept([sms('pertama')]),
        accept([sms('kedua'), sms('x', { from: neighbour })]),
      ]);
      const claims = (await forwardAll()).flat();
      const texts = await place.rows(
        'SELECT r.text FROM reports r JOIN senders s ON s.id = r.sender_id WHERE s.address = $1',
        [citizen],
      );
      const ofCitizen = new Set(texts.map(({ text }) => text));
      expect(claims.filter((text) => ofCitizen.has(text))).to.deep.equal([...said, 'pertama', 'kedua']);
    });
  }

  it('line up behind what waits of their sender, in the order of one commit', async () => {
    await accept([sms('satu')]);
    await accept([sms('dua'), sms('tetangga', { from: neighbour }), sms('tiga')]);
    expect(await forwardAll()).to.deep.equal([['satu', 'tetangga'], ['dua'], ['tiga']]);
  });

  it('come forward also when the one before is done while they come in', async () => {
    await accept([sms('satu')]);
    const [one] = await store.claimReports({ owner: 'a', limit: 1, nowMs: startMs, leaseMs: 60_000 });
    const done = { seq: one?.seq ?? 0, as: 'kept' as const, ticketSeq: null, detail: 'x', atMs: startMs, reply: null };
    const letIn = await holdUp(place, 'BEFORE INSERT ON forward_queue FOR EACH ROW');
    try {
      const accepted = accept([sms('dua')]);
      await waits(place, 1);
      const recorded = store.recordHandled([done]);
      await Promise.race([recorded, waits(place, 2)]);
      await letIn();
      await Promise.all([accepted, recorded]);
    } finally {
      await place.rows('DROP TRIGGER hold_up ON forward_queue');
    }
    expect(await forwardAll()).to.deep.equal([['dua']]);
  });

  it('are all looked at with care when one of a commit is known, and harm none of the others', async () => {
    const known = sms('satu');
    await accept([known]);
    const again = { ...known, key: contentKey(2, citizen, 'satu') };
    const summaries = await Promise.all([
      accept([sms('tetangga', { from: neighbour })]),
      accept([again, sms('dua')]),
      accept([sms('lain', { from: other })]),
    ]);
    expect(summaries.map(({ reports, duplicates }) => [reports, duplicates])).to.deep.equal([
      [1, 0],
      [1, 1],
      [1, 0],
    ]);
    expect((await forwardAll()).flat()).to.have.members(['satu', 'tetangga', 'dua', 'lain']);
  });

  it('are new when the fingerprint that they repeat is settled while it is looked at', async () => {
    await accept([sms('satu')]);
    const letIn = await holdUp(place, 'AFTER INSERT ON part_fingerprints FOR EACH STATEMENT');
    try {
      const accepted = accept([sms('satu', { key: contentKey(2, citizen, 'satu') })]);
      await waits(place, 1);
      await place.rows('DELETE FROM part_fingerprints');
      await letIn();
      expect(await accepted).to.include({ reports: 1, duplicates: 0 });
    } finally {
      await place.rows('DROP TRIGGER hold_up ON part_fingerprints');
    }
  });

  it('are counted right when an equal one is settled while another comes in', async () => {
    const [first, second] = [sms('satu'), sms('satu')];
    await accept([first]);
    // A store of its own settles at once, where one store would let a small commit wait for the one under way.
    const beside = await place.open();
    const letIn = await holdUp(place, 'AFTER UPDATE ON part_fingerprints FOR EACH STATEMENT');
    try {
      const accepted = accept([second]);
      await waits(place, 1);
      const settled = beside.settleParts('telkomsel', [first.key]);
      await waits(place, 2);
      await letIn();
      await Promise.all([accepted, settled]);
    } finally {
      await beside.close();
      await place.rows('DROP TRIGGER hold_up ON part_fingerprints');
    }
    expect(await place.rows('SELECT copies FROM part_fingerprints')).to.deep.equal([{ copies: 1 }]);
  });

  it('that are equal within a commit are two messages, by one link', async () => {
    expect(await accept([sms('satu'), sms('satu')])).to.include({ reports: 2, duplicates: 0 });
    expect(await forwardAll()).to.deep.equal([['satu'], ['satu']]);
  });

  it('keep what arrived as evidence, each in the story of its report', async () => {
    const raw = Buffer.from([0x00, 0xff, 0x41]);
    await accept([sms('dengan tanda \u{1f6a7} dan "kutip"', { raw, dataCoding: null, encoding: 'ucs2' })]);
    const rows = await place.rows(
      `SELECT p.raw, p.encoding, p.data_coding, p.duplicate, r.text, r.parts FROM parts p JOIN reports r ON r.seq = p.report_seq
       WHERE p.encoding = 'ucs2'`,
    );
    const text = 'dengan tanda \u{1f6a7} dan "kutip"';
    expect(rows).to.deep.equal([{ raw, encoding: 'ucs2', data_coding: null, duplicate: false, text, parts: 1 }]);
  });
});
