import type { Channel, ChannelHealth, Inbox, OutboundReply, Outcome } from '../ports/channel.js';
import type { Turn, Turns } from '../ports/turns.js';
import type { WebhookAnswer, WebhookRequest } from '../ports/webhook.js';

const elsewhere: ChannelHealth = {
  state: 'down',
  links: [{ name: 'turn', state: 'standby', sinceMs: 0, detail: 'another node has this channel', gauges: {} }],
};

/**
 * A channel that one node serves at a time, such as one that polls. Made anew for each turn, for an adapter's channel runs
 * once. Without the turn its health is `down`, so that its replies wait for the node that has it.
 */
export class OneNodeChannel implements Channel {
  #current: Channel | null = null;
  /** For what needs credentials and no turn. */
  #spare: Channel | null = null;
  readonly fetchAttachment?: NonNullable<Channel['fetchAttachment']>;

  constructor(
    private readonly id: string,
    private readonly create: () => Channel,
    private readonly turns: Turns,
  ) {
    // What cannot be made is told when it is configured, not when its turn comes.
    const first = create();
    this.#current = first;
    // Reports are handed over by any node, and their attachments fetched by the one that does it.
    if (first.fetchAttachment !== undefined) {
      this.fetchAttachment = async (id, maxBytes, signal) => {
        const fetched = await this.#whoever().fetchAttachment?.(id, maxBytes, signal);
        return fetched ?? { kind: 'later', cause: 'the channel fetches nothing now' };
      };
    }
  }

  async run(inbox: Inbox, stop: AbortSignal): Promise<void> {
    let first: Channel | null = this.#current;
    this.#current = null;
    await this.turns.hold(`channel ${this.id}`, stop, async (turn, ended) => {
      const channel = first ?? this.create();
      first = null;
      this.#current = channel;
      try {
        await channel.run(under(turn, inbox), ended);
      } finally {
        this.#current = null;
      }
    });
  }

  async send(reply: OutboundReply, deadlineMs: number): Promise<Outcome> {
    return this.#current?.send(reply, deadlineMs) ?? { kind: 'unsent', cause: 'another node has this channel' };
  }

  async handleWebhook(request: WebhookRequest, inbox: Inbox): Promise<WebhookAnswer> {
    // The peer tries again, and with luck at the node that has the turn.
    if (this.#current === null) return { status: 503, headers: { 'retry-after': '5' } };
    return this.#current.handleWebhook?.(request, inbox) ?? { status: 404 };
  }

  health(): ChannelHealth {
    return this.#current?.health() ?? elsewhere;
  }

  #whoever(): Channel {
    if (this.#current !== null) return this.#current;
    this.#spare ??= this.create();
    return this.#spare;
  }
}

/** A cursor that was read under a turn goes with it: a node that was frozen must not put the stream back. */
function under(turn: Turn, inbox: Inbox): Inbox {
  return {
    accept: (parts, cursor) => inbox.accept(parts, cursor === undefined ? undefined : { ...cursor, turn }),
    acceptReceipts: (receipts) => inbox.acceptReceipts(receipts),
    settle: (keys) => inbox.settle(keys),
    cursor: (name) => inbox.cursor(name),
  };
}
