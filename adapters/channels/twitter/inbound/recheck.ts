import * as z from 'zod';
import type { XApi } from '../api/client.js';
import { idsNotShown } from '../api/faults.js';
import { postQuery, type Wording } from '../api/fields.js';
import type { Budget } from '../budget.js';
import { readPost } from '../post.js';
import type { Intake } from './intake.js';
import type { Reading } from './reader.js';
import { idsOf } from './readings.js';
import type { SweepEnd } from './sweep.js';
import type { Due, WatchList } from './watchList.js';

/** X looks up so many posts at once. */
const lookupMax = 100;

export interface RecheckParts {
  readonly api: XApi;
  readonly intake: Intake;
  readonly budget: Budget;
  readonly watchList: WatchList;
  readonly wording: Wording;
}

const answerSchema = z.object({ data: z.array(z.unknown()).default([]), includes: z.unknown().optional() });

/** Looks whether the posts that we keep are still there and as they were, before they are a day old. */
export function recheckReading(parts: RecheckParts, everyMs: () => number): Reading {
  return {
    name: 'recheck',
    everyMs,
    read: async (_pacer, stop) => {
      let items = 0;
      for (const due of parts.watchList.due()) {
        for (let from = 0; from < due.posts.length && !stop.aborted; from += lookupMax) {
          const some = { slot: due.slot, posts: due.posts.slice(from, from + lookupMax) };
          const end = await lookAt(parts, some);
          if (end !== null) return end;
          items += some.posts.length;
        }
      }
      return { kind: 'whole', items };
    },
  };
}

async function lookAt({ api, intake, budget, watchList, wording }: RecheckParts, due: Due): Promise<SweepEnd | null> {
  const looked = await lookUp(
    api,
    due.posts.map(({ id }) => id),
    wording,
  );
  if (looked.kind !== 'answer') return looked;
  const gone = new Set(looked.gone);
  budget.read('read', idsOf(looked.items));
  await intake.takeDeletions(due.posts.filter(({ id }) => gone.has(id)));
  const newer = looked.items.flatMap((raw) => {
    const post = readPost(raw);
    const last = post?.versions.at(-1);
    return post === null || last === undefined || last === post.id ? [] : [last];
  });
  const edited = newer.length === 0 ? null : await lookUp(api, newer, wording);
  if (edited?.kind === 'answer') {
    budget.read('read', idsOf(edited.items));
    await intake.takeEdits({ items: edited.items, includes: edited.includes });
  } else if (edited !== null) {
    return edited;
  }
  watchList.looked(due, gone);
  return null;
}

type Looked =
  | {
      readonly kind: 'answer';
      readonly items: readonly unknown[];
      readonly includes: unknown;
      readonly gone: readonly string[];
    }
  | Exclude<SweepEnd, { kind: 'whole' }>;

async function lookUp(api: XApi, ids: readonly string[], wording: Wording): Promise<Looked> {
  const result = await api.ask('lookup', { query: { ids: ids.join(','), ...postQuery(wording) } });
  if (result.kind === 'good') {
    const parsed = answerSchema.safeParse(result.body);
    if (!parsed.success) return { kind: 'unreached', cause: 'what answers in the place of X is not X' };
    return { kind: 'answer', items: parsed.data.data, includes: parsed.data.includes, gone: idsNotShown(result.body) };
  }
  if (result.kind === 'fault') return { kind: 'fault', fault: result.fault, againAtMs: result.againAtMs };
  if (result.kind === 'held') return { kind: 'fault', fault: 'rate_limited', againAtMs: result.againAtMs };
  return { kind: 'unreached', cause: result.cause };
}
