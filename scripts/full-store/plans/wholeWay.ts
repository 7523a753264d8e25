import type { Store } from '../../../src/ports/store.js';
import { answer, forwardAll } from './forwarding.js';
import { askAll, workAsOperator } from './operators.js';
import { forgetInSlices } from './retention.js';
import { takeIn } from './takingIn.js';

/** The longest call of a method, and how often it was called. */
export interface MethodUse {
  readonly calls: number;
  readonly longestMs: number;
}

export interface WholeWay {
  readonly used: ReadonlyMap<string, MethodUse>;
  /** Methods of the store that the way did not lead through: what they do was not seen. */
  readonly unused: readonly string[];
}

/** What a store does for itself when it is opened and closed. */
const itself: ReadonlySet<string> = new Set(['constructor', 'begin', 'close']);

/**
 * Leads through all that a store does, a little of each, beginning with what waits in it: texts come in, go to the tracker,
 * are answered, receipts and status come, operators ask, retention takes its slices. So whoever listens to the database
 * meanwhile hears every statement.
 *
 * @param slices how many slices retention takes of each kind at most.
 */
export async function walkWholeWay(store: Store, nowMs: number, slices: number): Promise<WholeWay> {
  const used = new Map<string, { calls: number; longestMs: number }>();
  const watched = watch(store, used);
  const walk = { store: watched, nowMs };
  await takeIn(walk);
  const forwarded = await forwardAll(walk);
  await answer(walk);
  await askAll(walk, forwarded);
  await workAsOperator(walk, forwarded);
  await watched.tidy(nowMs);
  if (store.retention !== undefined) await forgetInSlices(watch(store.retention, used), nowMs, slices);
  const methods = [...methodsOf(store), ...(store.retention === undefined ? [] : methodsOf(store.retention))];
  return { used, unused: methods.filter((name) => !used.has(name)) };
}

function methodsOf(target: object): string[] {
  const prototype = Object.getPrototypeOf(target) as object;
  return Object.entries(Object.getOwnPropertyDescriptors(prototype))
    .filter(([name, { value }]) => typeof value === 'function' && !itself.has(name))
    .map(([name]) => name);
}

/** The same object, which notes who is called and how long that takes. */
function watch<Target extends object>(target: Target, used: Map<string, { calls: number; longestMs: number }>): Target {
  return new Proxy(target, {
    get(_, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]): unknown => {
        const startedMs = performance.now();
        const use = used.get(String(name)) ?? { calls: 0, longestMs: 0 };
        used.set(String(name), use);
        use.calls += 1;
        const result: unknown = Reflect.apply(value, target, args);
        const note = (): void => {
          use.longestMs = Math.max(use.longestMs, performance.now() - startedMs);
        };
        return result instanceof Promise ? result.finally(note) : result;
      };
    },
  });
}
