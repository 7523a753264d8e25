import type { Part } from '../../../src/ports/channel.js';
import type { AcceptSummary, Store } from '../../../src/ports/store.js';
import { longSms, post, sms, storedAddress, strangerAddress } from './citizens.js';

/** A store, and what time it is. */
export interface Walk {
  readonly store: Store;
  readonly nowMs: number;
}

const joinMs = 300_000;

/** Texts by all ways in: of the known and of strangers, again, in pieces, unreadable, and news of earlier ones. */
export async function takeIn({ store, nowMs }: Walk): Promise<void> {
  const accept = (parts: readonly Part[], channelId = 'telco1', medium = 'sms'): Promise<AcceptSummary> =>
    store.acceptParts({ channelId, medium, parts, joinUntilMs: nowMs + joinMs });
  const known = [1, 2, 3, 21, 22, 41].map((one) => sms(storedAddress(one), `lampu padam ${one}`, nowMs));
  const strangers = [1, 2, 3].map((one) => sms(strangerAddress(one), `jalan rusak ${one}`, nowMs));
  await accept([...known, ...strangers]);
  await accept(known.map((part) => over(part, 2)));
  await accept([...known, ...known].map((part) => over(part, 3)));
  await accept(known.map((part) => ({ ...over(part, 3), key: { ...over(part, 3).key, afterStall: true } as const })));
  const [one, two] = longSms(storedAddress(1), ['satu ', 'dua'], 7, nowMs);
  const [three] = longSms(storedAddress(2), ['tiga ', 'empat'], 8, nowMs);
  if (one === undefined || two === undefined || three === undefined) throw new Error('a long SMS has no parts');
  await accept([one]);
  await accept([{ ...one, key: { by: 'id', id: 'again' } }, two, three]);
  await accept([sms(storedAddress(3), '', nowMs, { text: null, encoding: 'binary', oddity: 'binary' })]);
  await takePosts({ store, nowMs });
  await store.settleParts(
    'telco1',
    [...known, ...strangers].map((part) => over(part, 3).key),
  );
  await store.settleParts(
    'telco1',
    [...known, ...strangers].map((part) => part.key),
  );
  await store.closeOverdueSets(nowMs + joinMs + 1);
}

/** As a peer does that names its messages: with a cursor, edits, what is taken back, and answers to others. */
async function takePosts({ store, nowMs }: Walk): Promise<void> {
  const accept = (parts: readonly Part[]): Promise<AcceptSummary> =>
    store.acceptParts({
      channelId: 'twitter',
      medium: 'twitter',
      parts,
      joinUntilMs: nowMs,
      cursor: { name: 'newest', value: parts.at(-1)?.externalId ?? '' },
    });
  const author = '12345678';
  await accept([post(author, 'a1', nowMs), post(author, 'a2', nowMs), post(author, 'a1', nowMs)]);
  await accept([post(author, 'a1', nowMs)]);
  await accept([post(author, 'a3', nowMs, { about: { externalId: 'a1', change: 'edited' } })]);
  await accept([post(author, 'a4', nowMs, { text: null, about: { externalId: 'a2', change: 'deleted' } })]);
  await accept([post(author, 'a5', nowMs, { extras: { inReplyTo: 'a1', conversation: 'a1' } })]);
  await store.cursor('newest');
}

/** The same, as if it came by another link: the peer sends what it believes unacknowledged. */
function over(part: Part, link: number): Part {
  return part.key.by === 'id' ? part : { ...part, key: { ...part.key, link } };
}
