import * as z from 'zod';
import type { XApi } from '../api/client.js';
import type { EndpointName } from '../api/endpoints.js';
import type { FaultName } from '../api/faults.js';
import type { Page } from './intake.js';
import type { Pacer } from './pacer.js';

/** What stopped a reading: the same words for a person, whatever it was. */
export type SweepEnd =
  | { readonly kind: 'whole'; readonly items: number }
  | { readonly kind: 'stopped' }
  | { readonly kind: 'unreached'; readonly cause: string }
  | { readonly kind: 'fault'; readonly fault: FaultName; readonly againAtMs: number | null };

export interface SweepRequest {
  readonly endpoint: EndpointName;
  readonly id?: string;
  readonly query: Readonly<Record<string, string>>;
  readonly tokenName: 'pagination_token' | 'next_token';
  /** Looks at a page when it was read; false: it holds what was known already, so the pages after it do too. */
  readonly onPage: (page: Page) => boolean;
  /** Takes what was read, oldest first. `isLast`: with it everything is taken, and the position may move. */
  take(pages: readonly Page[], isLast: boolean): Promise<void>;
}

/** Pages that are kept in memory before they are taken: about 10 MB of posts. */
const heldPagesMax = 20;
/** No timeline of X's is longer; a peer that never ends is not followed for ever. */
const pagesMax = 2_000;

const pageSchema = z.object({
  data: z.array(z.unknown()).default([]),
  includes: z.unknown().optional(),
  meta: z.object({ next_token: z.string().optional() }).default({}),
});

/**
 * Reads all pages of a timeline. X gives the newest first, and a citizen's posts are to be taken in the order in which they
 * were written: so pages are held until the last, turned round, and taken. Of a backlog that is too long to hold, parts are
 * taken without moving the position; should the reading end there, it begins anew and the store knows what it has.
 *
 * By hand, for the paginators of `twitter-api-v2` end in silence when the rate limit is reached, as if all were read.
 */
export async function sweep(api: XApi, request: SweepRequest, pacer: Pacer, stop: AbortSignal): Promise<SweepEnd> {
  let held: Page[] = [];
  let token: string | undefined;
  let items = 0;
  for (let count = 0; count < pagesMax; count += 1) {
    const read = await readPage(api, request, token, pacer, stop);
    if ('kind' in read) return read;
    items += read.page.items.length;
    held.push(read.page);
    token = request.onPage(read.page) ? read.next : undefined;
    if (token === undefined) break;
    if (held.length < heldPagesMax) continue;
    await request.take(oldestFirst(held), false);
    held = [];
  }
  await request.take(oldestFirst(held), true);
  return { kind: 'whole', items };
}

async function readPage(
  api: XApi,
  { endpoint, id, query, tokenName }: SweepRequest,
  token: string | undefined,
  pacer: Pacer,
  stop: AbortSignal,
): Promise<{ page: Page; next: string | undefined } | Exclude<SweepEnd, { kind: 'whole' }>> {
  const whole = token === undefined ? query : { ...query, [tokenName]: token };
  while (!stop.aborted) {
    const result = await api.ask(endpoint, { query: whole, ...(id !== undefined && { id }) });
    if (result.kind === 'good') {
      const parsed = pageSchema.safeParse(result.body);
      if (!parsed.success) return { kind: 'unreached', cause: 'what answers in the place of X is not X' };
      const { data, includes, meta } = parsed.data;
      return { page: { items: data, includes }, next: meta.next_token };
    }
    if (result.kind === 'held') {
      await pacer.waitUntil(result.againAtMs, stop);
    } else if (result.kind !== 'fault') {
      return { kind: 'unreached', cause: result.cause };
    } else if (result.fault !== 'rate_limited') {
      return { kind: 'fault', fault: result.fault, againAtMs: result.againAtMs };
    }
  }
  return { kind: 'stopped' };
}

function oldestFirst(pages: readonly Page[]): Page[] {
  return pages.map(({ items, includes }) => ({ items: [...items].reverse(), includes })).reverse();
}
