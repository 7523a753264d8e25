import type { Channel, ChannelHealth, ChannelState, OutboundReply, Outcome } from '../../src/ports/channel.js';
import type { Facts } from './facts.js';

/** A channel in memory that takes replies as the test says, and remembers them. */
export class MemoryChannel implements Channel {
  readonly sent: OutboundReply[] = [];
  state: ChannelState = 'up';
  sendsAgainAtMs = 0;
  outcome: (reply: OutboundReply, deadlineMs: number) => Outcome | Promise<Outcome> = ({ id }) => ({
    kind: 'accepted',
    externalIds: [`X-${id}`],
  });
  inFlight = 0;
  inFlightMax = 0;

  constructor(private readonly facts: Facts) {}

  async run(): Promise<void> {}

  async send(reply: OutboundReply, deadlineMs: number): Promise<Outcome> {
    this.sent.push(reply);
    this.inFlight += 1;
    this.inFlightMax = Math.max(this.inFlightMax, this.inFlight);
    this.facts.changed();
    try {
      return await this.outcome(reply, deadlineMs);
    } finally {
      this.inFlight -= 1;
      this.facts.changed();
    }
  }

  health(): ChannelHealth {
    return { state: this.state, links: [], sendsAgainAtMs: this.sendsAgainAtMs };
  }
}
