import * as z from 'zod';
import { isXId } from './ids.js';

/** A direct message, from `GET /2/dm_events` or from a `dm.received` event, whose payload has the shape of version 1. */
export interface XDirectMessage {
  readonly id: string;
  readonly senderId: string;
  readonly text: string;
  readonly mediaKeys: readonly string[];
}

const id = z.string().refine(isXId);

const listed = z
  .object({
    id,
    event_type: z.literal('MessageCreate'),
    sender_id: id,
    text: z.string().default(''),
    attachments: z.object({ media_keys: z.array(z.string()).default([]) }).optional(),
  })
  .transform(
    (event): XDirectMessage => ({
      id: event.id,
      senderId: event.sender_id,
      text: event.text,
      mediaKeys: event.attachments?.media_keys ?? [],
    }),
  );

const pushed = z
  .object({
    id,
    type: z.literal('message_create'),
    message_create: z.object({
      sender_id: id,
      message_data: z.object({
        text: z.string().default(''),
        attachment: z.object({ media: z.object({ id_str: z.string() }) }).optional(),
      }),
    }),
  })
  .transform(
    ({ id: eventId, message_create: { sender_id, message_data } }): XDirectMessage => ({
      id: eventId,
      senderId: sender_id,
      text: message_data.text,
      mediaKeys: message_data.attachment === undefined ? [] : [message_data.attachment.media.id_str],
    }),
  );

/** @returns null where this is no message that we can read. */
export function readDirectMessage(raw: unknown): XDirectMessage | null {
  const parsed = z.union([listed, pushed]).safeParse(raw);
  return parsed.success ? parsed.data : null;
}

/** Events of a conversation that say nothing: somebody joined or left. */
export function isSilentEvent(raw: unknown): boolean {
  return z.object({ event_type: z.enum(['ParticipantsJoin', 'ParticipantsLeave']) }).safeParse(raw).success;
}
