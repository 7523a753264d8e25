import { CommitInDoubt, isAway, unavailable } from './faults.js';

/** How many operations share a commit at most, so that a flood makes more commits and not longer ones. */
const groupMax = 500;

/**
 * While one commit is with the database, the next is made ready here, and while one is synced the other is written. With a
 * third one commits became smaller and nothing faster.
 */
const underWayMax = 2;

interface Waiting<Operation, Value> {
  readonly operation: Operation;
  readonly resolve: (value: Value) => void;
  readonly reject: (error: unknown) => void;
}

export interface CommitGroupOptions<Operation, Value> {
  /** Runs operations in one transaction; its values are in their order. */
  readonly commit: (operations: readonly Operation[]) => Promise<readonly Value[]>;
  /** What operations must come one after the other that have any of these in common. */
  readonly namesOf: (operation: Operation) => Iterable<string>;
  /** How much work an operation is. */
  readonly sizeOf: (operation: Operation) => number;
}

/** A commit under way. */
interface Group {
  readonly names: ReadonlySet<string>;
  readonly size: number;
}

/**
 * Group commit: what is asked for while commits are under way shares the next one, so one fsync and a fixed number of
 * statements serve many. Two commits are under way at a time, of operations that have nothing to do with each other:
 * those that do keep the order in which they were asked for. Each operation stands alone all the same: if one fails, each
 * of its group runs again by itself.
 */
export class CommitGroup<Operation, Value> {
  #waiting: Waiting<Operation, Value>[] = [];
  readonly #underWay = new Set<Group>();
  #isStarting = false;
  #onIdle: (() => void)[] = [];

  constructor(private readonly options: CommitGroupOptions<Operation, Value>) {}

  add(operation: Operation): Promise<Value> {
    return new Promise<Value>((resolve, reject) => {
      this.#waiting.push({ operation, resolve, reject });
      if (this.#isStarting) return;
      this.#isStarting = true;
      // After the poll phase: every socket that had something to say in this turn of the event loop has said it.
      setImmediate(() => {
        this.#isStarting = false;
        this.#start();
      });
    });
  }

  /** Resolves when all that was asked for before has its answer. */
  settled(): Promise<void> {
    if (this.#waiting.length === 0 && this.#underWay.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#onIdle.push(resolve));
  }

  #start(): void {
    while (this.#underWay.size < underWayMax && this.#isWorthACommit()) {
      const { members, group } = this.#takeGroup();
      if (members.length === 0) return;
      this.#underWay.add(group);
      void this.#commitTogether(members).finally(() => {
        this.#underWay.delete(group);
        this.#start();
        if (this.#waiting.length === 0 && this.#underWay.size === 0)
          for (const resolve of this.#onIdle.splice(0)) resolve();
      });
    }
  }

  /**
   * Beside another one only when there is half as much to do: a commit costs the same for one row and for fifty, and what
   * little there is goes with what comes until the other is done.
   */
  #isWorthACommit(): boolean {
    let other = 0;
    for (const { size } of this.#underWay) other += size;
    if (other === 0) return this.#waiting.length > 0;
    let waiting = 0;
    for (const { operation } of this.#waiting) waiting += this.options.sizeOf(operation);
    return waiting * 2 >= other;
  }

  /** The first that wait, but for those that must come after what is under way, or after one that is left. */
  #takeGroup(): { members: Waiting<Operation, Value>[]; group: Group } {
    const members: Waiting<Operation, Value>[] = [];
    const left: Waiting<Operation, Value>[] = [];
    const names = new Set<string>();
    const namesLeft = new Set<string>();
    let size = 0;
    for (const one of this.#waiting) {
      const own = [...this.options.namesOf(one.operation)];
      const mustWait = members.length >= groupMax || own.some((name) => namesLeft.has(name) || this.#isUnderWay(name));
      if (mustWait) left.push(one);
      else {
        members.push(one);
        size += this.options.sizeOf(one.operation);
      }
      for (const name of own) (mustWait ? namesLeft : names).add(name);
    }
    this.#waiting = left;
    return { members, group: { names, size } };
  }

  #isUnderWay(name: string): boolean {
    for (const { names } of this.#underWay) if (names.has(name)) return true;
    return false;
  }

  async #commitTogether(group: readonly Waiting<Operation, Value>[]): Promise<void> {
    try {
      const values = await this.options.commit(group.map(({ operation }) => operation));
      for (const [index, { resolve }] of group.entries()) resolve(values[index] as Value);
    } catch (error) {
      const isShared = isAway(error) || error instanceof CommitInDoubt;
      if (group.length === 1 || isShared) for (const { reject } of group) reject(unavailable(error));
      else for (const one of group) await this.#commitTogether([one]);
    }
  }
}
