import { smppAdapter } from '../../../../../adapters/channels/smpp/index.js';
import type { Inbox, Part } from '../../../../../src/ports/channel.js';
import { observers } from '../../../../conformance/channel.js';
import { deliverSm, encode } from '../peer.js';
import { parse } from '../rig.js';
import { mutant, unframed } from './mutants.js';
import { Random } from './random.js';
import { RawPeer } from './rawPeer.js';

export interface FuzzSummary {
  readonly mutants: number;
  readonly neighbours: number;
  /** Of the mutants, those that were taken in as parts or receipts. */
  readonly taken: number;
  /** Streams that were broken for good on purpose. */
  readonly broken: number;
}

const mutantsInBatch = 48;
const batchesBetweenBreaks = 20;
const timeoutMs = 20_000;
const messageCommands = [0x0000_0005, 0x0000_0103];
/** Beyond any that the gateway gives its own requests. */
const firstSequence = 0x1000_0000;

/** Checks everything that comes, and keeps nothing. */
class CheckingInbox implements Inbox {
  taken = 0;
  /** Not thrown: that would only make the channel ask for the message again. */
  readonly faults: string[] = [];
  readonly #awaited = new Set<string>();

  expect(text: string): void {
    this.#awaited.add(text);
  }

  get missing(): readonly string[] {
    return [...this.#awaited];
  }

  async accept(parts: readonly Part[]): Promise<void> {
    for (const part of parts) {
      if (this.#awaited.delete(part.text ?? '') && part.oddity === null) continue;
      this.taken += 1;
      this.faults.push(...faultsOf(part));
    }
  }

  async acceptReceipts(receipts: readonly unknown[]): Promise<void> {
    this.taken += receipts.length;
  }

  settle(): void {}

  cursor(): Promise<null> {
    return Promise.resolve(null);
  }
}

function faultsOf({ text, oddity, concat, textOffset, raw }: Part): string[] {
  const checks: readonly (readonly [fault: string, isSound: boolean])[] = [
    ['a text is not well-formed', text?.isWellFormed() ?? true],
    ['a part without text has no reason', text !== null || oddity !== null],
    ['a place in a long message that makes no sense', concat === null || concat.sequence <= concat.total],
    ['the text begins behind the end', textOffset <= raw.length],
  ];
  return checks.flatMap(([fault, isSound]) => (isSound ? [] : [fault]));
}

/**
 * Sends mutated PDUs to a running channel, each beside well-formed neighbours in one chunk. Rejects when a neighbour is
 * lost or altered, a message is not answered, a link is wedged or what is handed on is not sound; the caller prints
 * the seed, which repeats the run.
 */
export async function fuzz(pdus: number, seed: number): Promise<FuzzSummary> {
  const random = new Random(seed);
  const peer = await RawPeer.listen();
  const inbox = new CheckingInbox();
  const channel = smppAdapter.create(parse({ port: peer.port }), {
    id: 'telkomsel',
    webhookUrl: null,
    ...observers([]),
  });
  const stop = new AbortController();
  const bound = peer.nextBound();
  const running = channel.run(inbox, stop.signal);
  await bound;
  const summary = { mutants: 0, neighbours: 0, broken: 0 };
  try {
    for (let batch = 1; summary.mutants < pdus; batch += 1) {
      await exchangeBatch(random, peer, inbox, summary);
      if (batch % batchesBetweenBreaks === 0) await breakStream(random, peer, inbox, summary);
    }
    return { ...summary, taken: inbox.taken };
  } finally {
    stop.abort();
    await running;
    await peer.close();
  }
}

type Counts = { -readonly [Key in 'mutants' | 'neighbours' | 'broken']: number };

async function exchangeBatch(random: Random, peer: RawPeer, inbox: CheckingInbox, counts: Counts): Promise<void> {
  const pdus: Buffer[] = [];
  for (let count = 0; count < mutantsInBatch; count += 1) {
    pdus.push(mutant(random, counts.mutants, firstSequence + counts.mutants));
    counts.mutants += 1;
    if (random.below(3) === 0) pdus.push(neighbour(inbox, counts));
  }
  pdus.push(neighbour(inbox, counts));
  const answered = pdus.filter((octets) => messageCommands.includes(octets.readUInt32BE(4)));
  await peer.exchange(
    Buffer.concat(pdus),
    answered.map((octets) => octets.readUInt32BE(12)),
    timeoutMs,
  );
  if (inbox.faults.length > 0) throw new Error(inbox.faults.join('; '));
  if (inbox.missing.length > 0) throw new Error(`lost neighbours: ${inbox.missing.join(', ')}`);
}

/** What comes before the break must be answered, and the link must come back by itself or when the peer hangs up. */
async function breakStream(random: Random, peer: RawPeer, inbox: CheckingInbox, counts: Counts): Promise<void> {
  const before = neighbour(inbox, counts);
  const bound = peer.nextBound();
  await peer.exchange(Buffer.concat([before, unframed(random)]), [before.readUInt32BE(12)], timeoutMs);
  peer.hangUp();
  await bound;
  counts.broken += 1;
}

function neighbour(inbox: CheckingInbox, counts: Counts): Buffer {
  counts.neighbours += 1;
  const text = `Laporan nomor ${counts.neighbours}`;
  inbox.expect(text);
  return encode('deliver_sm', { sequence_number: 2 * firstSequence + counts.neighbours, ...deliverSm(text) });
}
