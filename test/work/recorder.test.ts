import { expect } from 'chai';
import { Recorder } from '../../src/work/recorder.js';
import { Facts, held } from '../fakes/facts.js';
import { MemoryLog } from '../fakes/log.js';

describe('a recorder', () => {
  let facts: Facts;
  let log: MemoryLog;
  let batches: number[][];

  beforeEach(() => {
    facts = new Facts();
    log = new MemoryLog(facts);
    batches = [];
  });

  it('writes what comes in one turn as one batch, in order', async () => {
    const recorder = new Recorder<number>('numbers', async (numbers) => void batches.push([...numbers]), log);
    await Promise.all([1, 2, 3].map((number) => recorder.add(number)));
    expect(batches).to.deep.equal([[1, 2, 3]]);
  });

  it('writes one batch at a time, and what comes meanwhile as the next', async () => {
    const first = held<void>();
    const recorder = new Recorder<number>(
      'numbers',
      async (numbers) => {
        batches.push([...numbers]);
        facts.changed();
        if (numbers.includes(1)) await first.promise;
      },
      log,
    );
    const added = [recorder.add(1)];
    await facts.until('the first is being written', () => batches.length === 1);
    added.push(recorder.add(2), recorder.add(3));
    await new Promise(setImmediate);
    expect(batches).to.deep.equal([[1]]);
    first.release();
    await Promise.all(added);
    expect(batches).to.deep.equal([[1], [2, 3]]);
  });

  it('keeps what the store rejects and resolves only when it is written', async () => {
    let rejects = true;
    let resolved = false;
    const recorder = new Recorder<number>(
      'numbers',
      async (numbers) => {
        if (rejects) throw new Error('the disk is full');
        batches.push([...numbers]);
      },
      log,
    );
    const added = recorder.add(1).then(() => {
      resolved = true;
    });
    await facts.until('it was rejected', () => log.lines.length > 0);
    expect(resolved).to.equal(false);
    rejects = false;
    await added;
    expect(batches).to.deep.equal([[1]]);
    expect(log.text).to.contain('"what":"numbers","count":1,"error":"the disk is full"');
  });

  it('gives up when it is abandoned, and then writes nothing any more', async () => {
    let writes = 0;
    const recorder = new Recorder<number>(
      'numbers',
      async () => {
        writes += 1;
        throw new Error('the disk is full');
      },
      log,
    );
    const added = recorder.add(1);
    await facts.until('it was rejected', () => log.lines.length > 0);
    recorder.abandon();
    await added;
    await recorder.add(2);
    expect(writes).to.equal(1);
  });
});
