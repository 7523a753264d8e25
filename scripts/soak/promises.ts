import type { SentText } from './citizens.js';

/** What everyone involved knows in the end. */
export interface Evidence {
  readonly texts: readonly SentText[];
  readonly filed: readonly FiledReport[];
  /** By citizen, what came to the handset. */
  readonly inboxes: ReadonlyMap<string, readonly string[]>;
  /** Malformed PDUs that the SMSC sent: some are readable enough to become a report. */
  readonly malformedPdus: number;
  /** Texts that the gateway refused for good. */
  readonly droppedParts: number;
  /** Replies that the gateway says it sent although they were perhaps sent before. */
  readonly resentReplies: number;
  /** Reports and replies that wait for an operator, though no fault of ours was final. */
  readonly deadLetters: number;
}

export interface FiledReport {
  readonly trackingId: string;
  readonly text: string;
  readonly submissions: number;
}

/** @returns one line for each promise that was broken. */
export function brokenPromises(evidence: Evidence): string[] {
  return [
    told(lost(evidence), 'texts were acknowledged and never filed'),
    told(filedTwice(evidence), 'texts became two reports'),
    told(strangers(evidence), 'reports are of no text that was sent'),
    told(unanswered(evidence), 'citizens were not told the number of their report'),
    excess(surplusReplies(evidence), evidence.resentReplies, 'replies came again', 'the gateway knows of'),
    excess(evidence.droppedParts, 0, 'parts were refused for good', 'there should be'),
    excess(evidence.deadLetters, evidence.malformedPdus, 'dead letters', 'malformed PDUs account for'),
  ].flat();
}

function lost({ texts, filed }: Evidence): string[] {
  const known = new Set(filed.map(({ text }) => text));
  return texts.filter(({ text }) => !known.has(text)).map(({ text }) => text);
}

function filedTwice({ texts, filed }: Evidence): string[] {
  const times = countOf(filed.map(({ text }) => text));
  return texts.filter(({ text }) => (times.get(text) ?? 0) > 1).map(({ text }) => text);
}

function strangers({ texts, filed, malformedPdus }: Evidence): string[] {
  const sent = new Set(texts.map(({ text }) => text));
  const found = filed.filter(({ text }) => !sent.has(text)).map(({ text }) => text);
  return found.length > malformedPdus ? found : [];
}

function unanswered({ texts, filed, inboxes }: Evidence): string[] {
  const ticketOf = new Map(filed.map(({ text, trackingId }) => [text, trackingId]));
  return texts
    .filter(({ from, text }) => !inboxes.get(from)?.some((sms) => sms.includes(`#${ticketOf.get(text)}.`)))
    .map(({ text }) => text);
}

function surplusReplies({ inboxes }: Evidence): number {
  return [...inboxes.values()].reduce((total, messages) => total + messages.length - new Set(messages).size, 0);
}

const shownExamples = 3;

function told(cases: readonly string[], what: string): string[] {
  if (cases.length === 0) return [];
  const examples = cases.slice(0, shownExamples).map((text) => JSON.stringify(text.slice(0, 60)));
  return [`${cases.length} ${what}, such as ${examples.join(', ')}`];
}

function excess(found: number, limit: number, what: string, which: string): string[] {
  return found > limit ? [`${found} ${what}; ${which} ${limit}`] : [];
}

function countOf(names: readonly string[]): Map<string, number> {
  const times = new Map<string, number>();
  for (const name of names) times.set(name, (times.get(name) ?? 0) + 1);
  return times;
}
