import type { Part } from '../ports/channel.js';

/**
 * Attachments that only their channel can fetch are named `CHANNEL:ID` from intake on: a follow-up does not say by which
 * channel it came. A channel's name has no colon.
 */
export function withChannelInIds(channelId: string, part: Part): Part {
  const { extras } = part;
  if (extras?.attachments === undefined) return part;
  const attachments = extras.attachments.map((attachment) =>
    attachment.id === undefined || attachment.url !== undefined
      ? attachment
      : { ...attachment, id: `${channelId}:${attachment.id}` },
  );
  return { ...part, extras: { ...extras, attachments } };
}

/** @returns null where no channel is named */
export function channelOfAttachment(id: string): { readonly channelId: string; readonly ownId: string } | null {
  const [, channelId, ownId] = /^([a-z][a-z0-9-]*):(.+)$/s.exec(id) ?? [];
  return channelId === undefined || ownId === undefined ? null : { channelId, ownId };
}
