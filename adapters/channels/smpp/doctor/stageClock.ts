import { performance } from 'node:perf_hooks';
import type { Facts, Stage, Words } from '../../../../src/ports/diagnosis.js';

/** Makes the stages of one step, with the time since it began. */
export class StageClock {
  readonly #name: string;
  readonly #target: string;
  readonly #startedMs = performance.now();

  constructor(name: string, target: string) {
    this.#name = name;
    this.#target = target;
  }

  passed(facts: Facts = {}): Stage {
    return this.#stage('passed', facts, null, null);
  }

  failed(reason: string, facts: Facts = {}, meaning: Words | null = null): Stage {
    return this.#stage('failed', facts, reason, meaning);
  }

  skipped(reason: string): Stage {
    return this.#stage('skipped', {}, reason, null);
  }

  waiting(facts: Facts): Stage {
    return this.#stage('waiting', facts, null, null);
  }

  #stage(result: Stage['result'], facts: Facts, reason: string | null, meaning: Words | null): Stage {
    const elapsedMs = Math.round(performance.now() - this.#startedMs);
    return { name: this.#name, target: this.#target, result, elapsedMs, facts, reason, meaning };
  }
}
