import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { ForwardListener } from '../forward/forwarder.js';
import type { IntakeListener } from '../intake/channelInbox.js';
import type { ChannelHealth, ChannelMeter, ChannelState } from '../ports/channel.js';
import type { ActResult, ChannelCounts, Hold } from '../ports/operations.js';
import type { StatusResult, Store, StoreCounts } from '../ports/store.js';
import type { ReplyListener } from '../replies/replier.js';
import type { RetentionListener } from '../work/retention.js';
import {
  catalogue,
  histogramOfEvent,
  type MetricEntry,
  type MetricName,
  metricOfEvent,
  metricOfFact,
} from './catalogue.js';
import { type Labels, SeriesTree } from './series.js';

const stateValues: Readonly<Record<ChannelState, number>> = { down: 0, degraded: 0.5, up: 1 };

/** A channel as it is now. */
export interface ChannelReading {
  readonly hold: Hold | null;
  readonly repliesUnderWay: number;
  health(): ChannelHealth;
}

/** What is not counted as it happens but read when somebody asks. */
export interface Readings {
  readonly store: Pick<Store, 'counts' | 'channelCounts'>;
  readonly storeWritable: boolean;
  readonly trackerAway: boolean;
  readonly channels: ReadonlyMap<string, ChannelReading>;
}

/** What the gateway counts; `catalogue.ts` says what there is. */
export class Metrics {
  readonly #registry = new Registry();
  readonly #counters = new Map<MetricName, Counter>();
  readonly #gauges = new Map<MetricName, Gauge>();
  readonly #histograms = new Map<MetricName, Histogram>();
  /** What is counted for every message, by metric and channel. */
  readonly #series = new Map<MetricName, Map<string, SeriesTree>>();
  /** What the store counts since it was opened: how much of it is in the counter already, by counter and channel. */
  readonly #countedBefore = new Map<string, number>();

  constructor() {
    collectDefaultMetrics({ register: this.#registry });
    for (const [name, entry] of Object.entries(catalogue)) this.#create(name as MetricName, entry);
  }

  get intake(): IntakeListener {
    const parts = this.#counter('lapor_parts_total');
    const receipts = this.#counter('lapor_receipts_total');
    return {
      accepted: (channel, summary) => {
        for (const [outcome, count] of Object.entries(summary)) if (count > 0) parts.inc({ channel, outcome }, count);
      },
      receipts: (channel, summary) => {
        for (const [outcome, count] of Object.entries(summary))
          if (count > 0) receipts.inc({ channel, outcome }, count);
      },
      refused: (channel, count) => parts.inc({ channel, outcome: 'refused' }, count),
    };
  }

  get forward(): Pick<ForwardListener, 'forwarded' | 'handled'> {
    const attempts = this.#seriesOf('lapor_forward_attempts_total');
    const deeds = this.#seriesOf('lapor_messages_handled_total');
    return {
      forwarded: (outcome) => {
        attempts.of({ outcome }).amount += 1;
      },
      handled: (deed) => {
        deeds.of({ deed }).amount += 1;
      },
    };
  }

  get replies(): ReplyListener {
    const attempts = this.#seriesOf('lapor_reply_attempts_total');
    const again = this.#counter('lapor_replies_resent_total');
    return {
      attempted: (channel, outcome, resent) => {
        attempts.of({ channel, outcome }).amount += 1;
        if (resent) again.inc({ channel });
      },
    };
  }

  get retention(): RetentionListener {
    const removed = this.#counter('lapor_retention_removed_total');
    return {
      forgot: (counts) => {
        for (const [what, count] of Object.entries(counts)) if (count > 0) removed.inc({ what }, count);
      },
      retentionDone: (atMs) => this.#set('lapor_retention_done_timestamp_seconds', {}, atMs / 1000),
    };
  }

  status(outcome: StatusResult): void {
    this.#counter('lapor_status_events_total').inc({ outcome });
  }

  acted(act: string, result: ActResult): void {
    this.#counter('lapor_operator_acts_total').inc({ act, result });
  }

  meterOf(channel: string): ChannelMeter {
    const others = this.#counter('lapor_channel_events_total');
    const otherSeconds = this.#histogram('lapor_channel_seconds');
    const known = { channel };
    return {
      count: (event, labels = {}, amount = 1) => {
        const name = metricOfEvent[event];
        if (name === undefined) others.inc({ channel, event, detail: Object.values(labels).join(' ') }, amount);
        else this.#seriesOf(name, known).of(labels).amount += amount;
      },
      observeSeconds: (event, seconds, labels = {}) => {
        const name = histogramOfEvent[event];
        if (name === undefined) otherSeconds.observe({ channel, event }, seconds);
        else this.#histogram(name).observe(this.#seriesOf(name, known).of(labels).labels, seconds);
      },
    };
  }

  /** Metrics in Prometheus' text format; gauges are read now. A store that cannot be read costs its own gauges alone. */
  async text(readings: Readings): Promise<string> {
    this.#tellCounted();
    this.#set('lapor_tracker_up', {}, readings.trackerAway ? 0 : 1);
    this.#set('lapor_store_writable', {}, readings.storeWritable ? 1 : 0);
    this.#readChannels(readings.channels);
    try {
      this.#readStore(await readings.store.counts(), await readings.store.channelCounts());
    } catch {
      // `lapor_store_writable` tells it, and whoever looks into the log finds the cause there.
    }
    return this.#registry.metrics();
  }

  /** Of one channel, or of all where there is none. */
  #seriesOf(name: MetricName, common: Labels = everywhere): SeriesTree {
    const trees = this.#series.get(name);
    const key = common.channel ?? '';
    const known = trees?.get(key);
    if (known !== undefined) return known;
    const tree = new SeriesTree(catalogue[name].labels, common);
    if (trees === undefined) this.#series.set(name, new Map([[key, tree]]));
    else trees.set(key, tree);
    return tree;
  }

  #tellCounted(): void {
    for (const [name, trees] of this.#series) {
      const counter = this.#counters.get(name);
      // Of a histogram only the labels are kept here.
      if (counter === undefined) continue;
      for (const series of [...trees.values()].flatMap(({ all }) => all)) {
        counter.inc(series.labels, series.amount);
        series.amount = 0;
      }
    }
  }

  #readChannels(channels: ReadonlyMap<string, ChannelReading>): void {
    // Of a link that moved to another host, or a channel that a reload removed, no series may stay behind.
    for (const name of readAnew) this.#gauge(name).reset();
    const nowMs = Date.now();
    for (const [channel, reading] of channels) {
      const { state, links, facts } = reading.health();
      this.#set('lapor_channel_up', { channel }, stateValues[state]);
      this.#set('lapor_replies_in_flight', { channel }, reading.repliesUnderWay);
      for (const [fact, metric] of Object.entries(metricOfFact)) {
        const value = facts?.[fact];
        if (typeof value === 'number') this.#set(metric, { channel }, value);
      }
      if (reading.hold !== null) this.#set('lapor_channel_held', { channel, hold: reading.hold }, 1);
      for (const { name: link, state: at, sinceMs, gauges } of links) {
        this.#set('lapor_link_state', { channel, link, state: at }, 1);
        this.#set('lapor_link_state_seconds', { channel, link }, Math.max(0, nowMs - sinceMs) / 1000);
        for (const [gauge, metric] of Object.entries(metricOfGauge)) {
          const value = gauges?.[gauge];
          if (value !== undefined) this.#set(metric, { channel, link }, value);
        }
      }
    }
  }

  #readStore(counts: StoreCounts, ofChannels: ReadonlyMap<string, ChannelCounts>): void {
    this.#set('lapor_waiting', { what: 'reports' }, counts.reportsWaiting);
    this.#set('lapor_waiting', { what: 'replies' }, counts.repliesWaiting);
    this.#set('lapor_waiting', { what: 'notices' }, counts.noticesWaiting);
    this.#set('lapor_waiting', { what: 'incomplete messages' }, counts.setsWaiting);
    this.#set('lapor_waiting', { what: 'dead letters' }, counts.deadLetters);
    this.#set('lapor_oldest_report_seconds', {}, ageSeconds(counts.oldestReportMs));
    for (const [channel, waiting] of ofChannels) {
      this.#set('lapor_replies_waiting', { channel }, waiting.repliesWaiting);
      this.#set('lapor_oldest_reply_seconds', { channel }, ageSeconds(waiting.oldestReplyMs));
      this.#set('lapor_incomplete_messages', { channel }, waiting.setsWaiting);
      this.#set('lapor_receipts_unclaimed', { channel }, waiting.receiptsUnclaimed);
      this.#countUpTo('lapor_incomplete_messages_expired_total', channel, waiting.setsExpired);
      this.#countUpTo('lapor_receipts_claimed_total', channel, waiting.receiptsClaimed);
    }
  }

  #countUpTo(name: MetricName, channel: string, total: number): void {
    const key = `${name} ${channel}`;
    this.#counter(name).inc({ channel }, total - (this.#countedBefore.get(key) ?? 0));
    this.#countedBefore.set(key, total);
  }

  #create(name: MetricName, { type, help, labels, buckets }: MetricEntry): void {
    const config = { name, help, labelNames: [...labels], registers: [this.#registry] };
    if (type === 'counter') this.#counters.set(name, new Counter(config));
    else if (type === 'gauge') this.#gauges.set(name, new Gauge(config));
    else this.#histograms.set(name, new Histogram({ ...config, buckets: [...(buckets ?? [])] }));
  }

  #counter(name: MetricName): Counter {
    return known(this.#counters.get(name), name);
  }

  #gauge(name: MetricName): Gauge {
    return known(this.#gauges.get(name), name);
  }

  #histogram(name: MetricName): Histogram {
    return known(this.#histograms.get(name), name);
  }

  #set(name: MetricName, labels: Record<string, string>, value: number): void {
    this.#gauge(name).set(labels, value);
  }
}

const readAnew: readonly MetricName[] = [
  'lapor_channel_up',
  'lapor_channel_held',
  'lapor_replies_in_flight',
  'lapor_link_state',
  'lapor_link_state_seconds',
  'lapor_link_in_flight',
  'lapor_link_unanswered_messages',
  ...Object.values(metricOfFact),
];

/** What adapters measure on a link that has a metric of its own. */
const metricOfGauge: Readonly<Record<string, MetricName>> = {
  in_flight: 'lapor_link_in_flight',
  unanswered: 'lapor_link_unanswered_messages',
};

/** Of metrics that are not told by channel, or whose channel is told each time. */
const everywhere: Labels = {};

function ageSeconds(sinceMs: number | null): number {
  return sinceMs === null ? 0 : Math.max(0, Date.now() - sinceMs) / 1000;
}

function known<Metric>(metric: Metric | undefined, name: MetricName): Metric {
  if (metric === undefined) throw new Error(`${name} is of another type in the catalogue`);
  return metric;
}
