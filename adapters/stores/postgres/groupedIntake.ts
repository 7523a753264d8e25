import type { AcceptBatch, AcceptSummary } from '../../../src/ports/store.js';
import { CommitGroup } from './commitGroup.js';
import type { Database } from './database.js';
import { CommitInDoubt, isKnownAlready, unavailable } from './faults.js';
import type { IntakeOperation, PartIntake, Undertaking } from './partIntake.js';
import type { PartKeys } from './partKeys.js';
import { turns } from './turns.js';

/**
 * After a part that was taken for new and is known. A peer that sends again what it has no answer for sends all of it: to
 * try each group the quick way first would be to do it twice.
 */
const carefulGroups = 16;

/** Parts on their way into the store, many in a commit. */
export class GroupedIntake {
  readonly #group: CommitGroup<IntakeOperation, AcceptSummary | null>;
  #carefulGroupsLeft = 0;

  constructor(
    private readonly database: Database,
    private readonly intake: PartIntake,
    private readonly keys: PartKeys,
  ) {
    this.#group = new CommitGroup({ commit: (operations) => this.#commit(operations), namesOf, sizeOf });
  }

  async accept(batch: AcceptBatch): Promise<AcceptSummary> {
    const summary = await this.#group.add({ kind: 'accept', batch });
    if (summary === null) throw new TypeError('an accepted batch has no summary');
    return summary;
  }

  async settle(channelId: string, keys: (IntakeOperation & { kind: 'settle' })['keys']): Promise<void> {
    await this.#group.add({ kind: 'settle', channelId, keys });
  }

  /** Resolves when all that was asked for before has its answer. */
  settled(): Promise<void> {
    return this.#group.settled();
  }

  async #commit(operations: readonly IntakeOperation[]): Promise<(AcceptSummary | null)[]> {
    if (this.#carefulGroupsLeft > 0) {
      this.#carefulGroupsLeft -= 1;
      return this.#commitWith('all', operations);
    }
    try {
      return await this.#commitWith('none to plain parts', operations);
    } catch (error) {
      if (!isKnownAlready(error)) throw error;
      this.#carefulGroupsLeft = carefulGroups;
      return this.#commitWith('all', operations);
    }
  }

  async #commitWith(
    care: 'all' | 'none to plain parts',
    operations: readonly IntakeOperation[],
  ): Promise<(AcceptSummary | null)[]> {
    let undertaking: Undertaking | null = null;
    try {
      return await this.database.transaction((tx) =>
        this.intake.run(tx, operations, care, (undertaken) => {
          undertaking = undertaken;
        }),
      );
    } catch (error) {
      if (error instanceof CommitInDoubt && undertaking !== null) this.#doubt(undertaking);
      throw turns.isOver(error) ? turns.over(error) : unavailable(error);
    }
  }

  #doubt({ partIds, newKeys }: Undertaking): void {
    this.keys.doubt(partIds);
    this.keys.doubtNew(newKeys());
  }
}

/**
 * A sender's parts come one after the other, and so do places in one stream. What is settled needs no order: its parts are
 * stored, and an equal text that comes in this moment might as well have come before.
 */
function* namesOf(operation: IntakeOperation): Iterable<string> {
  if (operation.kind === 'settle') return;
  const { parts, cursor } = operation.batch;
  for (const { from } of parts) yield from;
  if (cursor !== undefined) yield cursor.name;
}

/** In rows: a part writes four, and a settled key removes one. */
function sizeOf(operation: IntakeOperation): number {
  return operation.kind === 'accept' ? operation.batch.parts.length * 4 : operation.keys.length;
}
