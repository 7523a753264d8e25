import { expect } from 'chai';
import fc from 'fast-check';
import { CommitGroup } from '../../../../adapters/stores/postgres/commitGroup.js';
import { StoreUnavailable } from '../../../../src/ports/store.js';

interface Operation {
  readonly number: number;
  readonly names: readonly string[];
  readonly fails?: boolean;
}

/** A database whose commits end when they are told to. */
class Commits {
  readonly underWay: { readonly operations: readonly Operation[]; end(error?: Error): void }[] = [];
  readonly done: number[] = [];
  readonly group = new CommitGroup<Operation, number>({
    commit: (operations) => this.#commit(operations),
    namesOf: ({ names }) => names,
    sizeOf: () => 1,
  });

  add(number: number, ...names: string[]): Promise<number> {
    return this.group.add({ number, names });
  }

  numbers(): number[][] {
    return this.underWay.map(({ operations }) => operations.map(({ number }) => number));
  }

  async end(index: number, error?: Error): Promise<void> {
    this.underWay.splice(index, 1)[0]?.end(error);
    await turn();
  }

  #commit(operations: readonly Operation[]): Promise<number[]> {
    return new Promise((resolve, reject) => {
      const end = (error?: Error): void => {
        if (error !== undefined) reject(error);
        else {
          this.done.push(...operations.map(({ number }) => number));
          resolve(operations.map(({ number }) => number * 10));
        }
      };
      this.underWay.push({ operations, end });
    });
  }
}

/** All that a turn of the event loop brings about, its immediates included. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
}

describe('PostgreSQL group commit', () => {
  let commits: Commits;

  beforeEach(() => {
    commits = new Commits();
  });

  it('commits together what comes in one turn, and gives each its own value', async () => {
    const values = [commits.add(1, 'a'), commits.add(2, 'a'), commits.add(3, 'b')];
    await turn();
    expect(commits.numbers()).to.deep.equal([[1, 2, 3]]);
    await commits.end(0);
    expect(await Promise.all(values)).to.deep.equal([10, 20, 30]);
  });

  it('begins a second commit beside the first, of what has nothing to do with it, and no third', async () => {
    const all = [commits.add(1, 'a')];
    await turn();
    all.push(commits.add(2, 'b'));
    await turn();
    all.push(commits.add(3, 'c'));
    await turn();
    expect(commits.numbers()).to.deep.equal([[1], [2]]);
    await commits.end(1);
    expect(commits.numbers()).to.deep.equal([[1], [3]]);
    await commits.end(0);
    await commits.end(0);
    await Promise.all(all);
  });

  it('lets little wait for more while another is under way', async () => {
    const all = [commits.add(1, 'a'), commits.add(2, 'b'), commits.add(3, 'c')];
    await turn();
    all.push(commits.add(4, 'd'));
    await turn();
    expect(commits.numbers()).to.deep.equal([[1, 2, 3]]);
    all.push(commits.add(5, 'e'));
    await turn();
    expect(commits.numbers()).to.deep.equal([
      [1, 2, 3],
      [4, 5],
    ]);
    await commits.end(0);
    await commits.end(0);
    await Promise.all(all);
  });

  it('keeps what has a name in common one after the other, also behind one that had to wait', async () => {
    const all = [commits.add(1, 'a')];
    await turn();
    all.push(commits.add(2, 'a', 'b'), commits.add(3, 'b'), commits.add(4, 'c'));
    await turn();
    expect(commits.numbers()).to.deep.equal([[1], [4]]);
    await commits.end(0);
    expect(commits.numbers()).to.deep.equal([[4], [2, 3]]);
    await commits.end(0);
    await commits.end(0);
    await Promise.all(all);
  });

  it('runs each by itself when one of them fails, and what came after them later', async () => {
    const first = commits.add(1, 'a');
    const bad = commits.add(2, 'a').catch((error: unknown) => error);
    await turn();
    const after = commits.add(3, 'a');
    await turn();
    await commits.end(0, new TypeError('a fault within one of them'));
    expect(commits.numbers()).to.deep.equal([[1]]);
    await commits.end(0);
    await commits.end(0, new TypeError('it was this one'));
    expect(commits.numbers()).to.deep.equal([[3]]);
    await commits.end(0);
    expect(await Promise.all([first, after])).to.deep.equal([10, 30]);
    expect(await bad).to.be.instanceOf(StoreUnavailable);
  });

  it('rejects all of them at once when the database is away', async () => {
    const all = [commits.add(1, 'a'), commits.add(2, 'b')].map((one) => one.catch((error: unknown) => error));
    await turn();
    await commits.end(0, new StoreUnavailable('away'));
    for (const error of await Promise.all(all)) expect(error).to.be.instanceOf(StoreUnavailable);
    expect(commits.numbers()).to.deep.equal([]);
  });

  it('is settled when all that was asked for has its answer', async () => {
    await commits.group.settled();
    const all = [commits.add(1, 'a')];
    await turn();
    all.push(commits.add(2, 'a'));
    let isSettled = false;
    const settled = commits.group.settled().then(() => {
      isSettled = true;
    });
    await commits.end(0);
    expect(isSettled).to.equal(false);
    await commits.end(0);
    await settled;
    await Promise.all(all);
  });

  it('commits all of it once, and of one name in order, whatever ends when', async () => {
    const step = fc.oneof(
      fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 2 }).map((names) => ({ names })),
      fc.nat(2).map((ends) => ({ ends })),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const run = new Commits();
        const asked: Operation[] = [];
        const all: Promise<number>[] = [];
        for (const one of steps) {
          if ('names' in one) {
            asked.push({ number: asked.length, names: one.names });
            all.push(run.add(asked.length - 1, ...one.names));
          } else await run.end(one.ends);
        }
        await turn();
        while (run.underWay.length > 0) await run.end(0);
        await Promise.all(all);
        expect(run.done).to.have.members(asked.map(({ number }) => number));
        for (const name of ['a', 'b', 'c', 'd']) {
          const ofName = asked.filter(({ names }) => names.includes(name)).map(({ number }) => number);
          expect(run.done.filter((number) => ofName.includes(number))).to.deep.equal(ofName);
        }
      }),
      { numRuns: 60 },
    );
  });
});
