import * as z from 'zod';
import { secrecies } from './names.js';
import { areaCode, phrase } from './vocabularyFile.js';

/** The keyword registry, as `config/keywords.yaml` gives it. Its comments explain each key. */

const keyword = z
  .string()
  .max(30)
  .regex(/^[A-Z][A-Z0-9]{2,}$/, 'expected capital letters and digits, at least three, beginning with a letter');

/** `notBefore` is compared with the words that follow. */
const shared = { spellings: z.array(keyword).default([]), notBefore: z.array(phrase).default([]) };
const implied = { topic: z.string().min(1).max(60).optional(), agency: z.string().min(1).max(120).optional() };

const keywordEntry = z.discriminatedUnion(
  'type',
  [
    z.strictObject({ type: z.literal('service'), ...shared }),
    z.strictObject({ type: z.literal('region'), region: areaCode, ...implied, ...shared }),
    z.strictObject({ type: z.literal('topic'), region: areaCode.optional(), ...implied, ...shared }),
  ],
  'expected `type: service`, `type: region` or `type: topic`',
);

const modifierEntry = z.strictObject({ visibility: z.enum(secrecies), ...shared });

export const keywordsSchema = z.strictObject({
  keywords: z.record(keyword, keywordEntry),
  modifiers: z.record(keyword, modifierEntry),
});

export type KeywordsData = z.output<typeof keywordsSchema>;
