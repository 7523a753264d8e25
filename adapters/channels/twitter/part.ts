import { createHash } from 'node:crypto';
import type { Attachment } from '../../../src/domain/report.js';
import type { Part, PartExtras } from '../../../src/ports/channel.js';
import type { XDirectMessage } from './directMessage.js';
import type { Includes, XPost } from './post.js';
import { type Calls, citizenText } from './text.js';

/** Posts and direct messages as parts. */

export interface Self extends Calls {
  /** Our own user id. */
  readonly id: string;
}

/** Direct messages and posts have ids of one kind: a prefix tells a reply where it must go. */
const dmPrefix = 'dm:';

export function dmExternalId(eventId: string): string {
  return `${dmPrefix}${eventId}`;
}

export function isDmExternalId(externalId: string): boolean {
  return externalId.startsWith(dmPrefix);
}

interface Arrived {
  readonly raw: unknown;
  readonly receivedAtMs: number;
}

/** A post as it stands. Its key is the first id that it had. */
export function partOfPost(post: XPost, includes: Includes, self: Self, { raw, receivedAtMs }: Arrived): Part {
  const [firstId] = post.versions;
  return {
    key: { by: 'id', id: firstId },
    receivedAtMs,
    from: post.authorId,
    to: `@${self.handle}`,
    text: citizenText(post, self),
    encoding: 'utf8',
    raw: withoutPeople(raw, post.authorId),
    textOffset: 0,
    dataCoding: null,
    concat: null,
    externalId: firstId,
    oddity: null,
    extras: extrasOf(post, includes, self),
  };
}

/** The news that a post reads otherwise now. */
export function partOfEdit(part: Part, post: XPost): Part {
  const [firstId] = post.versions;
  return {
    ...part,
    key: { by: 'id', id: post.id },
    externalId: post.id,
    about: { externalId: firstId, change: 'edited' },
  };
}

/** The news that a post is gone, or that only followers may see it now: either way it is no longer ours to keep. */
export function partOfDeletion(
  post: { readonly id: string; readonly authorId: string },
  self: Self,
  atMs: number,
): Part {
  const raw = { deleted: post.id };
  return {
    ...emptyPart(self, atMs),
    key: { by: 'id', id: `${post.id}:deleted` },
    from: post.authorId,
    text: '',
    encoding: 'utf8',
    raw: Buffer.from(JSON.stringify(raw)),
    externalId: null,
    oddity: null,
    extras: { audience: 'public' },
    about: { externalId: post.id, change: 'deleted' },
  };
}

export function partOfDirectMessage(message: XDirectMessage, includes: Includes, self: Self, arrived: Arrived): Part {
  const attachments = attachmentsOf(message.mediaKeys, includes);
  return {
    ...emptyPart(self, arrived.receivedAtMs),
    key: { by: 'id', id: dmExternalId(message.id) },
    from: message.senderId,
    text: message.text,
    encoding: 'utf8',
    raw: withoutPeople(arrived.raw, message.senderId),
    externalId: dmExternalId(message.id),
    oddity: null,
    // Who could have posted and wrote here instead does not want to be read by all.
    extras: { audience: 'private', flags: ['confidential'], ...(attachments.length > 0 && { attachments }) },
  };
}

/** What came and could not be read: kept as evidence. */
export function unreadablePart(raw: unknown, oddity: string, self: Self, atMs: number): Part {
  const authorId = field(raw, 'author_id') ?? field(raw, 'sender_id');
  const octets = withoutPeople(raw, authorId ?? '');
  const id = field(raw, 'id') ?? createHash('sha256').update(octets).digest('hex');
  return {
    ...emptyPart(self, atMs),
    key: { by: 'id', id: `unreadable:${id}` },
    from: authorId ?? 'unknown',
    text: null,
    encoding: 'utf8',
    raw: octets,
    externalId: null,
    oddity,
  };
}

function emptyPart(self: Self, receivedAtMs: number) {
  return { receivedAtMs, to: `@${self.handle}`, textOffset: 0, dataCoding: null, concat: null } as const;
}

function extrasOf(post: XPost, includes: Includes, self: Self): PartExtras {
  const [firstId] = post.versions;
  const isProtected = includes.protectedUsers.has(post.authorId);
  const attachments = [...attachmentsOf(post.mediaKeys, includes), ...contextOf(post, self)];
  const place = post.placeId === null ? undefined : includes.places.get(post.placeId)?.fullName;
  const point = pointOf(post.coordinates);
  return {
    audience: 'public',
    conversation: post.conversationId ?? firstId,
    ...(post.repliedToId !== null && { inReplyTo: post.repliedToId }),
    ...(attachments.length > 0 && { attachments }),
    ...(point !== null && { point }),
    ...(place !== undefined && { place }),
    // `/i/` leads to the post without naming who wrote it. Nobody but followers could open a protected one.
    ...(!isProtected && { publicUrl: postUrl(post.id) }),
    ...(isProtected && { flags: ['protected_author'] }),
  };
}

function pointOf(coordinates: XPost['coordinates']): { lat: number; lon: number } | null {
  if (coordinates === null) return null;
  const [lon, lat] = coordinates;
  return Math.abs(lat) <= 90 && Math.abs(lon) <= 180 ? { lat, lon } : null;
}

export function postUrl(id: string): string {
  return `https://x.com/i/web/status/${id}`;
}

/**
 * What the post points at: the one it quotes, and another's that it answers. As links and not as words, for those are not
 * the citizen's own, and their author may take them back.
 */
function contextOf(post: XPost, self: Self): Attachment[] {
  const answered = post.repliedToAuthorId === self.id ? null : post.repliedToId;
  return [post.quotedId, answered]
    .filter((id) => id !== null)
    .map((id) => ({ id: `post:${id}`, url: postUrl(id), contentType: 'text/html', bytes: null, sha256: null }));
}

function attachmentsOf(mediaKeys: readonly string[], includes: Includes): Attachment[] {
  return mediaKeys.map((key) => {
    const media = includes.media.get(key);
    return {
      id: key,
      ...(media?.url != null && { url: media.url }),
      contentType: media?.contentType ?? null,
      bytes: null,
      sha256: null,
      ...(media?.altText != null && { altText: media.altText }),
      ...(media?.width != null && { width: media.width }),
      ...(media?.height != null && { height: media.height }),
    };
  });
}

const peopleKeys: ReadonlySet<string> = new Set([
  ...['author_id', 'sender_id', 'recipient_id', 'in_reply_to_user_id', 'participant_ids', 'dm_conversation_id'],
  ...['users', 'username', 'screen_name', 'target'],
]);

/** Evidence without addresses: no key that names a person, no link by a person's name, and not the sender's id. */
function withoutPeople(raw: unknown, senderId: string): Buffer {
  const text = JSON.stringify(raw, (key, value: unknown) => {
    if (peopleKeys.has(key)) return undefined;
    if (typeof value !== 'string') return value;
    const nameless = value.replaceAll(/\b((?:x|twitter)\.com)\/\w{1,15}\/status\//gi, '$1/i/status/');
    return senderId === '' ? nameless : nameless.replaceAll(senderId, '[sender]');
  });
  return Buffer.from(text ?? 'null');
}

function field(raw: unknown, key: string): string | null {
  if (typeof raw !== 'object' || raw === null) return null;
  const value: unknown = (raw as Readonly<Record<string, unknown>>)[key];
  return typeof value === 'string' && value !== '' ? value : null;
}
