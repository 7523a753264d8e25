import type * as z from 'zod';
import type { ConfigFault, Parsed } from './config.js';
import { describeIssue, isTypeIssue, unknownKey } from './configWords.js';

/**
 * Checks a config block against a schema and names every bad key at once, unknown ones included, each in
 * words for an operator. Messages that the schema gives itself are kept.
 */
export function parseWith<Schema extends z.ZodType>(schema: Schema, raw: unknown): Parsed<z.output<Schema>> {
  const knownKeys = new Map<string, readonly string[]>();
  const result = schema.safeParse(raw, {
    reportInput: true,
    error: (issue) => {
      // Only here the issue still knows the schema that it came from, and with it the keys that are right.
      if (issue.code === 'unrecognized_keys') knownKeys.set(pathName(issue.path), keysOf(issue.inst));
      return describeIssue(issue);
    },
  });
  if (result.success) return { ok: true, config: result.data };
  return { ok: false, faults: result.error.issues.flatMap((issue) => faultsOf(issue, knownKeys)) };
}

function faultsOf(issue: z.core.$ZodIssue, knownKeys: ReadonlyMap<string, readonly string[]>): ConfigFault[] {
  const path = issue.path.filter((key): key is string | number => typeof key !== 'symbol');
  if (isTypeIssue(issue)) return [{ path, message: messageOf(issue), wrongType: true }];
  if (issue.code !== 'unrecognized_keys') return [{ path, message: messageOf(issue) }];
  const known = knownKeys.get(pathName(issue.path)) ?? [];
  return issue.keys.map((key) => ({ path: [...path, key], message: unknownKey(key, known) }));
}

/** A schema's own message says what is expected, not that nothing was found. */
function messageOf({ code, input, message }: z.core.$ZodIssue): string {
  const isMissing = (code === 'invalid_type' || code === 'invalid_value') && input === undefined;
  return isMissing && !message.startsWith('missing') ? `missing; ${message}` : message;
}

function pathName(path: readonly PropertyKey[] | undefined): string {
  return (path ?? []).map(String).join('\n');
}

function keysOf(schema: z.core.$ZodType | z.core.$ZodCheck | undefined): readonly string[] {
  const shape = schema !== undefined && 'shape' in schema ? schema.shape : null;
  return typeof shape === 'object' && shape !== null ? Object.keys(shape) : [];
}
