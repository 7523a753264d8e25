import * as z from 'zod';
import { type ApiAnswer, checked, HttpFault, type Route, wholeNumber } from '../http.js';
import { faultSchema } from './api/faults.js';
import { citizenRoutes } from './citizens.js';
import type { Push } from './push/push.js';
import type { XSimulator } from './simulator.js';
import { switchesSchema } from './switches.js';

/** The control API: what citizens do and see, how X misbehaves, and what went on. */

const maxWaitMs = 60_000;

type Action = (x: XSimulator, push: Push) => void | Promise<void>;

/** How X itself says that a stream was ended. */
const operationalDisconnect = {
  errors: [
    {
      title: 'operational-disconnect',
      disconnect_type: 'UpstreamOperationalDisconnect',
      detail: 'This stream has been disconnected upstream for operational reasons.',
      type: 'https://api.twitter.com/2/problems/operational-disconnect',
    },
  ],
};

const actions: Readonly<Record<string, Action>> = {
  'drop-streams': (_, push) => push.dropStreams(),
  'end-streams': (_, push) => {
    for (const stream of push.streams) stream.end(operationalDisconnect);
  },
  'silence-streams': (_, push) => {
    for (const stream of push.streams) stream.silence();
  },
  'validate-webhooks': (_, push) => push.webhooks.validateAll(),
  'resend-last-event': (_, push) => {
    if (!push.webhooks.sendLastAgain()) throw new HttpFault(409, 'nothing_yet', 'No event went to a webhook yet');
  },
  'index-now': (x) => x.posts.indexNow(),
  'expire-access-tokens': (x) => x.app.expireAccessTokens(),
  'reset-limits': (x) => x.limits.reset(),
};

const actionSchema = z.strictObject({ action: z.enum(Object.keys(actions) as [string, ...string[]]) });

/** @param endpointNames what faults may be set on. */
export function controlRoutes(x: XSimulator, push: Push, endpointNames: readonly string[]): readonly Route[] {
  const routes: readonly Route[] = [
    { method: 'GET', path: '/healthz', handle: () => ok({ status: 'ok' }) },
    {
      method: 'GET',
      path: '/state',
      handle: async ({ query, signal }) => {
        const wanted = wholeNumber(query, 'streams', push.streams.length, 10);
        const look = () => (push.streams.length === wanted ? true : undefined);
        await x.changes.until(look, wholeNumber(query, 'waitMs', 0, maxWaitMs), signal);
        return ok(stateOf(x, push));
      },
    },
    ...citizenRoutes(x),
    ...misbehaviourRoutes(x, endpointNames),
    {
      method: 'POST',
      path: '/actions',
      handle: async ({ body }) => {
        await actions[checked(actionSchema, body).action]?.(x, push);
        return ok({ status: 'done' });
      },
    },
  ];
  return routes.map((route) => ({ ...route, handle: async (request) => explained(() => route.handle(request)) }));
}

function stateOf(x: XSimulator, push: Push) {
  const { service, bill, requests, switches, faults, posts, people } = x;
  return {
    service: { id: service.id, username: service.username },
    credentials: x.app.credentials,
    switches,
    faults: faults.current,
    requests: Object.fromEntries(requests),
    lastRefusal: x.app.lastRefusal,
    streams: { filtered: push.filtered.open.length, activity: push.activity.open.length },
    rules: push.filtered.rules,
    subscriptions: push.activity.subscriptions,
    webhooks: { registered: push.webhooks.registered, ...push.webhooks.counts },
    bill: bill.summary,
    posts: posts.count,
    users: people.count,
  };
}

function misbehaviourRoutes(x: XSimulator, endpointNames: readonly string[]): readonly Route[] {
  return [
    {
      method: 'PUT',
      path: '/switches',
      handle: ({ body }) => {
        x.switches = checked(switchesSchema, body);
        return ok(x.switches);
      },
    },
    {
      method: 'DELETE',
      path: '/switches',
      handle: () => {
        x.switches = x.settings.switches;
        return ok(x.switches);
      },
    },
    {
      method: 'PUT',
      path: '/faults',
      handle: ({ body }) => {
        const faults = checked(z.union([z.array(faultSchema).max(50), faultSchema.transform((one) => [one])]), body);
        const unknown = faults.find(({ on }) => on !== '*' && !endpointNames.includes(on));
        if (unknown !== undefined) {
          throw new HttpFault(
            400,
            'unknown_endpoint',
            `No endpoint "${unknown.on}". There is: *, ${endpointNames.join(', ')}`,
          );
        }
        x.faults.set(faults);
        return ok(x.faults.current);
      },
    },
    {
      method: 'DELETE',
      path: '/faults',
      handle: () => {
        x.faults.set([]);
        return ok([]);
      },
    },
  ];
}

/** What people name wrongly is their request's fault. */
async function explained(handle: () => ApiAnswer | Promise<ApiAnswer>): Promise<ApiAnswer> {
  try {
    return await handle();
  } catch (error) {
    if (error instanceof RangeError || error instanceof SyntaxError) throw new HttpFault(400, 'invalid', error.message);
    throw error;
  }
}

function ok(body: unknown): ApiAnswer {
  return { status: 200, body };
}
