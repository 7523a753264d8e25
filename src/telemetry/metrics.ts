import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { ForwardListener } from '../forward/forwarder.js';
import type { IntakeListener } from '../intake/channelInbox.js';
import type { Channel, ChannelMeter, ChannelState } from '../ports/channel.js';
import type { StatusResult, Store } from '../ports/store.js';
import type { ReplyListener } from '../replies/replier.js';

const stateValues: Record<ChannelState, number> = { down: 0, degraded: 0.5, up: 1 };

/** What the gateway counts. Labels are channels and kinds of outcome: never an address, an id or a text. */
export class Metrics {
  private readonly registry = new Registry();
  readonly #parts = this.#counter('lapor_parts_total', 'Parts taken in, by what became of them', [
    'channel',
    'outcome',
  ]);
  readonly #receipts = this.#counter('lapor_receipts_total', 'Receipts, by what they were', ['channel', 'outcome']);
  readonly #forwards = this.#counter('lapor_forward_attempts_total', 'Attempts to hand a report to the tracker', [
    'outcome',
  ]);
  readonly #replies = this.#counter('lapor_reply_attempts_total', 'Attempts to send a reply', ['channel', 'outcome']);
  readonly #resent = this.#counter('lapor_replies_resent_total', 'Replies sent again that were perhaps sent before', [
    'channel',
  ]);
  readonly #status = this.#counter('lapor_status_events_total', 'Status events of the tracker', ['outcome']);
  readonly #events = this.#counter('lapor_channel_events_total', 'What adapters count', ['channel', 'event', 'detail']);
  readonly #waiting = this.#gauge('lapor_waiting', 'What waits in the store', ['what']);
  readonly #oldest = this.#gauge(
    'lapor_oldest_report_seconds',
    'Age of the oldest report that waits for the tracker',
    [],
  );
  readonly #trackerUp = this.#gauge(
    'lapor_tracker_up',
    '0 while reports are held back because the tracker is away',
    [],
  );
  readonly #channelUp = this.#gauge('lapor_channel_up', '1 up, 0.5 degraded, 0 down', ['channel']);
  readonly #seconds = new Histogram({
    name: 'lapor_channel_seconds',
    help: 'How long the peers of a channel take',
    labelNames: ['channel', 'event'],
    buckets: [0.005, 0.025, 0.1, 0.5, 1, 5, 15, 30, 60],
    registers: [this.registry],
  });

  constructor() {
    collectDefaultMetrics({ register: this.registry });
  }

  get intake(): IntakeListener {
    return {
      accepted: (channel, summary) => {
        for (const [outcome, count] of Object.entries(summary))
          if (count > 0) this.#parts.inc({ channel, outcome }, count);
      },
      receipts: (channel, summary) => {
        for (const [outcome, count] of Object.entries(summary))
          if (count > 0) this.#receipts.inc({ channel, outcome }, count);
      },
      refused: (channel, parts) => this.#parts.inc({ channel, outcome: 'refused' }, parts),
    };
  }

  get forward(): Pick<ForwardListener, 'forwarded'> {
    return { forwarded: (outcome) => this.#forwards.inc({ outcome }) };
  }

  get replies(): ReplyListener {
    return {
      attempted: (channel, outcome, resent) => {
        this.#replies.inc({ channel, outcome });
        if (resent) this.#resent.inc({ channel });
      },
    };
  }

  status(outcome: StatusResult): void {
    this.#status.inc({ outcome });
  }

  meterOf(channel: string): ChannelMeter {
    return {
      count: (event, labels = {}, amount = 1) =>
        this.#events.inc({ channel, event, detail: Object.values(labels).join(' ') }, amount),
      observeSeconds: (event, seconds) => this.#seconds.observe({ channel, event }, seconds),
    };
  }

  /** Metrics in Prometheus' text format; gauges are read now. */
  async text(store: Store, channels: ReadonlyMap<string, Channel>, trackerAway: boolean): Promise<string> {
    for (const [id, channel] of channels) this.#channelUp.set({ channel: id }, stateValues[channel.health().state]);
    this.#trackerUp.set(trackerAway ? 0 : 1);
    const counts = await store.counts();
    this.#waiting.set({ what: 'reports' }, counts.reportsWaiting);
    this.#waiting.set({ what: 'replies' }, counts.repliesWaiting);
    this.#waiting.set({ what: 'incomplete messages' }, counts.setsWaiting);
    this.#waiting.set({ what: 'dead letters' }, counts.deadLetters);
    this.#oldest.set(counts.oldestReportMs === null ? 0 : (Date.now() - counts.oldestReportMs) / 1000);
    return this.registry.metrics();
  }

  #counter(name: string, help: string, labelNames: string[]): Counter {
    return new Counter({ name, help, labelNames, registers: [this.registry] });
  }

  #gauge(name: string, help: string, labelNames: string[]): Gauge {
    return new Gauge({ name, help, labelNames, registers: [this.registry] });
  }
}
