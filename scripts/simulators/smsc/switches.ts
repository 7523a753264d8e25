import * as z from 'zod';
import { smpp, statusOf } from './library.js';

/**
 * How a telco misbehaves, and which of the legal ways it has of doing things. Everything left out is at its
 * well-behaved default.
 */

const statusSchema = z
  .union([
    z.int().min(1).max(0xffffffff),
    z
      .string()
      .refine(
        (name) => Object.hasOwn(smpp.errors, name) && name !== 'ESME_ROK',
        'expected an SMPP error by name, such as ESME_RTHROTTLED, or by number',
      ),
  ])
  .transform((status) => (typeof status === 'number' ? status : statusOf(status)));

export const longTextForms = ['udh8', 'udh16', 'sar', 'payload'] as const;
export const messageIdForms = ['decimal', 'hex', 'mixed'] as const;
export const receiptModes = ['on', 'off', 'before-response', 'twice', 'failed', 'delayed'] as const;
export const silences = ['none', 'submit_sm', 'enquire_link', 'all'] as const;

export const switchesSchema = z.strictObject({
  refuseSubmits: z
    .strictObject({
      status: statusSchema.default(statusOf('ESME_RTHROTTLED')),
      every: z.int().positive().default(1).describe('Refuses each nth submit_sm'),
      forSeconds: z.number().positive().max(86_400).optional().describe('Ends by itself'),
    })
    .nullable()
    .default(null)
    .describe('Throttling, a full queue, or any other error to submit_sm'),
  refuseBinds: statusSchema.nullable().default(null).describe('Every bind gets this error'),
  responseDelayMs: z.int().min(0).max(600_000).default(0).describe('Before each submit_sm_resp'),
  silent: z.enum(silences).default('none').describe('Reads these and never answers; `all` sends nothing either'),
  dropAfter: z
    .int()
    .positive()
    .nullable()
    .default(null)
    .describe('Acts on the nth PDU from now, and cuts the connection instead of answering it; then is off'),
  longTextForm: z.enum(longTextForms).default('udh8').describe('How a long text is cut into deliver_sm'),
  outOfOrderParts: z.boolean().default(false).describe('Parts of a long text come last first'),
  duplicateParts: z.boolean().default(false).describe('Every part comes twice'),
  withholdPart: z.int().positive().max(255).nullable().default(null).describe('The nth part never comes'),
  receipts: z.enum(receiptModes).default('on').describe('For submit_sm that ask for a delivery receipt'),
  receiptDelayMs: z.int().min(0).max(600_000).optional().describe('50 ms, or 10 s with `receipts: delayed`'),
  messageIdForm: z
    .enum(messageIdForms)
    .default('decimal')
    .describe('`mixed`: hex in submit_sm_resp, decimal in the receipt, as some telcos do'),
});

export type Switches = z.output<typeof switchesSchema>;
export type SwitchesInput = z.input<typeof switchesSchema>;

const receiptDelayOfMode: Partial<Record<Switches['receipts'], number>> = { delayed: 10_000 };
const usualReceiptDelayMs = 50;

export function receiptDelayMs(switches: Switches): number {
  return switches.receiptDelayMs ?? receiptDelayOfMode[switches.receipts] ?? usualReceiptDelayMs;
}
