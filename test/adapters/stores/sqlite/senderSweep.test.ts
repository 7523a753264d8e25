import { expect } from 'chai';
import { Cursors } from '../../../../adapters/stores/sqlite/cursors.js';
import { type Db, openExisting } from '../../../../adapters/stores/sqlite/database.js';
import { SenderSweep } from '../../../../adapters/stores/sqlite/retention/senderSweep.js';
import type { Store } from '../../../../src/ports/store.js';
import { citizen, neighbour, smsPart, startMs } from '../../../fakes/parts.js';
import { SqlitePlace } from '../../../fakes/sqlitePlace.js';

describe('the sweep of senders', () => {
  let place: SqlitePlace;
  let store: Store;
  let db: Db;
  let sweep: SenderSweep;

  beforeEach(async () => {
    place = await SqlitePlace.create();
    store = await place.open();
    await accept(citizen, neighbour);
    db = openExisting(place.file);
    sweep = new SenderSweep(db, new Cursors(db));
  });

  afterEach(async () => {
    db.close();
    await store.close();
    await place.remove();
  });

  async function accept(...from: readonly string[]): Promise<void> {
    const parts = from.map((one) => smsPart({ from: one }));
    await store.acceptParts({ channelId: 'telkomsel', medium: 'sms', parts, joinUntilMs: 0 });
  }

  /** As if retention had removed all that they wrote. */
  function removeParts(): void {
    db.exec('DELETE FROM parts');
  }

  /** @returns how many senders each slice removed. */
  function sweepAll(nowMs: number): number[] {
    const removed: number[] = [];
    for (let slice = sweep.next(nowMs); slice !== null; slice = sweep.next(nowMs)) removed.push(slice());
    return removed;
  }

  const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0);

  it('removes nobody of whom anything is there', () => {
    expect(sum(sweepAll(startMs))).to.equal(0);
  });

  it('leaves somebody who writes while it is under way', async () => {
    removeParts();
    const slice = sweep.next(startMs);
    await accept(citizen);
    expect(slice?.()).to.equal(1);
  });

  it('comes once a day', () => {
    expect(sweepAll(startMs)).not.to.have.length(0);
    removeParts();
    expect(sweepAll(startMs + 23 * 3_600_000)).to.deep.equal([]);
    expect(sum(sweepAll(startMs + 25 * 3_600_000))).to.equal(2);
  });

  it('knows thousands from each other', async () => {
    const strangers = Array.from({ length: 12_000 }, (_, index) => `62857${index}`);
    await accept(...strangers);
    db.exec('DELETE FROM parts WHERE sender_id % 3 = 0');
    expect(sum(sweepAll(startMs))).to.equal(Math.floor((strangers.length + 2) / 3));
  });
});
