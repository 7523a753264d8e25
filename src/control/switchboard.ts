import { ChannelInbox, type IntakeListener } from '../intake/channelInbox.js';
import type { Channel } from '../ports/channel.js';
import type { Log } from '../ports/log.js';
import type { Hold } from '../ports/operations.js';
import type { Store } from '../ports/store.js';
import type { ReplyPolicy } from '../replies/policy.js';
import { Replier, type ReplyListener } from '../replies/replier.js';
import { type ChannelSetup, ServedChannel } from './servedChannel.js';

export interface SwitchboardSettings {
  /** Names this gateway in leases. */
  readonly owner: string;
  readonly joinWindowMs: number;
  readonly replies: ReplyPolicy & { readonly inFlight: number; readonly deadlineMs: number };
  readonly drainMs: number;
}

export interface SwitchboardDeps {
  readonly store: Store;
  readonly intake: IntakeListener;
  readonly replies: ReplyListener;
  readonly log: Log;
}

/** What a reload makes of the channels. */
export interface ChannelChange {
  /** Given up for good. */
  readonly removed: readonly string[];
  /** By channel id: those that are new, and those that are to be served otherwise than before. */
  readonly served: ReadonlyMap<string, ChannelSetup>;
}

/** All channels in service. */
export class Switchboard {
  readonly #served = new Map<string, ServedChannel>();
  #stopped = false;

  constructor(
    private readonly deps: SwitchboardDeps,
    private readonly settings: SwitchboardSettings,
    setups: ReadonlyMap<string, ChannelSetup>,
  ) {
    for (const [id, setup] of setups) this.#served.set(id, this.#toServe(id, setup));
  }

  /** By channel id, as things are now; changes with a reload. */
  get channels(): ReadonlyMap<string, ServedChannel> {
    return this.#served;
  }

  start(holds: ReadonlyMap<string, { readonly hold: Hold }>): void {
    for (const [id, served] of this.#served) served.start(holds.get(id)?.hold ?? null);
  }

  /** There may be replies to send. */
  wake(): void {
    for (const served of this.#served.values()) served.wake();
  }

  /**
   * Changes which channels are served; the others keep their links. All that goes is given up before anything new
   * begins, for a telco that allows one bind would refuse the second, and some lock the account for it.
   * @throws when a new channel cannot be made; then nothing was changed.
   */
  async change({ removed, served }: ChannelChange, holds: ReadonlyMap<string, { readonly hold: Hold }>): Promise<void> {
    const made = new Map<string, Channel>([...served].map(([id, setup]) => [id, setup.create()]));
    const going = [...removed, ...served.keys()].flatMap((id) => this.#served.get(id) ?? []);
    await Promise.all(going.map((each) => each.stop()));
    for (const id of removed) this.#served.delete(id);
    for (const [id, setup] of served) {
      const next = this.#toServe(id, setup);
      this.#served.set(id, next);
      if (!this.#stopped) next.start(holds.get(id)?.hold ?? null, made.get(id));
    }
  }

  /** For good. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all([...this.#served.values()].map((served) => served.stop()));
  }

  abandon(): void {
    for (const served of this.#served.values()) served.abandon();
  }

  #toServe(id: string, setup: ChannelSetup): ServedChannel {
    const { store, intake, replies, log } = this.deps;
    const { owner, joinWindowMs, drainMs } = this.settings;
    return new ServedChannel(id, setup, {
      inbox: new ChannelInbox(id, setup.medium, store, joinWindowMs, intake, log),
      replierOf: (channel) =>
        new Replier(store, channel, { owner, channelId: id, ...this.settings.replies }, replies, log),
      log,
      drainMs,
    });
  }
}
