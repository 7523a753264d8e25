import { randomBytes } from 'node:crypto';
import { stringify } from 'yaml';
import { freePort } from '../bench/freePort.js';
import { machineConversation } from '../machineCitizens.js';
import { type Smsc, startSmsc } from '../simulators/smsc/index.js';
import { type RunningTracker, startTrackerSimulator } from '../simulators/tracker/index.js';

/** The gateway's peers, which live on while it dies. */
export interface Peers {
  readonly smsc: Smsc;
  readonly tracker: RunningTracker;
  /** Where the gateway is to listen, for the tracker pushes its events there. */
  readonly httpPort: number;
  /** The gateway's config, to be put into a file. */
  readonly config: string;
  close(): Promise<void>;
}

const credentials = { systemId: 'lapor', password: 'secret' };
const token = 'chaos-tracker';
const keptReports = 1_000_000;

/**
 * The telcos, each with its own way of being bound. `three` takes its time over each `submit_sm`: a gateway that dies
 * meanwhile cannot know what became of it.
 *
 * Long texts are numbered by 16 bits. By 8, a citizen of this busy little world soon sends an equal part under an equal
 * number, and nobody could tell it from a redelivery; real phones count each for itself.
 */
const telcos = [
  { name: 'telkomsel', channel: {}, switches: { longTextForm: 'udh16' } },
  { name: 'indosat', channel: { sessions: 2 }, switches: { longTextForm: 'sar', receipts: 'before-response' } },
  { name: 'three', channel: { bind: 'separate' }, switches: { longTextForm: 'udh16', responseDelayMs: 15 } },
] as const;

/** A push that finds no gateway is tried again soon, and for minutes. */
const eventRetryDelaysMs = new Array<number>(3_000).fill(100);

export async function startPeers(): Promise<Peers> {
  const httpPort = await freePort();
  const webhookSecret = `whsec_${randomBytes(24).toString('base64')}`;
  const smsc = await startSmsc({
    telcos: telcos.map(({ name, switches }) => ({ name, switches, ...credentials })),
    retryIntervalMs: 500,
  });
  try {
    const events = {
      url: `http://127.0.0.1:${httpPort}/tracker/events`,
      secret: webhookSecret,
      retryDelaysMs: eventRetryDelaysMs,
    };
    const tracker = await startTrackerSimulator({ token, events, keep: keptReports });
    const close = async (): Promise<void> => {
      await Promise.all([smsc.close(), tracker.close()]);
    };
    const config = stringify({
      server: { port: httpPort },
      store: { url: `sqlite:${storeFile}` },
      tracker: { adapter: 'http', url: `http://127.0.0.1:${tracker.port}`, token, webhookSecret },
      conversation: machineConversation,
      channels: Object.fromEntries(
        telcos.map(({ name, channel }) => [name, { ...channelOf(smsc.telco(name).port), ...channel }]),
      ),
    });
    return { smsc, tracker, httpPort, config, close };
  } catch (error) {
    await smsc.close();
    throw error;
  }
}

/** Relative to the gateway's folder. */
export const storeFile = 'gateway.db';

function channelOf(port: number) {
  return {
    adapter: 'smpp',
    host: '127.0.0.1',
    port,
    ...credentials,
    address: '1708',
    window: 20,
    throughputPerSecond: 1_000,
    reconnectMinSeconds: 0.1,
  };
}
