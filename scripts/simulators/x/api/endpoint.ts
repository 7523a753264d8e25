import type { ServerResponse } from 'node:http';
import type * as z from 'zod';
import type { XSimulator } from '../simulator.js';
import { isId } from '../world/ids.js';
import type { CallerKind } from './app.js';
import type { Asked } from './present.js';
import { invalidRequest } from './problems.js';
import * as names from './wording.js';

/** What an endpoint is, and how it reads what it was asked. */

export interface Call {
  readonly x: XSimulator;
  readonly caller: CallerKind;
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** Parsed JSON; undefined without a body. */
  readonly body: unknown;
}

export type Answer =
  | { readonly status: number; readonly body: unknown }
  /** Takes the response over and keeps it open; the headers are set. */
  | { readonly stream: (response: ServerResponse) => void };

export interface Endpoint {
  /** Its operationId in X's description. */
  readonly name: string;
  readonly method: string;
  /** With `{name}` places. */
  readonly path: string;
  readonly callers: readonly CallerKind[];
  /** Requests in 15 minutes (https://docs.x.com/x-api/fundamentals/rate-limits); null: not limited, or not allowed. */
  readonly perApp: number | null;
  readonly perUser: number | null;
  /** Parameters of the query that it knows; any other is refused. */
  readonly parameters: readonly string[];
  answer(call: Call): Answer | Promise<Answer>;
}

export const anyone: readonly CallerKind[] = ['app', 'oauth2', 'oauth1'];
export const usersOnly: readonly CallerKind[] = ['oauth2', 'oauth1'];
export const appOnly: readonly CallerKind[] = ['app'];

export const postParameters = [
  ...['tweet.fields', 'post.fields', 'expansions', 'user.fields', 'media.fields', 'place.fields', 'poll.fields'],
];
export const userParameters = ['user.fields', 'expansions', 'tweet.fields', 'post.fields'];

export function ok(body: unknown): Answer {
  return { status: 200, body };
}

/** Fields and expansions of a request about posts. @throws XProblem that names the value it doesn't know. */
export function askedOf({ x, query }: Call): Asked {
  const { wording } = x.switches;
  // No post here has a poll, but a wrong field is refused all the same.
  list(query, 'poll.fields', names.pollFields);
  if (wording === 'tweet' && query.has('post.fields')) throw unknownParameter('post.fields');
  return {
    wording,
    post: new Set([
      ...list(query, 'tweet.fields', names.postFields['tweet.fields']),
      ...list(query, 'post.fields', names.postFields['post.fields']),
    ]),
    user: list(query, 'user.fields', names.userFields),
    media: list(query, 'media.fields', names.mediaFields),
    place: list(query, 'place.fields', names.placeFields),
    expansions: list(query, 'expansions', names.postExpansions[wording]),
  };
}

export function list(query: URLSearchParams, parameter: string, allowed: ReadonlySet<string>): ReadonlySet<string> {
  const given = query.get(parameter);
  if (given === null) return new Set();
  const values = given.split(',');
  const unknown = values.find((value) => !allowed.has(value));
  if (unknown === undefined) return new Set(values);
  throw invalidRequest(
    parameter,
    unknown,
    `The \`${parameter}\` query parameter value [${unknown}] is not one of [${[...allowed].join(',')}]`,
  );
}

export function unknownParameter(parameter: string) {
  return invalidRequest(
    parameter,
    '',
    `The query parameter [${parameter}] is not one of those that this endpoint takes`,
  );
}

/** @throws XProblem out of bounds. */
export function count(query: URLSearchParams, parameter: string, bounds: { min: number; max: number; usual: number }) {
  const given = query.get(parameter);
  if (given === null) return bounds.usual;
  const value = Number(given);
  if (/^\d{1,9}$/.test(given) && value >= bounds.min && value <= bounds.max) return value;
  throw invalidRequest(
    parameter,
    given,
    `The \`${parameter}\` query parameter value [${given}] is not between ${bounds.min} and ${bounds.max}`,
  );
}

export function idParameter(query: URLSearchParams, parameter: string): string | null {
  const given = query.get(parameter);
  if (given === null || isId(given)) return given;
  throw invalidRequest(parameter, given, `The \`${parameter}\` query parameter value [${given}] is not valid`);
}

/** @throws XProblem for a time that is not as RFC 3339 has it. */
export function timeParameter(query: URLSearchParams, parameter: string): number | null {
  const given = query.get(parameter);
  if (given === null) return null;
  const ms = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(given) ? Date.parse(given) : Number.NaN;
  if (!Number.isNaN(ms)) return ms;
  throw invalidRequest(parameter, given, `The \`${parameter}\` query parameter value [${given}] is not a valid time`);
}

/** Ids separated by commas, 1 to 100. */
export function idList(query: URLSearchParams, parameter: string): readonly string[] {
  const ids = (query.get(parameter) ?? '').split(',');
  const wrong = ids.find((id) => !isId(id));
  if (wrong !== undefined || ids.length > 100) {
    throw invalidRequest(parameter, wrong ?? ids.length, `The \`${parameter}\` query parameter needs 1 to 100 ids`);
  }
  return ids;
}

/** A place in a list, as an opaque token. */
export function tokenOf(untilId: string): string {
  return Buffer.from(`until:${untilId}`).toString('base64url');
}

export function placeOf(query: URLSearchParams, ...parameters: readonly string[]): string | null {
  for (const parameter of parameters) {
    const given = query.get(parameter);
    if (given === null) continue;
    const id = /^until:(\d+)$/.exec(Buffer.from(given, 'base64url').toString())?.[1];
    if (id === undefined) {
      throw invalidRequest(parameter, given, `The \`${parameter}\` query parameter value [${given}] is not valid`);
    }
    return id;
  }
  return null;
}

/** @throws XProblem that names the first fault of the body. */
export function bodyAs<Schema extends z.ZodType>(schema: Schema, body: unknown): z.output<Schema> {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const path = issue?.path.join('.') ?? '';
  throw invalidRequest(path, '', `$.${path}: ${issue?.message ?? 'invalid'}`);
}
