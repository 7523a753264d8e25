import { steadyNowMs } from '../../../../src/domain/clock.js';
import type { XApi } from '../api/client.js';
import { directMessageQuery, postQuery, type Wording } from '../api/fields.js';
import type { Budget } from '../budget.js';
import { compareIds, firstIdAt, isXId, newerOf } from '../ids.js';
import type { Ledger } from '../ledger.js';
import type { Self } from '../part.js';
import type { Intake, Page } from './intake.js';
import type { MentionPace } from './mentionPace.js';
import type { Reading } from './reader.js';
import { type SweepRequest, sweep } from './sweep.js';

/** What is read, where from and up to where. */

export interface ReadingParts {
  readonly api: XApi;
  readonly intake: Intake;
  readonly ledger: Ledger;
  readonly budget: Budget;
  readonly self: Self;
  readonly wording: Wording;
}

type Take = SweepRequest['take'];

const dayMs = 86_400_000;
/** Recent search looks back for seven days, by X's clock; a minute less, so that no query is refused for a second. */
const searchableMs = 7 * dayMs - 60_000;

/** Posts that name us. The cheapest way to read them, and X gives the 800 newest only: what is missed, search finds. */
export function mentionsReading(parts: ReadingParts, pace: MentionPace): Reading {
  const { api, ledger, intake, budget, self, wording } = parts;
  return {
    name: 'mentions',
    everyMs: () => pace.waitMs(api.evenPaceMs('mentions')),
    read: async (pacer, stop) => {
      const startMs = steadyNowMs();
      const since = newerOf(ledger.position.mentions, ledger.position.floor);
      let newest = since;
      const onPage = ({ items }: Page): boolean => {
        const ids = idsOf(items);
        newest = ids.reduce(newerOf, newest);
        budget.read('ownedRead', ids);
        return true;
      };
      const take: Take = (pages, isLast) => intake.takePosts(pages, isLast ? { mentions: newest } : {});
      const query = { ...postQuery(wording), max_results: '100', ...(since !== '0' && { since_id: since }) };
      const request = {
        endpoint: 'mentions',
        id: self.id,
        query,
        tokenName: 'pagination_token',
        onPage,
        take,
      } as const;
      const end = await sweep(api, request, pacer, stop);
      if (end.kind === 'whole') pace.note(end.items, startMs, steadyNowMs());
      return end;
    },
  };
}

export interface SearchSettings {
  readonly everyMs: number;
  /** How far each search looks back behind the one before: posts come into X's index late and out of order. */
  readonly overlapMs: number;
  /** What is younger is left for the next time: reading mentions is five times cheaper, so it goes first. */
  readonly settleMs: number;
  /** How much longer it is left to them while they are slow or wait for a limit. */
  readonly patienceMs: number;
}

/** Posts with our hashtags, and mentions that reading mentions missed. */
export function searchReading(parts: ReadingParts, mentions: MentionPace, settings: SearchSettings): Reading {
  const { api, ledger, intake, budget, self, wording } = parts;
  const { everyMs, overlapMs, settleMs, patienceMs } = settings;
  return {
    name: 'search',
    everyMs: () => everyMs,
    read: async (pacer, stop) => {
      const nowMs = api.nowAtX();
      const untilMs = nowMs - Math.min(Math.max(mentions.readToAgeMs, settleMs), settleMs + patienceMs);
      const fromMs = Math.max(ledger.position.searchedToMs - overlapMs, nowMs - searchableMs);
      const since = newerOf(firstIdAt(fromMs), ledger.position.floor);
      const until = firstIdAt(untilMs);
      if (compareIds(since, until) >= 0) return { kind: 'whole', items: 0 };
      const onPage = ({ items }: Page): boolean => {
        budget.read('read', idsOf(items));
        return true;
      };
      const searchedToMs = Math.max(untilMs, ledger.position.searchedToMs);
      const take: Take = (pages, isLast) => intake.takePosts(pages, isLast ? { searchedToMs } : {});
      const limits = { max_results: '100', since_id: since, until_id: until };
      const query = { query: searchQuery(self), ...postQuery(wording), ...limits };
      return sweep(api, { endpoint: 'search', query, tokenName: 'next_token', onPage, take }, pacer, stop);
    },
  };
}

/** Also the rule of the filtered stream. */
export function searchQuery({ handle, hashtags }: Pick<Self, 'handle' | 'hashtags'>): string {
  const calls = [`@${handle}`, ...hashtags.map((tag) => `#${tag}`)].join(' OR ');
  return `(${calls}) -is:retweet -from:${handle}`;
}

/** X tells no way to ask for what is new, so pages are small and reading ends at the first message that is known. */
export function directMessagesReading(parts: ReadingParts, everyMs: () => number): Reading {
  const { api, ledger, intake, budget, wording } = parts;
  return {
    name: 'direct_messages',
    everyMs,
    read: (pacer, stop) => {
      const since = newerOf(ledger.position.directMessages, ledger.position.floor);
      let newest = since;
      const onPage = ({ items }: Page): boolean => {
        const ids = idsOf(items);
        newest = ids.reduce(newerOf, newest);
        budget.read('dmRead', ids);
        return ids.every((id) => compareIds(id, since) > 0);
      };
      const take: Take = async (pages, isLast) => {
        const fresh = pages.map(({ items, includes }) => ({
          items: items.filter((item) => isAfter(item, since)),
          includes,
        }));
        for (const [index, page] of fresh.entries()) {
          const isWhole = isLast && index === fresh.length - 1;
          await intake.takeDirectMessages(page, isWhole ? { directMessages: newest } : {});
        }
      };
      const query = { ...directMessageQuery(wording), max_results: '10' };
      return sweep(api, { endpoint: 'dmEvents', query, tokenName: 'pagination_token', onPage, take }, pacer, stop);
    },
  };
}

function isAfter(item: unknown, since: string): boolean {
  const [id] = idsOf([item]);
  // Without an id nobody can tell: it is kept as unreadable.
  return id === undefined || compareIds(id, since) > 0;
}

export function idsOf(items: readonly unknown[]): string[] {
  return items.flatMap((item) => {
    const id: unknown = typeof item === 'object' && item !== null && 'id' in item ? item.id : null;
    return isXId(id) ? [id] : [];
  });
}
