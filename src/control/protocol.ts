import * as z from 'zod';

/**
 * What an operator's command and the running gateway say to each other over the control socket: one JSON object on a
 * line each way, then the connection ends. Both come from one release as a rule, but a gateway that was not restarted
 * after an upgrade may get requests that it does not know: it says so by `error`.
 */

export const channelActs = ['pause', 'resume', 'drain', 'rebind'] as const;

export type ChannelAct = (typeof channelActs)[number];

/** Longer ones are no name, and would only fill the trail. */
const nameMax = 64;
const reasonMax = 500;

const printableText = (max: number) =>
  z
    .string()
    .min(1)
    .max(max)
    .regex(/^[^\p{Cc}\p{Zl}\p{Zp}]*$/u, 'has a control character');

export const reasonSchema = printableText(reasonMax);

const actor = printableText(nameMax * 2);
const reason = reasonSchema.nullable();

export const requestSchema = z.discriminatedUnion('command', [
  z.strictObject({ command: z.literal('channel list') }),
  z.strictObject({
    command: z.literal('channel act'),
    act: z.enum(channelActs),
    channel: printableText(nameMax),
    actor,
    reason,
  }),
  z.strictObject({ command: z.literal('reload'), actor, reason }),
]);

export type ControlRequest = z.output<typeof requestSchema>;

const linkSchema = z.object({
  name: z.string(),
  state: z.string(),
  sinceMs: z.number(),
  detail: z.string(),
  gauges: z.record(z.string(), z.number()).optional(),
});

const channelSchema = z.object({
  id: z.string(),
  /** Null: replies wait for a channel that is not in the config. */
  adapter: z.string().nullable(),
  state: z.enum(['up', 'degraded', 'down']),
  hold: z.object({ hold: z.enum(['paused', 'drained']), sinceMs: z.number(), actor: z.string() }).nullable(),
  links: z.array(linkSchema),
  facts: z.record(z.string(), z.union([z.string(), z.number()])),
  repliesUnderWay: z.number(),
  repliesWaiting: z.number(),
  oldestReplyMs: z.number().nullable(),
});

export type ChannelReport = z.output<typeof channelSchema>;

const faultSchema = z.object({
  file: z.string(),
  line: z.number(),
  column: z.number(),
  key: z.string(),
  message: z.string(),
});

export const answerSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('channels'), channels: z.array(channelSchema) }),
  z.object({
    kind: z.literal('acted'),
    result: z.enum(['done', 'refused', 'failed']),
    /** For a person: what came of it, or why not and what to do. */
    message: z.string(),
    /** Of the config that was refused. */
    faults: z.array(faultSchema),
  }),
  z.object({ kind: z.literal('error'), message: z.string() }),
]);

export type ControlAnswer = z.output<typeof answerSchema>;

export type Acted = Extract<ControlAnswer, { kind: 'acted' }>;
