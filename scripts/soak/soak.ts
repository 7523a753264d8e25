import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Citizens } from './citizens.js';
import { Faults } from './faults.js';
import type { SoakOptions } from './options.js';
import { type Peers, startPeers } from './peers.js';
import { brokenPromises, type Evidence } from './promises.js';
import { Random } from './random.js';
import { memoryFaults, restingFaults, type Sample, sampleOf } from './samples.js';

export interface SoakResult {
  /** One line for each; none when all went well. */
  readonly broken: readonly string[];
  readonly evidence: Evidence;
  readonly faults: ReadonlyMap<string, number>;
  readonly samples: readonly Sample[];
  readonly resting: { readonly before: Sample; readonly after: Sample };
}

const warmUpMs = 3_000;
const sampleEveryMs = 1_000;
const lookEveryMs = 200;
const settleLimitMs = 60_000;
/** A reply that was perhaps sent waits for a sign of it, up to 18 minutes after the fourth time (`ReplyPolicy`). */
const replyLimitMs = 20 * 60_000;
/** The gateway lets what is under way end for 20 s at most. */
const stopLimitMs = 30_000;
/** Longer than the tracker's connections, and the timers of what was just settled, live on. */
const restMs = 8_000;

/** Steady load and random faults for as long as was asked; then peace, until all is settled; then the judgement. */
export async function runSoak(options: SoakOptions, say: (line: string) => void): Promise<SoakResult> {
  const folder = await mkdtemp(join(tmpdir(), 'lapor-soak-'));
  const peers = await startPeers(folder).catch(async (error: unknown) => {
    await rm(folder, { recursive: true, force: true });
    throw error;
  });
  const citizens = new Citizens(peers.smsc, new Random(options.seed));
  try {
    return await soak(options, peers, citizens, say);
  } finally {
    citizens.stop();
    await peers.close();
    await rm(folder, { recursive: true, force: true });
  }
}

async function soak(
  options: SoakOptions,
  peers: Peers,
  citizens: Citizens,
  say: (line: string) => void,
): Promise<SoakResult> {
  citizens.start(options.textsPerSecond);
  await pause(warmUpMs);
  citizens.stop();
  const before = await atRest(peers, citizens);
  if (before.left !== null) throw new Error(`the gateway does not settle even without faults: ${before.left}`);
  say('warm, and settled; now the faults');

  citizens.start(options.textsPerSecond);
  // Not AbortSignal.timeout: inside AbortSignal.any only a weak reference keeps it, and a long soak would never end.
  const over = new AbortController();
  const ending = setTimeout(() => over.abort(), options.minutes * 60_000);
  const stop = AbortSignal.any([over.signal, peers.gateway.process.gone]);
  const faults = new Faults(new Random(options.seed + 1), stop);
  const [samples] = await Promise.all([
    sampled(peers, stop, () => say(progress(citizens, peers))),
    faults.ofTracker(peers.gateway.tracker.simulator),
    ...peers.smsc.telcos.map((telco) => faults.ofTelco(telco)),
  ]).finally(() => clearTimeout(ending));
  citizens.stop();
  say('the faults are over; waiting until all is settled');
  const after = await atRest(peers, citizens);

  const evidence = await gather(peers, citizens, faults);
  const broken = [
    ...(after.left === null ? [] : [`${after.waitedSeconds} s after the faults this is left: ${after.left}`]),
    ...brokenPromises(evidence),
    ...memoryFaults(samples),
    ...restingFaults(before.sample, after.sample),
    ...(await badEnding(peers)),
  ];
  const resting = { before: before.sample, after: after.sample };
  return { broken, evidence, faults: faults.counts, samples, resting };
}

/** Tells the gateway to stop. @returns what is wrong with how it did, if anything. */
async function badEnding({ gateway }: Peers): Promise<string[]> {
  const tooLate = new AbortController();
  const late = pause(stopLimitMs, null, { signal: tooLate.signal }).catch(() => null);
  const ending = await Promise.race([gateway.stop(), late]);
  tooLate.abort();
  if (ending?.code === 0) return [];
  const how = ending === null ? `did not end within ${stopLimitMs / 1000} s of SIGTERM` : `ended with ${ending.code}`;
  return [`the gateway ${how}; its log ends:\n${gateway.process.lastWords}`];
}

const sayEverySamples = 30;

/** @throws Error with the gateway's last words when it died. */
async function sampled({ gateway }: Peers, stop: AbortSignal, progress: () => void): Promise<Sample[]> {
  const samples: Sample[] = [];
  while (!stop.aborted) {
    samples.push(sampleOf(await gateway.metrics()));
    if (samples.length % sayEverySamples === 0) progress();
    await pause(sampleEveryMs, undefined, { signal: stop }).catch(() => undefined);
  }
  gateway.process.gone.throwIfAborted();
  return samples;
}

interface Rest {
  readonly sample: Sample;
  /** What is not settled although the time is up, or null. */
  readonly left: string | null;
  readonly waitedSeconds: number;
}

/** Waits until nobody has anything left to do. */
async function atRest(peers: Peers, citizens: Citizens): Promise<Rest> {
  const { gateway } = peers;
  const sinceMs = Date.now();
  let left = await leftToDo(peers, citizens);
  while (left !== null && Date.now() - sinceMs < (left === 'replies' ? replyLimitMs : settleLimitMs)) {
    gateway.process.gone.throwIfAborted();
    await pause(lookEveryMs);
    left = await leftToDo(peers, citizens);
  }
  const waitedSeconds = Math.round((Date.now() - sinceMs) / 1000);
  await pause(restMs);
  return { sample: sampleOf(await gateway.metrics()), left, waitedSeconds };
}

async function leftToDo({ smsc, gateway }: Peers, { sent }: Citizens): Promise<string | null> {
  const page = await gateway.metrics();
  const counts: readonly (readonly [what: string, count: number])[] = [
    ['PDUs at the telcos', smsc.telcos.reduce((total, { queued }) => total + queued, 0)],
    ['texts not filed', Math.max(0, sent.length - gateway.tracker.simulator.ledger.distinct)],
    ['reports', page.sum('lapor_waiting', { what: 'reports' })],
    ['replies', page.sum('lapor_waiting', { what: 'replies' })],
  ];
  const left = counts.flatMap(([what, count]) => (count > 0 ? [what] : []));
  return left.length === 0 ? null : left.join(', ');
}

async function gather({ smsc, gateway }: Peers, { sent }: Citizens, { counts }: Faults): Promise<Evidence> {
  const { ledger } = gateway.tracker.simulator;
  const page = await gateway.metrics();
  const numbers = new Set(sent.map(({ from }) => from));
  const malformed = [...counts].filter(([name]) => name.startsWith('malformed'));
  return {
    texts: sent,
    filed: ledger.tickets(0, ledger.distinct).map(({ trackingId, submissions }) => ({
      trackingId,
      text: ledger.report(trackingId)?.text ?? '',
      submissions,
    })),
    inboxes: new Map([...numbers].map((number) => [number, smsc.handsets.messages(number).map(({ text }) => text)])),
    malformedPdus: malformed.reduce((total, [, count]) => total + count, 0),
    droppedParts: smsc.telcos.reduce((total, telco) => total + (telco.counts.droppedParts ?? 0), 0),
    resentReplies: page.sum('lapor_replies_resent_total'),
    deadLetters: page.sum('lapor_waiting', { what: 'dead letters' }),
  };
}

function progress({ sent }: Citizens, { gateway, smsc }: Peers): string {
  const queued = smsc.telcos.reduce((total, telco) => total + telco.queued, 0);
  return `${sent.length} texts sent, ${queued} PDUs wait at the telcos, ${gateway.tracker.simulator.ledger.distinct} reports filed`;
}
