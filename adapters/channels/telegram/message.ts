import { createHmac } from 'node:crypto';
import * as z from 'zod';
import type { Attachment } from '../../../src/domain/report.js';
import type { Part } from '../../../src/ports/channel.js';
import type { TelegramConfig } from './config.js';

/** From an update of the Bot API to a part. https://core.telegram.org/bots/api#update */

const fileSchema = z.object({
  file_id: z.string().min(1).max(300),
  file_size: z.int().nonnegative().optional(),
  mime_type: z.string().max(200).optional(),
});

const messageSchema = z.object({
  message_id: z.int(),
  date: z.int(),
  chat: z.object({ id: z.int(), type: z.string() }),
  text: z.string().optional(),
  caption: z.string().optional(),
  location: z.object({ latitude: z.number().min(-90).max(90), longitude: z.number().min(-180).max(180) }).optional(),
  /** The same picture in several sizes, the largest last. */
  photo: z.array(fileSchema).optional(),
  document: fileSchema.optional(),
  video: fileSchema.optional(),
  voice: fileSchema.optional(),
  audio: fileSchema.optional(),
  reply_to_message: z.object({ message_id: z.int() }).optional(),
});

const updateSchema = z.object({
  update_id: z.int(),
  message: messageSchema.optional(),
  edited_message: messageSchema.optional(),
});

type Message = z.output<typeof messageSchema>;

export type UpdateRead =
  | { readonly kind: 'part'; readonly part: Part }
  /** Not from a person to the bot: another kind of update, or a group. */
  | { readonly kind: 'passed_over'; readonly why: 'unknown' | 'not_private' };

export function readUpdate(json: unknown, config: TelegramConfig): UpdateRead {
  const read = updateSchema.safeParse(json);
  const message = read.data?.message ?? read.data?.edited_message;
  if (read.data === undefined || message === undefined) return { kind: 'passed_over', why: 'unknown' };
  if (message.chat.type !== 'private') return { kind: 'passed_over', why: 'not_private' };
  const part = partOf(message, read.data.update_id, config);
  const edited = read.data.message === undefined;
  const about = { externalId: referenceOf(message.chat.id, message.message_id, config), change: 'edited' } as const;
  return { kind: 'part', part: edited ? { ...part, about } : part };
}

/** @returns null where it has none: then it cannot be confirmed either */
export function updateIdOf(json: unknown): number | null {
  return z.object({ update_id: z.int() }).safeParse(json).data?.update_id ?? null;
}

function partOf(message: Message, updateId: number, config: TelegramConfig): Part {
  const { chat, location, reply_to_message: answered } = message;
  const attachments = attachmentsOf(message);
  const words = message.text ?? message.caption ?? null;
  const isMute = words === null && location === undefined && attachments.length === 0;
  const { chat: _chat, reply_to_message: _answered, ...carried } = message;
  return {
    key: { by: 'id', id: `update ${updateId}` },
    receivedAtMs: message.date * 1_000,
    from: String(chat.id),
    to: config.address,
    text: isMute ? null : (words ?? ''),
    encoding: 'utf8',
    raw: Buffer.from(words ?? JSON.stringify(carried), 'utf8'),
    textOffset: 0,
    dataCoding: null,
    concat: null,
    externalId: referenceOf(chat.id, message.message_id, config),
    // A sticker, a game, a poll, a contact, or what will be added.
    oddity: isMute ? 'no_text' : null,
    extras: {
      audience: 'private',
      ...(attachments.length === 0 ? {} : { attachments }),
      ...(location === undefined ? {} : { point: { lat: location.latitude, lon: location.longitude } }),
      ...(answered === undefined ? {} : { inReplyTo: referenceOf(chat.id, answered.message_id, config) }),
    },
  };
}

function attachmentsOf({ photo, document, video, voice, audio }: Message): Attachment[] {
  const picture = photo?.at(-1);
  return [
    ...(picture === undefined ? [] : [{ ...picture, mime_type: 'image/jpeg' }]),
    ...[document, video, voice, audio].filter((file) => file !== undefined),
  ].map(({ file_id: id, file_size: bytes = null, mime_type: contentType = null }) => ({
    id,
    contentType,
    bytes,
    sha256: null,
  }));
}

const proofDigits = 12;

/**
 * A name for a message that the tracker may see. Telegram numbers messages in each chat from 1, and the chat's own number is
 * the citizen's address: so the chat is told apart by a keyed hash that leads nobody back to it.
 */
export function referenceOf(chatId: number | string, messageId: number, { token }: TelegramConfig): string {
  const proof = createHmac('sha256', token).update(`${chatId} ${messageId}`).digest('hex').slice(0, proofDigits);
  return `${messageId}-${proof}`;
}

/** @returns null where it is no reference of this chat */
export function messageIdOf(reference: string, chatId: string, config: TelegramConfig): number | null {
  const messageId = Number(/^(\d{1,15})-/.exec(reference)?.[1] ?? Number.NaN);
  return referenceOf(chatId, messageId, config) === reference ? messageId : null;
}
