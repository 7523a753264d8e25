import { expect } from 'chai';
import { type ChannelLook, readiness } from '../../src/http/readiness.js';
import type { ChannelHealth } from '../../src/ports/channel.js';
import type { Store } from '../../src/ports/store.js';
import { SqlitePlace } from '../fakes/sqlitePlace.js';

const told = (health: ChannelHealth): ChannelLook => ({ hold: null, health: () => health });

const up = told({ state: 'up', links: [{ name: 'smsc:2775', state: 'bound', detail: '', sinceMs: 0 }] });
const down = told({
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
    expect(await readiness(store, channels, 'away')).to.deep.equal({
      ready: true,
      checks: {
        store: { ok: true },
        tracker: { ok: false, detail: 'away; reports wait and go on when it is back' },
        'channels.telkomsel': { ok: true, detail: 'up; smsc:2775 bound' },
        'channels.indosat': { ok: false, detail: 'down; smsc:2776 refused (ESME_RINVPASWD)' },
      },
    });
  });

  it('says nothing of a tracker that is there', async () => {
    expect((await readiness(store, new Map(), null)).checks.tracker).to.deep.equal({ ok: true });
  });

  it('is not ready when the store takes no write, and says why', async () => {
    await store.close();
    const { ready, checks } = await readiness(store, channels, null);
    expect(ready).to.equal(false);
    expect(checks.store?.ok).to.equal(false);
    expect(checks.store?.detail).to.match(/\w/);
    store = await place.open();
  });
});
