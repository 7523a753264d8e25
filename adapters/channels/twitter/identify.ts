import * as z from 'zod';
import type { ChannelContext, Inbox } from '../../../src/ports/channel.js';
import type { XApi } from './api/client.js';
import type { EndpointName } from './api/endpoints.js';
import { faultPolicies } from './api/faults.js';
import type { Budget } from './budget.js';
import type { TwitterConfig } from './config.js';
import { isXId, newerOf } from './ids.js';
import { idsOf, searchQuery } from './inbound/readings.js';
import { WatchList } from './inbound/watchList.js';
import { Ledger } from './ledger.js';
import { ReplyCap } from './outbound/caps.js';
import { DmPeers } from './outbound/dmPeers.js';
import type { ReplyCaps } from './outbound/sender.js';

/** What is to be known before anything is read: who we are, and how far the gateway before us had read. */
export interface Identity {
  readonly selfId: string;
  readonly ledger: Ledger;
  readonly watchList: WatchList;
  readonly peers: DmPeers;
  readonly caps: ReplyCaps;
}

export interface StartParts {
  readonly config: TwitterConfig;
  readonly context: ChannelContext;
  readonly api: XApi;
  readonly budget: Budget;
  readonly inbox: Inbox;
}

type Found<Value> = { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly cause: string };

const userSchema = z.object({ data: z.object({ id: z.string().refine(isXId), username: z.string() }) });

/** Rejects when the store can't be read. */
export async function identify(parts: StartParts): Promise<Found<Identity>> {
  const { config, context, api, budget, inbox } = parts;
  const self = await whoAreWe(api, config.handle);
  if (!self.ok) return self;
  const known = await Ledger.load(inbox, budget);
  const ledger: Found<Ledger> = known === null ? await firstStart(parts, self.value) : { ok: true, value: known };
  if (!ledger.ok) return ledger;
  const watchList = await WatchList.load(inbox, config.recheckDays, context.log);
  const peers = await DmPeers.load(inbox, self.value);
  const caps = {
    authors: await ReplyCap.load(inbox, 'answered authors', config.repliesPerAuthorPerDay),
    conversations: await ReplyCap.load(inbox, 'answered conversations', config.repliesPerConversationPerDay),
  };
  return { ok: true, value: { selfId: self.value, ledger: ledger.value, watchList, peers, caps } };
}

async function whoAreWe(api: XApi, handle: string): Promise<Found<string>> {
  const me = await ask(api, 'me', {});
  if (!me.ok) return me;
  const user = userSchema.safeParse(me.value);
  if (!user.success) return { ok: false, cause: 'what answers in the place of X is not X' };
  const { id, username } = user.data.data;
  if (username.toLowerCase() === handle.toLowerCase()) return { ok: true, value: id };
  return { ok: false, cause: `the credentials are those of @${username}, and \`handle\` says @${handle}` };
}

/** Marks what is there already, for nothing old is answered: the newest post and message, whatever way they came. */
async function firstStart(parts: StartParts, selfId: string): Promise<Found<Ledger>> {
  const { config, context, api, budget, inbox } = parts;
  const query = { query: searchQuery(config), max_results: '10' };
  const looks = [
    { endpoint: 'mentions', kind: 'ownedRead', request: { id: selfId, query: { max_results: '5' } } },
    { endpoint: 'search', kind: 'read', request: { query } },
    ...(config.directMessages
      ? [{ endpoint: 'dmEvents', kind: 'dmRead', request: { query: { max_results: '1' } } } as const]
      : []),
  ] as const;
  let floor = '0';
  for (const { endpoint, kind, request } of looks) {
    const page = await ask(api, endpoint, request);
    // Search and messages may not be part of the access level: then nothing comes that way.
    if (!page.ok && endpoint === 'mentions') return page;
    const ids = page.ok ? idsOf(pageSchema.safeParse(page.value).data?.data ?? []) : [];
    budget.read(kind, ids);
    floor = ids.reduce(newerOf, floor);
  }
  context.log.info({}, 'the first start: what was posted before is not answered');
  const position = { floor, mentions: floor, searchedToMs: api.nowAtX(), directMessages: floor, newest: floor };
  return { ok: true, value: await Ledger.begin(inbox, budget, position) };
}

const pageSchema = z.object({ data: z.array(z.unknown()).default([]) });

async function ask(api: XApi, endpoint: EndpointName, request: Parameters<XApi['ask']>[1]): Promise<Found<unknown>> {
  const result = await api.ask(endpoint, request);
  if (result.kind === 'good') return { ok: true, value: result.body };
  return { ok: false, cause: result.kind === 'fault' ? faultPolicies[result.fault].words : result.cause };
}
