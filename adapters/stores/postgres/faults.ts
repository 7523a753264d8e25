import { StoreUnavailable } from '../../../src/ports/store.js';

/**
 * What PostgreSQL's error codes ask for (PostgreSQL documentation, appendix A). An error without one never reached the
 * server, or lost it: the connection was refused, cut or timed out.
 */

/** Two transactions got in each other's way, and this one was chosen to give in: the same again will do. */
const mayBeRepeated = /^(40001|40P01)$/;

/**
 * The database as a whole has trouble, which each operation alone would meet as well: connection (08), read-only after
 * a failover (25006), out of room or connections (53), a lock or an answer that took too long (55P03, 57014), shutdown
 * (57P), input and output (58), damage (XX).
 */
const isDatabases = /^(08|53|57|58|XX)|^(25006|55P03)$/;

/** Errors about values may quote them, and values are what citizens wrote. */
const mayQuoteValues = /^(22|23)/;

/** What another transaction changed between two statements of this one: the same again will do. */
export class Overtaken extends Error {
  readonly code = '40001';
  override readonly name = 'Overtaken';
}

export function sqlStateOf(error: unknown): string | null {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? code : null;
}

export function isRepeatable(error: unknown): boolean {
  return mayBeRepeated.test(sqlStateOf(error) ?? '');
}

/** It can't be done here and never will: there is no such feature (0A), word or function, or no right to it (42). */
export function isRefused(error: unknown): boolean {
  return /^(0A|42)/.test(sqlStateOf(error instanceof StoreUnavailable ? error.cause : error) ?? '');
}

/** A unique index has it already. */
export function isKnownAlready(error: unknown): boolean {
  return sqlStateOf(error instanceof StoreUnavailable ? error.cause : error) === '23505';
}

export function isAway(error: unknown): boolean {
  if (error instanceof StoreUnavailable) return error.cause === undefined || isAway(error.cause);
  const state = sqlStateOf(error);
  return state === null ? !(error instanceof TypeError) : isDatabases.test(state);
}

/** The connection is of no use any more. */
export function isCut(error: unknown): boolean {
  return /^(08|57P)/.test(sqlStateOf(error) ?? '08') || isReadOnly(error);
}

/** The server takes no writes any more: another one was promoted in its place. */
export function isReadOnly(error: unknown): boolean {
  return sqlStateOf(error) === '25006';
}

export function unavailable(error: unknown): StoreUnavailable {
  if (error instanceof StoreUnavailable) return error;
  return new StoreUnavailable(`the store did not take it: ${reasonOf(error)}`, { cause: error });
}

/** The commit was sent and its answer never came: perhaps it is done. */
export class CommitInDoubt extends StoreUnavailable {
  constructor(cause: unknown) {
    super(`the store was lost while it committed: ${reasonOf(cause)}`, { cause });
    this.name = 'CommitInDoubt';
  }
}

/** Why there is no store to be had, and what to do: whoever reads it has just typed a URL or started two machines. */
const openingAdvice: readonly { states: RegExp; meaning: string }[] = [
  { states: /^(none|08...)$/, meaning: 'PostgreSQL does not answer there: is it running, and is the way to it open?' },
  { states: /^28...$/, meaning: 'it does not let this user in: check user and password, and pg_hba.conf' },
  { states: /^3D000$/, meaning: 'there is no such database: make it, such as with `createdb`' },
  { states: /^42501$/, meaning: 'this user may not make the tables: it needs CREATE on the schema' },
  { states: /^53300$/, meaning: 'it has no connection left: raise max_connections, or lower store.pool.connections' },
  { states: /^57P03$/, meaning: 'it is still starting: try again' },
];

/** An error of opening with advice beside what the database said; what has its own words is left as it is. */
export function openingFault(error: unknown): unknown {
  if (error instanceof StoreUnavailable) return error;
  // Of several servers, what the last of them said.
  const told = sqlStateOf(error) === null && error instanceof Error && error.cause !== undefined ? error.cause : error;
  const state = sqlStateOf(told) ?? (isFromNetwork(told) ? 'none' : '');
  const advice = openingAdvice.find(({ states }) => states.test(state));
  return advice === undefined ? error : new Error(`${reasonOf(error)}; ${advice.meaning}`, { cause: error });
}

/** A refused connection has a code such as ECONNREFUSED; the pool's own time-out has only its message. */
function isFromNetwork(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  return typeof code === 'string' || (error instanceof Error && /timeout|terminated/i.test(error.message));
}

function reasonOf(error: unknown): string {
  const state = sqlStateOf(error);
  if (state !== null && mayQuoteValues.test(state)) return `the database refused a value (SQLSTATE ${state})`;
  if (!(error instanceof Error)) return String(error);
  // A host of several addresses that all refuse makes an AggregateError without a message of its own.
  const message = error.message || String((error as { code?: unknown }).code ?? error.name);
  return state === null ? message : `${message} (SQLSTATE ${state})`;
}
