import { setTimeout as pause } from 'node:timers/promises';
import { Client } from 'pg';
import { fact } from '../fact.js';
import { Cluster } from './cluster.js';
import type { Fault } from './faults.js';

export interface NodesRun {
  readonly faults: readonly Fault[];
  readonly textsPerSecond: number;
  /** How long what was sent may take to come to its end after the last fault. */
  readonly settleLimitMs: number;
  readonly say: (line: string) => void;
}

/** What telco, tracker, citizens and store know in the end. */
export interface NodesEvidence {
  readonly texts: number;
  readonly acknowledged: number;
  /** Parts that were answered with the temporary error, for the telco to send them again. */
  readonly refusedParts: number;
  /** Reports in the store: where one server took another's place, nothing else tells that it has all that was acknowledged. */
  readonly stored: number;
  /** Texts that the tracker does not have. */
  readonly missing: number;
  /** Texts that it has more than once. */
  readonly doubled: number;
  /**
   * Texts of a sender that the tracker got before an earlier one of the same sender. The telco sends one of them when it has
   * our word for the one before, by whichever node: so there is an order to keep.
   */
  readonly outOfOrder: number;
  readonly unanswered: number;
  readonly repliesTooMany: number;
  /** Replies that the store knows to have been perhaps sent before: the only ones that may come twice. */
  readonly perhapsSent: number;
  readonly deadLetters: number;
}

const senders = 40;
const numberOf = (sender: number): string => `62812${String(sender).padStart(8, '0')}`;
/** Texts of three parts now and then: their parts come by different links, and so by different nodes. */
const longEvery = 10;

/** Sends texts while one fault after the other strikes, and waits until all has settled. */
export async function runNodes({ faults, textsPerSecond, settleLimitMs, say }: NodesRun): Promise<NodesEvidence> {
  const cluster = await Cluster.start({ withStandby: true });
  try {
    const citizens = new Citizens(cluster, textsPerSecond);
    const writing = citizens.write();
    await pause(1_000);
    for (const { label, strike } of faults) {
      say(label);
      await strike(cluster);
      await pause(1_000);
    }
    citizens.stop();
    await writing;
    const isSettled = async (): Promise<true | undefined> => {
      const found = await evidenceOf(cluster, citizens.sent);
      const left = found.texts - found.acknowledged + found.missing + found.unanswered;
      return left === 0 ? true : undefined;
    };
    await fact('all has settled', isSettled, settleLimitMs).catch((error: unknown) => say(String(error)));
    return await evidenceOf(cluster, citizens.sent);
  } finally {
    await cluster.close();
  }
}

interface Sent {
  readonly id: string;
  readonly from: string;
  readonly text: string;
}

class Citizens {
  readonly sent: Sent[] = [];
  #stopped = false;

  constructor(
    private readonly cluster: Cluster,
    private readonly textsPerSecond: number,
  ) {}

  async write(): Promise<void> {
    while (!this.#stopped) {
      this.#writeOne();
      await pause(1_000 / this.textsPerSecond);
    }
  }

  stop(): void {
    this.#stopped = true;
  }

  #writeOne(): void {
    const number = this.sent.length;
    const from = numberOf(number % senders);
    const words = number % longEvery === 0 ? ' di depan kantor camat Sukasada, Kabupaten Buleleng,'.repeat(6) : '';
    const text = `Lampu jalan padam${words} nomor ${number}`;
    const { id } = this.cluster.smsc.text({ from, text });
    this.sent.push({ id: String(id), from, text });
  }
}

async function evidenceOf(cluster: Cluster, sent: readonly Sent[]): Promise<NodesEvidence> {
  const { ledger } = cluster.tracker.simulator;
  const filed = ledger.tickets(0, 1_000_000).map(({ trackingId }) => ledger.report(trackingId)?.text ?? '');
  const times = new Map<string, number>();
  for (const text of filed) times.set(text, (times.get(text) ?? 0) + 1);
  const replies = new Map<string, number>();
  for (const { from } of sent) replies.set(from, cluster.smsc.handsets.messages(from).length);
  const texts = countBy(sent);
  const owed = [...texts].map(([from, count]) => (replies.get(from) ?? 0) - count);
  const { refusedParts = 0 } = cluster.smsc.telco('telkomsel').counts;
  return {
    texts: sent.length,
    acknowledged: sent.filter(({ id }) => cluster.smsc.textView(id)?.state === 'acknowledged').length,
    refusedParts,
    missing: sent.filter(({ text }) => !times.has(text)).length,
    doubled: [...times.values()].filter((count) => count > 1).length,
    outOfOrder: outOfOrder(sent, filed),
    unanswered: sum(owed.map((count) => Math.max(0, -count))),
    repliesTooMany: sum(owed.map((count) => Math.max(0, count))),
    ...(await storeKnows(cluster)),
  };
}

async function storeKnows(cluster: Cluster): Promise<Pick<NodesEvidence, 'stored' | 'perhapsSent' | 'deadLetters'>> {
  const client = new Client({ connectionString: cluster.database.url() });
  await client.connect();
  try {
    const { rows } = await client.query<{ stored: number; perhaps: number; letters: number }>(
      `SELECT (SELECT count(*)::int FROM reports) AS stored,
              (SELECT count(*)::int FROM journal WHERE what IN ('reply taken up again', 'reply uncertain')) AS perhaps,
              (SELECT count(*)::int FROM dead_letters) AS letters`,
    );
    return { stored: rows[0]?.stored ?? 0, perhapsSent: rows[0]?.perhaps ?? 0, deadLetters: rows[0]?.letters ?? 0 };
  } finally {
    await client.end();
  }
}

function outOfOrder(sent: readonly Sent[], filed: readonly string[]): number {
  const place = new Map(filed.map((text, index) => [text, index]));
  const last = new Map<string, number>();
  let count = 0;
  for (const { from, text } of sent) {
    const at = place.get(text);
    if (at === undefined) continue;
    if (at < (last.get(from) ?? -1)) count += 1;
    last.set(from, Math.max(at, last.get(from) ?? -1));
  }
  return count;
}

function countBy(sent: readonly Sent[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { from } of sent) counts.set(from, (counts.get(from) ?? 0) + 1);
  return counts;
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}
