import { expect } from 'chai';
import { readiness } from '../../src/http/readiness.js';
import type { ChannelHealth } from '../../src/ports/channel.js';
import type { Store } from '../../src/ports/store.js';
import { Metrics } from '../../src/telemetry/metrics.js';
import { MemoryChannel } from '../fakes/channel.js';
import { Facts } from '../fakes/facts.js';
import { SqlitePlace } from '../fakes/sqlitePlace.js';

/** A channel that says of itself what the test says. */
class TellingChannel extends MemoryChannel {
  constructor(private readonly told: ChannelHealth) {
    super(new Facts());
  }

  override health(): ChannelHealth {
    return this.told;
  }
}

const up = new TellingChannel({ state: 'up', links: [{ name: 'smsc:2775', state: 'bound', detail: '', sinceMs: 0 }] });
const down = new TellingChannel({
  state: 'down',
  links: [{ name: 'smsc:2776', state: 'refused', detail: 'ESME_RINVPASWD', sinceMs: 0 }],
});
const channels = new Map([
  ['telkomsel', up],
  ['indosat', down],
]);

describe('what operators are told', () => {
  let place: SqlitePlace;
  let store: Store;

  beforeEach(async () => {
    place = await SqlitePlace.create();
    store = await place.open();
  });

  afterEach(async () => {
    await store.close();
    await place.remove();
  });

  it('is ready while the store takes writes, whoever else is away', async () => {
    expect(await readiness(store, channels, true)).to.deep.equal({
      ready: true,
      checks: {
        store: { ok: true },
        tracker: { ok: false, detail: 'away; reports wait and are retried' },
        'channels.telkomsel': { ok: true, detail: 'up; smsc:2775 bound' },
        'channels.indosat': { ok: false, detail: 'down; smsc:2776 refused (ESME_RINVPASWD)' },
      },
    });
  });

  it('says nothing of a tracker that is there', async () => {
    expect((await readiness(store, new Map(), false)).checks.tracker).to.deep.equal({ ok: true });
  });

  it('is not ready when the store takes no write, and says why', async () => {
    await store.close();
    const { ready, checks } = await readiness(store, channels, false);
    expect(ready).to.equal(false);
    expect(checks.store?.ok).to.equal(false);
    expect(checks.store?.detail).to.match(/\w/);
    store = await place.open();
  });

  it('tells metrics of each channel, the tracker and what waits', async () => {
    const text = await new Metrics().text(store, channels, true);
    for (const line of [
      'lapor_channel_up{channel="telkomsel"} 1',
      'lapor_channel_up{channel="indosat"} 0',
      'lapor_tracker_up 0',
      'lapor_waiting{what="reports"} 0',
      'lapor_waiting{what="dead letters"} 0',
      'lapor_oldest_report_seconds 0',
    ]) {
      expect(text.split('\n')).to.include(line);
    }
  });

  it('counts by channel and outcome, and says each metric’s kind', async () => {
    const metrics = new Metrics();
    metrics.intake.refused('indosat', 3);
    metrics.replies.attempted('telkomsel', 'accepted', true);
    metrics.meterOf('telkomsel').observeSeconds('submit', 0.02);
    const lines = (await metrics.text(store, channels, false)).split('\n');
    expect(lines).to.include('# TYPE lapor_parts_total counter');
    expect(lines).to.include('lapor_parts_total{channel="indosat",outcome="refused"} 3');
    expect(lines).to.include('lapor_reply_attempts_total{channel="telkomsel",outcome="accepted"} 1');
    expect(lines).to.include('lapor_replies_resent_total{channel="telkomsel"} 1');
    expect(lines).to.include('lapor_channel_seconds_bucket{le="0.025",channel="telkomsel",event="submit"} 1');
  });
});
