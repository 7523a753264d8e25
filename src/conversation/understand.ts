import type { Report } from '../domain/report.js';
import type { StoredMessage } from '../ports/store.js';
import { titleOf } from './title.js';

/**
 * A message in the canonical format. A pure function of the message: it is asked for when the report is handed over,
 * not at intake, so that understanding a text never slows down taking the next one.
 */
export function understand(message: StoredMessage): Report {
  return {
    version: 1,
    id: message.id,
    receivedAt: new Date(message.receivedAtMs).toISOString(),
    channel: { id: message.channelId, kind: message.medium, address: message.address },
    reporter: { ref: message.senderRef, visibility: 'open' },
    kind: 'unclassified',
    title: titleOf(message.text),
    text: message.text,
    language: null,
    keyword: null,
    locations: [],
    point: message.extras.point ?? null,
    attachments: [...(message.extras.attachments ?? [])],
    flags: [...message.flags],
    thread: { inReplyTo: message.extras.inReplyTo ?? null, publicUrl: message.extras.publicUrl ?? null },
    source: { externalIds: [...message.externalIds], parts: message.parts, encoding: message.encoding },
  };
}
