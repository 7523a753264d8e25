import * as z from 'zod';
import { statusSchema } from '../../../src/domain/status.js';
import { checked, HttpFault, type Route, wholeNumber } from '../http.js';
import { deliveryWays } from './emitter.js';
import { failureSchema } from './failures.js';
import type { TrackerSimulator } from './simulator.js';

/** The control API: moves tickets, makes the tracker fail, and tells what it has received. */

const maxWaitMs = 60_000;
const maxKeysPerPage = 10_000;

const changeSchema = z.strictObject({
  status: statusSchema,
  agency: z.string().max(500).optional(),
  message: z.string().max(5_000).optional(),
  dueAt: z.iso.datetime({ offset: true }).optional(),
  delivery: z.enum(deliveryWays).default('once').describe('How the event is pushed; it can be polled in any case'),
});

export function controlRoutes(tracker: TrackerSimulator): readonly Route[] {
  const { ledger, failures } = tracker;
  return [
    { method: 'GET', path: '/healthz', handle: () => ({ status: 200, body: { status: 'ok' } }) },
    { method: 'GET', path: '/failures', handle: () => ({ status: 200, body: failures.current ?? {} }) },
    {
      method: 'PUT',
      path: '/failures',
      handle: ({ body }) => {
        failures.set(checked(failureSchema, body));
        return { status: 200, body: failures.current };
      },
    },
    {
      method: 'DELETE',
      path: '/failures',
      handle: () => {
        failures.set(null);
        return { status: 200, body: {} };
      },
    },
    {
      method: 'POST',
      path: '/tickets/{trackingId}/status',
      handle: ({ params, body }) => {
        const { delivery, ...change } = checked(changeSchema, body);
        const event = tracker.setStatus(params.trackingId ?? '', change, delivery);
        if (event === undefined) throw unknownTicket();
        return { status: 202, body: event };
      },
    },
    {
      method: 'GET',
      path: '/reports',
      handle: async ({ query, signal }) => {
        const distinct = wholeNumber(query, 'distinct', 0, Number.MAX_SAFE_INTEGER);
        await tracker.filed(distinct, wholeNumber(query, 'waitMs', 0, maxWaitMs), signal);
        const keys = ledger
          .tickets(wholeNumber(query, 'offset', 0, 1e9), wholeNumber(query, 'limit', 1_000, maxKeysPerPage))
          .map(({ reportId, trackingId, submissions }) => ({ key: reportId, trackingId, submissions }));
        return { status: 200, body: { ...tracker.totals(), keys } };
      },
    },
    {
      method: 'GET',
      path: '/reports/{trackingId}',
      handle: ({ params: { trackingId = '' } }) => {
        const ticket = ledger.ticket(trackingId);
        if (ticket === undefined) throw unknownTicket();
        const report = ledger.report(trackingId) ?? null;
        return { status: 200, body: { ticket, report, followUps: ledger.followUpsOf(trackingId) } };
      },
    },
  ];
}

function unknownTicket(): HttpFault {
  return new HttpFault(404, 'unknown_ticket', 'The tracker has no ticket with this tracking id');
}
