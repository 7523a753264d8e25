import { createHash } from 'node:crypto';
import type { Report } from '../domain/report.js';
import type { StoredMessage } from '../ports/store.js';
import type { Keyword } from './understanding/keywords.js';
import type { TextReading } from './understanding/read.js';

/** What a report says beyond its own text. */
export interface Background {
  /** The sender's ticket of the same words, not long before. */
  readonly twinTrackingId: string | null;
  /** The language that the sender chose. */
  readonly language: string | null;
}

/**
 * A message in the canonical format. A pure function: it is asked for when the report is handed over, not at intake, so
 * that understanding a text never slows down taking the next one.
 */
export function toReport(message: StoredMessage, reading: TextReading, background: Background): Report {
  const { text, title, keyword, kind, locations, flags } = reading;
  const visibility = visibilityOf(message, reading);
  const { extras } = message;
  const isAnonymous = visibility === 'anonymous';
  const { twinTrackingId: twin, language } = background;
  return {
    version: 1,
    id: message.id,
    receivedAt: new Date(message.receivedAtMs).toISOString(),
    channel: { id: message.channelId, kind: message.medium, address: message.address },
    reporter: { ref: isAnonymous ? anonymousRef(message.id) : message.senderRef, visibility },
    kind: kind.kind,
    title,
    text,
    language,
    keyword: keyword?.name ?? null,
    implied: impliedBy(keyword),
    locations: [...locations],
    point: extras.point ?? null,
    attachments: [...(extras.attachments ?? [])],
    flags: [...new Set([...message.flags, ...flags, ...(twin === null ? [] : ['possible_duplicate'])])],
    // The other report leads to who sent both.
    possibleDuplicateOf: isAnonymous ? null : twin,
    // The id or the address of a post leads to its author.
    thread: isAnonymous
      ? { inReplyTo: null, publicUrl: null }
      : { inReplyTo: extras.inReplyTo ?? null, publicUrl: extras.publicUrl ?? null },
    source: {
      externalIds: isAnonymous ? [] : [...message.externalIds],
      parts: message.parts,
      encoding: message.encoding,
    },
  };
}

/** What came by a way that nobody else reads, such as a direct message beside public posts, is not for the public. */
function visibilityOf({ flags }: StoredMessage, { visibility }: TextReading): TextReading['visibility'] {
  return visibility === 'open' && flags.includes('confidential') ? 'confidential' : visibility;
}

function impliedBy(keyword: Keyword | null): Report['implied'] {
  if (keyword === null || (keyword.topic === null && keyword.agency === null)) return null;
  return { topic: keyword.topic, agency: keyword.agency };
}

/**
 * A reference for one anonymous report. It comes of the report's id alone, so that nothing joins it to the sender's
 * other reports, and a repeated submission has the same one. The store still knows the sender, so answers find them.
 */
function anonymousRef(reportId: string): string {
  return `s_${createHash('sha256').update(`anonymous ${reportId}`).digest('hex').slice(0, 26)}`;
}
