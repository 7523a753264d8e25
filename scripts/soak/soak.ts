import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fact } from '../chaos/fact.js';
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
const settleLimitMs = 120_000;
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
  say('warm, and settled; now the faults');

  citizens.start(options.textsPerSecond);
  const stop = AbortSignal.any([AbortSignal.timeout(options.minutes * 60_000), peers.gateway.process.gone]);
  const faults = new Faults(new Random(options.seed + 1), stop);
  const [samples] = await Promise.all([
    sampled(peers, stop, () => say(progress(citizens, peers))),
    faults.ofTracker(peers.gateway.tracker.simulator),
    ...peers.smsc.telcos.map((telco) => faults.ofTelco(telco)),
  ]);
  citizens.stop();
  say('the faults are over; waiting until all is settled');
  const after = await atRest(peers, citizens);

  const evidence = await gather(peers, citizens, faults);
  const { code } = await peers.gateway.stop();
  const ending = code === 0 ? [] : [`the gateway ended with ${code}:\n${peers.gateway.process.lastWords}`];
  const broken = [...brokenPromises(evidence), ...memoryFaults(samples), ...restingFaults(before, after), ...ending];
  return { broken, evidence, faults: faults.counts, samples, resting: { before, after } };
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

/** Waits until nobody has anything left to do. */
async function atRest({ smsc, gateway }: Peers, { sent }: Citizens): Promise<Sample> {
  const look = async (): Promise<true | undefined> => {
    if (smsc.telcos.some(({ queued }) => queued > 0)) return undefined;
    if (gateway.tracker.simulator.ledger.distinct < sent.length) return undefined;
    const page = await gateway.metrics();
    const waiting = ['reports', 'replies'].map((what) => page.sum('lapor_waiting', { what }));
    return waiting.every((count) => count === 0) || undefined;
  };
  await fact('all that was sent is settled', look, settleLimitMs, gateway.process.gone).catch((error: unknown) => {
    // What is missing is told by the evidence; a gateway that died has none.
    gateway.process.gone.throwIfAborted();
    return error;
  });
  await pause(restMs);
  return sampleOf(await gateway.metrics());
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
