import { messageOf } from '../domain/messageOf.js';
import type { ChannelHealth } from '../ports/channel.js';
import type { Hold } from '../ports/operations.js';
import type { Store } from '../ports/store.js';
import type { Check, Readiness } from './app.js';

/** A channel as it is now. */
export interface ChannelLook {
  readonly hold: Hold | null;
  health(): ChannelHealth;
}

const probeLimitMs = 2_000;

/**
 * Ready is who can take a message durably: the store decides. A telco or a tracker that is away is told in the
 * details and is no reason to take this node out of service, for that would only lose the channels that work.
 */
export async function readiness(
  store: Store,
  channels: ReadonlyMap<string, ChannelLook>,
  trackerFault: string | null,
): Promise<Readiness> {
  const storeCheck = await checkStore(store);
  const checks: Record<string, Check> = {
    store: storeCheck,
    tracker:
      trackerFault === null
        ? { ok: true }
        : { ok: false, detail: `${trackerFault}; reports wait and go on when it is back` },
  };
  for (const [id, channel] of channels) checks[`channels.${id}`] = checkChannel(channel);
  return { ready: storeCheck.ok, checks };
}

/** Whether the store takes a write, now. */
export async function checkStore(store: Store): Promise<Check> {
  let timer: NodeJS.Timeout | undefined;
  const tooSlow = new Promise<Check>((resolve) => {
    timer = setTimeout(() => resolve({ ok: false, detail: `no write within ${probeLimitMs} ms` }), probeLimitMs);
  });
  const write = store.probe(Date.now()).then(
    (): Check => ({ ok: true }),
    (error: unknown): Check => ({ ok: false, detail: messageOf(error) }),
  );
  const check = await Promise.race([write, tooSlow]);
  clearTimeout(timer);
  return check;
}

function checkChannel(channel: ChannelLook): Check {
  const { state, links, facts = {} } = channel.health();
  const held = channel.hold === null ? [] : [`${channel.hold} by an operator`];
  const told = links.map((link) => `${link.name} ${link.state}${link.detail === '' ? '' : ` (${link.detail})`}`);
  const found = Object.entries(facts).map(([name, value]) => `${name}: ${value}`);
  return { ok: state !== 'down', detail: [state, ...held, ...told, ...found].join('; ') };
}
