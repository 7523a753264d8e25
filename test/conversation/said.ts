import type { Deed } from '../../src/conversation/deed.js';
import { EchoGuard } from '../../src/conversation/echo.js';
import type { Judgement, Said } from '../../src/conversation/interpret.js';
import { isSameText } from '../../src/conversation/sameText.js';
import { type ReadingAids, readText } from '../../src/conversation/understanding/read.js';
import type { Wording } from '../../src/conversation/wording/wording.js';
import type { NewQuestion, OwnTicket, SenderContext } from '../../src/ports/conversation.js';
import type { StoredMessage } from '../../src/ports/store.js';
import { plainRules } from '../fakes/conversation.js';
import { startMs } from '../fakes/parts.js';

const dayMs = 86_400_000;

/** A ticket of the citizen's, forwarded a day ago. */
export function ownTicket(trackingId: string, given: Partial<OwnTicket> = {}): OwnTicket {
  return {
    seq: Number(trackingId.replace(/\D/g, '')),
    trackingId,
    status: 'in_progress',
    receivedAtMs: startMs - dayMs,
    forwardedAtMs: startMs - dayMs,
    text: 'Jalan rusak parah',
    ...given,
  };
}

/** What is known of the citizen. @param asked about the newest ticket, a minute ago. */
export function contextOf(
  tickets: readonly OwnTicket[] = [],
  { asked, thread = null }: { asked?: NewQuestion['about']; thread?: OwnTicket | null } = {},
): SenderContext {
  const [ticket] = tickets;
  const question =
    asked === undefined || ticket === undefined
      ? null
      : { about: asked, ticket, askedAtMs: startMs - 60_000, untilMs: startMs + dayMs };
  return { tickets, thread, notes: { stopped: false, language: null, question, pace: null } };
}

export function messageOf(text: string, given: Partial<StoredMessage> = {}): StoredMessage {
  return {
    id: '01932b4e-7c00-7000-8000-000000000001',
    receivedAtMs: startMs,
    channelId: 'telkomsel',
    medium: 'sms',
    address: '1708',
    senderRef: 's_abcdefghijklmnop',
    text,
    encoding: 'gsm7',
    parts: 1,
    externalIds: [],
    flags: [],
    extras: {},
    change: null,
    ...given,
  };
}

/** A message as it is when it is to be interpreted; the ticket that it names is looked for among the sender's. */
export function saidOf(message: StoredMessage, context: SenderContext, aids: ReadingAids): Said {
  const reading = readText(message.text, aids);
  const named = context.tickets.find(({ trackingId }) => trackingId === reading.intent?.trackingId) ?? null;
  return { message, context, reading, named };
}

export function judgementOf({ vocabulary }: ReadingAids, wording: Wording): Judgement {
  const guard = new EchoGuard(wording, vocabulary);
  return {
    vocabulary,
    rules: plainRules,
    isSameText: (one, other) => isSameText(one, other, vocabulary),
    echoOf: (text) => guard.echoOf(text),
  };
}

/** A deed in a few words: `file`, `not_resolved 1 "masih mati"`, `answer unknownTicket 9`. */
export function told(deed: Deed): string {
  switch (deed.do) {
    case 'file':
      return deed.twin === null ? 'file' : `file, like ${deed.twin.trackingId}`;
    case 'follow_up': {
      const rating = deed.rating === null ? '' : ` ${deed.rating}`;
      const text = deed.text === '' ? '' : ` "${deed.text}"`;
      return `${deed.kind} ${deed.ticket.trackingId}${rating}${text}${deed.isSilent ? ', silent' : ''}`;
    }
    case 'tell_status':
      return `status ${deed.ticket.trackingId}`;
    case 'answer':
      return deed.trackingId === null ? `answer ${deed.key}` : `answer ${deed.key} ${deed.trackingId}`;
    case 'keep':
      return `keep: ${deed.reason}`;
  }
}
