import type { Understand } from '../../src/conversation/understand.js';

/** A report that says no more than the message does: for tests of what happens to reports, not of what is in them. */
export const plainUnderstanding: Understand = async (message) => ({
  version: 1,
  id: message.id,
  receivedAt: new Date(message.receivedAtMs).toISOString(),
  channel: { id: message.channelId, kind: message.medium, address: message.address },
  reporter: { ref: message.senderRef, visibility: 'open' },
  kind: 'unclassified',
  title: message.text,
  text: message.text,
  language: null,
  keyword: null,
  implied: null,
  locations: [],
  point: null,
  attachments: [],
  flags: [...message.flags],
  thread: { inReplyTo: null, publicUrl: null },
  source: { externalIds: [...message.externalIds], parts: message.parts, encoding: message.encoding },
});
