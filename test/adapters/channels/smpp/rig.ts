import { smppAdapter } from '../../../../adapters/channels/smpp/index.js';
import { steadyNowMs } from '../../../../src/domain/clock.js';
import type { Channel, ChannelContext, ChannelHealth, Outcome } from '../../../../src/ports/channel.js';
import { observers, ScriptedInbox } from '../../../conformance/channel.js';
import { Peer } from './peer.js';

/** Fast enough for tests, slow enough for a busy machine. */
const base = {
  host: '127.0.0.1',
  systemId: 'lapor',
  password: 'rahasia1',
  address: '1708',
  reconnectMinSeconds: 0.02,
  reconnectMaxSeconds: 0.02,
  refusedRetrySeconds: 0.02,
  responseTimeoutSeconds: 5,
  throughputPerSecond: 10_000,
};

export const citizen = '6281234567890';

/** A running channel, its peer and its inbox. */
export interface Rig {
  readonly peer: Peer;
  readonly channel: Channel;
  readonly inbox: ScriptedInbox;
  /** What went to the log and the meter. */
  readonly observed: readonly string[];
  /** Resolves when `isSo` says so of the channel's health. */
  healthIs(isSo: (health: ChannelHealth) => boolean): Promise<ChannelHealth>;
  send(text?: string, deadlineMs?: number): Promise<Outcome>;
  stop(): Promise<void>;
}

export function parse(changes: Readonly<Record<string, unknown>> = {}) {
  const parsed = smppAdapter.parseConfig({ ...base, ...changes });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
  return parsed.config;
}

/**
 * @param prepare sets the peer's script before the first connection
 * @param place where the peer listens
 */
export async function startRig(
  changes: Readonly<Record<string, unknown>> = {},
  prepare: (peer: Peer) => void = () => undefined,
  place: Parameters<typeof Peer.listen>[0] = {},
): Promise<Rig> {
  const peer = await Peer.listen(place);
  prepare(peer);
  const observed: string[] = [];
  const context: ChannelContext = { id: 'telkomsel', webhookUrl: null, ...observers(observed) };
  const channel = smppAdapter.create(parse({ port: peer.port, ...changes }), context);
  const inbox = new ScriptedInbox();
  const abort = new AbortController();
  const running = channel.run(inbox, abort.signal);
  return {
    peer,
    channel,
    inbox,
    observed,
    healthIs: async (isSo) => {
      const deadlineMs = steadyNowMs() + 10_000;
      while (!isSo(channel.health())) {
        if (steadyNowMs() > deadlineMs) throw new Error(`still ${JSON.stringify(channel.health())}`);
        await new Promise((resolve) => setImmediate(resolve));
      }
      return channel.health();
    },
    send: (text = 'Laporan Anda sudah kami terima', deadlineMs = steadyNowMs() + 10_000) =>
      channel.send({ id: 'a-reply', to: citizen, text, kind: 'acknowledgement', inReplyTo: null }, deadlineMs),
    stop: async () => {
      abort.abort();
      inbox.release();
      await running;
      await peer.close();
    },
  };
}
