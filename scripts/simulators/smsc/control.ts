import * as z from 'zod';
import { type ApiAnswer, checked, HttpFault, type Route, wholeNumber } from '../http.js';
import { malformedKinds } from './malformed.js';
import { SmscRefusal } from './refusal.js';
import { textEncodings } from './segments.js';
import type { Smsc } from './smsc.js';
import { longTextForms, switchesSchema } from './switches.js';
import type { Telco } from './telco.js';

/** The control API: what a citizen does, what a handset shows, and how a telco misbehaves. */

const maxWaitMs = 60_000;

const textSchema = z.strictObject({
  from: z.string(),
  to: z.string().max(20).optional(),
  text: z.string().min(1).max(40_000),
  telco: z.string().optional(),
  form: z.enum(longTextForms).optional(),
  encoding: z.enum(textEncodings).optional(),
});

const actionSchema = z.discriminatedUnion('action', [
  z.strictObject({ action: z.literal('drop-connection') }),
  z.strictObject({ action: z.literal('unbind') }),
  z.strictObject({ action: z.literal('redeliver-last') }),
  z.strictObject({ action: z.literal('inject'), kind: z.enum(malformedKinds) }),
]);

type Action = z.output<typeof actionSchema>;

export function controlRoutes(smsc: Smsc): readonly Route[] {
  const routes: readonly Route[] = [
    { method: 'GET', path: '/healthz', handle: () => ok({ status: 'ok' }) },
    ...citizenRoutes(smsc),
    ...telcoRoutes(smsc),
  ];
  return routes.map((route) => ({ ...route, handle: async (request) => explained(() => route.handle(request)) }));
}

function citizenRoutes(smsc: Smsc): readonly Route[] {
  return [
    {
      method: 'POST',
      path: '/texts',
      handle: ({ body }) => ({ status: 202, body: smsc.text(checked(textSchema, body)) }),
    },
    {
      method: 'GET',
      path: '/texts/{id}',
      handle: async ({ params, query, signal }) => {
        const id = params.id ?? '';
        const view = await smsc.settledText(id, wholeNumber(query, 'waitMs', 0, maxWaitMs), signal);
        if (view === undefined) throw new HttpFault(404, 'unknown_text', `No text ${id} here`);
        return ok(view);
      },
    },
    {
      method: 'GET',
      path: '/handsets/{msisdn}/messages',
      handle: async ({ params, query, signal }) => {
        const after = wholeNumber(query, 'after', 0, Number.MAX_SAFE_INTEGER);
        const waitMs = wholeNumber(query, 'waitMs', 0, maxWaitMs);
        return ok({ messages: await smsc.inbox(params.msisdn ?? '', after, waitMs, signal) });
      },
    },
  ];
}

function telcoRoutes(smsc: Smsc): readonly Route[] {
  const named = (params: Readonly<Record<string, string>>) => smsc.telco(params.name ?? '');
  return [
    { method: 'GET', path: '/telcos', handle: () => ok({ telcos: smsc.telcos.map(viewOf) }) },
    {
      method: 'GET',
      path: '/telcos/{name}',
      handle: async ({ params, query, signal }) => {
        const telco = named(params);
        const binds = wholeNumber(query, 'binds', 1, telco.settings.maxBinds);
        await smsc.bound(telco.settings.name, binds, wholeNumber(query, 'waitMs', 0, maxWaitMs), signal);
        return ok(viewOf(telco));
      },
    },
    {
      method: 'PUT',
      path: '/telcos/{name}/switches',
      handle: ({ params, body }) => {
        const telco = named(params);
        telco.setSwitches(checked(switchesSchema, body));
        return ok(telco.switches);
      },
    },
    {
      method: 'DELETE',
      path: '/telcos/{name}/switches',
      handle: ({ params }) => {
        const telco = named(params);
        telco.setSwitches(telco.settings.switches);
        return ok(telco.switches);
      },
    },
    {
      method: 'POST',
      path: '/telcos/{name}/actions',
      handle: async ({ params, body }) => {
        await act(named(params), checked(actionSchema, body));
        return ok({ status: 'done' });
      },
    },
  ];
}

async function act(telco: Telco, action: Action): Promise<void> {
  switch (action.action) {
    case 'drop-connection':
      return telco.dropConnections();
    case 'unbind':
      return telco.unbind();
    case 'redeliver-last':
      if (!telco.redeliverLast()) throw new HttpFault(409, 'nothing_yet', 'Nothing was acknowledged yet');
      return;
    case 'inject':
      if (!telco.inject(action.kind)) throw new HttpFault(409, 'not_bound', 'No ESME is bound to receive it');
  }
}

function viewOf(telco: Telco) {
  const { settings, port, bindings, queued, counts, switches } = telco;
  return { name: settings.name, port, address: settings.address, bindings, queued, counts, switches };
}

const statusOfRefusal = { unknown_telco: 404, bad_number: 400, too_long: 400, queue_full: 503 } as const;

async function explained(handle: () => ApiAnswer | Promise<ApiAnswer>): Promise<ApiAnswer> {
  try {
    return await handle();
  } catch (error) {
    if (error instanceof SmscRefusal) throw new HttpFault(statusOfRefusal[error.code], error.code, error.message);
    throw error;
  }
}

function ok(body: unknown): ApiAnswer {
  return { status: 200, body };
}
