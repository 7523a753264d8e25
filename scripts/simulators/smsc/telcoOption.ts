import * as z from 'zod';
import { faultText } from '../http.js';
import type { TelcoOptions } from './smsc.js';
import { switchesSchema } from './switches.js';

/** How telcos are described to the simulator: `--telco` on the command line, or a JSON file. */

const telcoSchema = z.strictObject({
  name: z.string().regex(/^[a-z][a-z0-9_-]*$/, 'expected a short lower-case name'),
  port: z.coerce.number().int().min(0).max(65_535).optional(),
  systemId: z.string().min(1).max(15),
  password: z.string().max(8, 'SMPP allows a password 8 characters'),
  address: z.string().max(20).optional(),
  maxBinds: z.coerce.number().int().positive().optional(),
});

const fileSchema = z.strictObject({
  telcos: z.array(telcoSchema.extend({ switches: switchesSchema.optional() })).min(1),
});

export class BadTelco extends Error {}

/**
 * Reads `name=telkomsel,port=2775,systemId=lapor,password=secret`.
 * @throws BadTelco that names every fault.
 */
export function parseTelcoOption(given: string): TelcoOptions {
  const pairs = given.split(',').map((pair) => {
    const equals = pair.indexOf('=');
    if (equals < 1) throw new BadTelco(`"${pair}": expected key=value`);
    return [pair.slice(0, equals), pair.slice(equals + 1)] as const;
  });
  return defined(parsed(telcoSchema, Object.fromEntries(pairs)));
}

/**
 * Reads `{ "telcos": [ { "name", "port", "systemId", "password", "address"?, "switches"? } ] }`.
 * @throws BadTelco that names every fault.
 */
export function parseTelcoFile(json: string): TelcoOptions[] {
  let content: unknown;
  try {
    content = JSON.parse(json);
  } catch {
    throw new BadTelco('not JSON');
  }
  return parsed(fileSchema, content).telcos.map(defined);
}

function parsed<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new BadTelco(faultText(result.error));
}

/** An option that was left out is not the same as one given as undefined. */
function defined(telco: { readonly [Key in keyof TelcoOptions]: TelcoOptions[Key] | undefined }): TelcoOptions {
  return Object.fromEntries(
    Object.entries(telco).filter(([, value]) => value !== undefined),
  ) as unknown as TelcoOptions;
}
