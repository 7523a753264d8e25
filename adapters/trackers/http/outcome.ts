import type * as z from 'zod';
import { refusalSchema } from '../../../src/domain/trackerApi.js';
import type { TrackerFault } from '../../../src/ports/tracker.js';
import type { Exchanged } from './exchange.js';

/** A tracker that asks for more than a day is asked again after a day: the fault may be its clock. */
const retryAfterMaxMs = 24 * 60 * 60 * 1_000;

type Answered = Extract<Exchanged, { kind: 'answered' }>;

/**
 * What an answer that is no success means. First match wins; what no row names is final.
 * `unavailable` says that the fault is the tracker's and not this report's. A redirect counts as one: it is not
 * followed (that would carry the token to another host), and reports wait until `tracker.url` is mended.
 */
const retried: readonly { from: number; to: number; unavailable: boolean; meaning: string }[] = [
  { from: 100, to: 299, unavailable: false, meaning: 'expected the answer that the tracker API describes' },
  {
    from: 300,
    to: 399,
    unavailable: true,
    meaning: 'redirects are not followed; set tracker.url to the final address',
  },
  { from: 408, to: 408, unavailable: false, meaning: 'request timeout' },
  { from: 425, to: 425, unavailable: false, meaning: 'too early' },
  { from: 429, to: 429, unavailable: true, meaning: 'too many requests' },
  { from: 500, to: 599, unavailable: true, meaning: 'the tracker failed' },
];

/** Answers that mean a wrong setting on our side rather than a bad report. */
const settingFaults: Readonly<Record<number, string>> = {
  401: 'the tracker does not accept our credentials: check tracker.token',
  403: 'the tracker does not allow us to do this: check the rights of tracker.token',
  404: 'the tracker knows no such ticket, or no such path: check tracker.url',
  405: 'the tracker does not know this method here: check tracker.url',
};

/** The answer's body as `schema` reads it, or what it means that it does not. */
export function readAnswer<Schema extends z.ZodType>(
  schema: Schema,
  successes: ReadonlySet<number>,
  exchanged: Exchanged,
): { readonly kind: 'read'; readonly value: z.output<Schema> } | TrackerFault {
  if (exchanged.kind !== 'answered' || !successes.has(exchanged.status)) return faultOf(exchanged);
  const body = parseJson(exchanged.body);
  const result = schema.safeParse(body);
  return result.success ? { kind: 'read', value: result.data } : unreadable(exchanged, body, result.error);
}

/** The policy that goes with an exchange that brought no success. */
export function faultOf(exchanged: Exchanged): TrackerFault {
  if (exchanged.kind === 'stopped') return { kind: 'retry', cause: 'stopped', unavailable: false };
  if (exchanged.kind === 'failed') return { kind: 'retry', cause: exchanged.cause, unavailable: true };
  const row = retried.find(({ from, to }) => from <= exchanged.status && exchanged.status <= to);
  if (row === undefined) return refusalOf(exchanged);
  return retry(exchanged, `answered ${exchanged.status}: ${row.meaning}`, row.unavailable);
}

/** Milliseconds from a `Retry-After` in either form of RFC 9110 §10.2.3, or null when it is none. */
function retryAfterMs(header: string, nowMs: number): number | null {
  const afterMs = /^\d{1,15}$/.test(header) ? Number(header) * 1_000 : Date.parse(header) - nowMs;
  return Number.isNaN(afterMs) ? null : Math.min(Math.max(afterMs, 0), retryAfterMaxMs);
}

/** `undefined`, which JSON cannot say, stands for "no JSON". */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Where a document differs from its schema. Paths and expectations only: the content may be a citizen's. */
export function differences(error: z.ZodError): string {
  const shown = error.issues.slice(0, 5).map((issue) => `${issue.path.join('.') || '(whole)'}: ${issue.message}`);
  return [...shown, ...(error.issues.length > shown.length ? ['…'] : [])].join('; ');
}

function unreadable(answered: Answered, body: unknown, error: z.ZodError): TrackerFault {
  const what = body === undefined ? 'a body that is no JSON' : differences(error);
  return retry(answered, `answered ${answered.status} with ${what}`, false);
}

function retry(answered: Answered, cause: string, unavailable: boolean): TrackerFault {
  const afterMs = answered.retryAfter === null ? null : retryAfterMs(answered.retryAfter, Date.now());
  return { kind: 'retry', cause, unavailable, ...(afterMs === null ? {} : { afterMs }) };
}

/**
 * A 4xx is final, except where it speaks of our settings and is not in the contract's words: a proxy's, or a tracker's whose
 * token ran out. To bury every waiting report for that, and to text every citizen, would be wrong.
 */
function refusalOf(answered: Answered): TrackerFault {
  const body = refusalSchema.safeParse(parseJson(answered.body));
  if (body.success) return { kind: 'refused', ...body.data };
  const setting = settingFaults[answered.status];
  if (setting !== undefined) return retry(answered, `answered ${answered.status}: ${setting}`, true);
  const message = `answered ${answered.status} without { code, message }`;
  return { kind: 'refused', code: `http_${answered.status}`, message };
}
