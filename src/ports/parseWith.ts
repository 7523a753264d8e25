import type * as z from 'zod';
import type { ConfigFault, Parsed } from './config.js';

/** Checks a config block against a schema and names every bad key at once, unknown ones included. */
export function parseWith<Schema extends z.ZodType>(schema: Schema, raw: unknown): Parsed<z.output<Schema>> {
  const result = schema.safeParse(raw);
  return result.success
    ? { ok: true, config: result.data }
    : { ok: false, faults: result.error.issues.flatMap(faultsOfIssue) };
}

function faultsOfIssue(issue: z.core.$ZodIssue): ConfigFault[] {
  const path = issue.path.filter((key): key is string | number => typeof key !== 'symbol');
  if (issue.code !== 'unrecognized_keys') return [{ path, message: issue.message }];
  return issue.keys.map((key) => ({ path: [...path, key], message: 'unknown key' }));
}
