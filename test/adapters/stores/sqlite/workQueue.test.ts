import { expect } from 'chai';
import { type Db, openDatabase } from '../../../../adapters/stores/sqlite/database.js';
import { WorkQueue } from '../../../../adapters/stores/sqlite/workQueue.js';
import { SqlitePlace } from '../../../fakes/sqlitePlace.js';

const lane = 0;

describe('a queue of the SQLite store', () => {
  let place: SqlitePlace;
  let db: Db;
  let queue: WorkQueue;

  beforeEach(async () => {
    place = await SqlitePlace.create();
    db = openDatabase(place.file);
    queue = new WorkQueue(db, 'forward_queue');
  });

  afterEach(async () => {
    db.close();
    await place.remove();
  });

  const claimed = (nowMs = 0): number[] => queue.claim(lane, 10, nowMs, nowMs + 100).map(({ seq }) => seq);
  const leases = (): number => db.prepare<[], number>('SELECT count(*) FROM leases').pluck().get() ?? 0;

  it('finds what is new under a number that was passed: they begin anew when retention has emptied a table', () => {
    queue.add(1_000, lane, 1);
    expect(claimed()).to.deep.equal([1_000]);
    queue.done([1_000]);
    queue.add(1, lane, 2);
    expect(claimed()).to.deep.equal([1]);
  });

  it('has one row for what a claim took, until the last of it has come to its end', () => {
    for (const seq of [1, 2, 3]) queue.add(seq, lane, seq);
    expect(claimed()).to.deep.equal([1, 2, 3]);
    expect(leases()).to.equal(1);
    queue.done([1, 3]);
    expect(leases()).to.equal(1);
    queue.delay(2, 50, false);
    expect(leases()).to.equal(0);
    expect(claimed(50)).to.deep.equal([2]);
    expect(claimed(150)).to.deep.equal([2]);
    expect(leases()).to.equal(1);
    queue.release(2);
    expect(leases()).to.equal(0);
  });

  it('takes off its list what is put off right after a rollback, when the leases are read anew', () => {
    for (const seq of [1, 2]) queue.add(seq, lane, seq);
    expect(claimed()).to.deep.equal([1, 2]);
    queue.forget();
    queue.delay(1, 50, false);
    expect(claimed(50)).to.deep.equal([1]);
    queue.release(1);
    queue.forget();
    expect(queue.standing(1)).to.equal('ready');
    expect(claimed(51)).to.deep.equal([1]);
  });

  it('tells an operator what is under way', () => {
    for (const seq of [1, 2]) queue.add(seq, lane, 1);
    expect(claimed()).to.deep.equal([1]);
    const besides = openDatabase(place.file);
    const operators = new WorkQueue(besides, 'forward_queue');
    expect([1, 2, 3].map((seq) => operators.standing(seq))).to.deep.equal(['leased', 'parked', null]);
    queue.release(1);
    expect(operators.standing(1)).to.equal('ready');
    besides.close();
  });
});
