import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { metricsReference } from '../../scripts/generate/metrics.js';
import { packagedFile } from '../../src/config/env.js';
import type { ChannelHealth } from '../../src/ports/channel.js';
import type { Hold } from '../../src/ports/operations.js';
import type { Store } from '../../src/ports/store.js';
import { catalogue, histogramOfEvent, type MetricEntry, metricOfEvent } from '../../src/telemetry/catalogue.js';
import { Metrics, type Readings } from '../../src/telemetry/metrics.js';
import { longSms, smsPart } from '../fakes/parts.js';
import { SqlitePlace } from '../fakes/sqlitePlace.js';

const bound = {
  name: 'transceiver 1',
  state: 'bound',
  sinceMs: 0,
  detail: '',
  gauges: { in_flight: 3, unanswered: 5, other: 1 },
};

describe('metrics', () => {
  let place: SqlitePlace;
  let store: Store;
  let metrics: Metrics;

  beforeEach(async () => {
    place = await SqlitePlace.create();
    store = await place.open();
    metrics = new Metrics();
  });

  afterEach(async () => {
    await store.close();
    await place.remove();
  });

  function reading(health: ChannelHealth, hold: Hold | null = null, repliesUnderWay = 0): Readings['channels'] {
    return new Map([['telkomsel', { hold, repliesUnderWay, health: () => health }]]);
  }

  /** The samples of the gateway's own metrics, by name and labels. */
  async function samples(given: Partial<Readings> = {}): Promise<ReadonlyMap<string, number>> {
    const text = await metrics.text({
      store,
      storeWritable: true,
      trackerAway: false,
      channels: reading({
        state: 'up',
        links: [bound],
        facts: { submits_per_second: 12.5, budget_used_percent: 81, receipt_ids: 'hex' },
      }),
      ...given,
    });
    const lines = text.split('\n').filter((line) => line.startsWith('lapor_'));
    return new Map(
      lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))]),
    );
  }

  it('shows all that the catalogue has, by its name, type and help', async () => {
    const text = await metrics.text({ store, storeWritable: true, trackerAway: false, channels: new Map() });
    const entries: readonly (readonly [string, MetricEntry])[] = Object.entries(catalogue);
    for (const [name, { type, help }] of entries) {
      expect(text).to.include(`# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`);
    }
    const shown = [...text.matchAll(/^# TYPE (lapor_\w+)/gm)].map(([, name]) => name);
    expect(shown).to.have.members(Object.keys(catalogue));
  });

  it('docs/operations/metrics.md is what scripts/generate/metrics.ts writes', () => {
    expect(readFileSync(packagedFile('docs', 'operations', 'metrics.md'), 'utf8')).to.equal(metricsReference());
  });

  it('names counters and times as Prometheus asks', () => {
    const entries: readonly (readonly [string, MetricEntry])[] = Object.entries(catalogue);
    for (const [name, { type }] of entries) {
      expect(name.endsWith('_total'), name).to.equal(type === 'counter');
      if (type === 'histogram') expect(name).to.match(/_seconds$/);
    }
  });

  const events: readonly { label: string; event: string; labels: Record<string, string>; sample: string }[] = [
    {
      label: 'a bind by session and result',
      event: 'bind',
      labels: { session: '2', result: 'ESME_RINVPASWD' },
      sample: 'lapor_bind_attempts_total{channel="telkomsel",session="2",result="ESME_RINVPASWD"}',
    },
    {
      label: 'a submit_sm by session and status',
      event: 'submit',
      labels: { session: 'transceiver 2', status: 'ESME_ROK' },
      sample: 'lapor_submits_total{channel="telkomsel",session="transceiver 2",status="ESME_ROK"}',
    },
    {
      label: 'a lost link whose adapter tells no session',
      event: 'link_lost',
      labels: {},
      sample: 'lapor_links_lost_total{channel="telkomsel",session=""}',
    },
    {
      label: 'a decode fallback',
      event: 'oddity',
      labels: { oddity: 'wrong_data_coding', encoding: 'utf8', more: 'than the metric has' },
      sample: 'lapor_odd_parts_total{channel="telkomsel",oddity="wrong_data_coding",encoding="utf8"}',
    },
    {
      label: 'what has no metric of its own',
      event: 'outbind',
      labels: { from: 'peer' },
      sample: 'lapor_channel_events_total{channel="telkomsel",event="outbind",detail="peer"}',
    },
  ];
  for (const { label, event, labels, sample } of events) {
    it(`counts ${label}`, async () => {
      const meter = metrics.meterOf('telkomsel');
      meter.count(event, labels);
      meter.count(event, labels, 4);
      expect((await samples()).get(sample)).to.equal(5);
    });
  }

  it('tells what was counted once, however often it is asked, and adds what comes after', async () => {
    const meter = metrics.meterOf('telkomsel');
    const bind = 'lapor_bind_attempts_total{channel="telkomsel",session="1",result="bound"}';
    meter.count('bind', { session: '1', result: 'bound' }, 2);
    expect((await samples()).get(bind)).to.equal(2);
    expect((await samples()).get(bind)).to.equal(2);
    metrics.meterOf('telkomsel').count('bind', { session: '1', result: 'bound' });
    expect((await samples()).get(bind)).to.equal(3);
  });

  it('maps events to counters and times to histograms only', () => {
    for (const name of Object.values(metricOfEvent)) expect(catalogue[name].type, name).to.equal('counter');
    for (const name of Object.values(histogramOfEvent)) expect(catalogue[name].type, name).to.equal('histogram');
  });

  it('times submits by channel and session', async () => {
    const meter = metrics.meterOf('telkomsel');
    for (const session of ['1', '2', '2']) meter.observeSeconds('submit', 0.2, { session });
    const read = await samples();
    const bucket = (le: string, session: string) =>
      read.get(`lapor_submit_seconds_bucket{le="${le}",channel="telkomsel",session="${session}"}`);
    expect([bucket('0.1', '1'), bucket('0.25', '1'), bucket('0.25', '2')]).to.deep.equal([0, 1, 2]);
  });

  it('keeps apart what two channels count under the same labels', async () => {
    for (const channel of ['telkomsel', 'three', 'three'])
      metrics.meterOf(channel).count('link_lost', { session: '1' });
    const read = await samples();
    const lost = (channel: string) => read.get(`lapor_links_lost_total{channel="${channel}",session="1"}`);
    expect([lost('telkomsel'), lost('three')]).to.deep.equal([1, 2]);
  });

  it('reads channels and links as they are now, and leaves no series behind', async () => {
    const backing = { ...bound, state: 'backing_off', sinceMs: Date.now() - 90_000, gauges: { in_flight: 0 } };
    const before = await samples({ channels: reading({ state: 'down', links: [backing] }, 'paused', 2) });
    expect(before.get('lapor_channel_up{channel="telkomsel"}')).to.equal(0);
    expect(before.get('lapor_channel_held{channel="telkomsel",hold="paused"}')).to.equal(1);
    expect(before.get('lapor_replies_in_flight{channel="telkomsel"}')).to.equal(2);
    const link = 'channel="telkomsel",link="transceiver 1"';
    expect(before.get(`lapor_link_state{${link},state="backing_off"}`)).to.equal(1);
    expect(before.get(`lapor_link_state_seconds{${link}}`)).to.be.within(90, 120);
    const after = await samples();
    expect(after.get(`lapor_link_state{${link},state="bound"}`)).to.equal(1);
    expect(after.get(`lapor_link_in_flight{${link}}`)).to.equal(3);
    expect(after.get(`lapor_link_unanswered_messages{${link}}`)).to.equal(5);
    expect(after.get('lapor_submit_limit_per_second{channel="telkomsel"}')).to.equal(12.5);
    expect(after.get('lapor_x_budget_used_percent{channel="telkomsel"}')).to.equal(81);
    expect([...after.keys()].filter((key) => /backing_off|paused/.test(key))).to.deep.equal([]);
    const removed = await samples({ channels: new Map() });
    expect([...removed.keys()].filter((key) => /^lapor_(channel|link|replies_in|x_budget)/.test(key))).to.deep.equal(
      [],
    );
  });

  it('reads what waits in the store, for each channel', async () => {
    const joinUntilMs = 1;
    const accept = (parts: Parameters<Store['acceptParts']>[0]['parts']) =>
      store.acceptParts({ channelId: 'telkomsel', medium: 'sms', parts, joinUntilMs });
    await accept([smsPart(), ...longSms(['satu', 'dua'], 1).slice(1)]);
    const before = await samples();
    expect(before.get('lapor_waiting{what="reports"}')).to.equal(1);
    expect(before.get('lapor_incomplete_messages{channel="telkomsel"}')).to.equal(1);
    expect(before.get('lapor_oldest_reply_seconds{channel="telkomsel"}')).to.equal(0);
    await store.closeOverdueSets(2);
    await samples();
    const after = await samples();
    expect(after.get('lapor_incomplete_messages{channel="telkomsel"}')).to.equal(0);
    expect(after.get('lapor_incomplete_messages_expired_total{channel="telkomsel"}'), 'counted once').to.equal(1);
  });

  it('still tells the rest when the store is gone', async () => {
    const gone = () => Promise.reject(new Error('disk I/O error'));
    const read = await samples({ store: { counts: gone, channelCounts: gone }, storeWritable: false });
    expect(read.get('lapor_store_writable')).to.equal(0);
    expect(read.get('lapor_channel_up{channel="telkomsel"}')).to.equal(1);
  });

  it('counts operators’ acts by their result', async () => {
    metrics.acted('channel pause', 'refused');
    expect((await samples()).get('lapor_operator_acts_total{act="channel pause",result="refused"}')).to.equal(1);
  });
});
