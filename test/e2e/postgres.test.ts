import { expect } from 'chai';
import { CuttingProxy } from '../adapters/stores/postgres/cuttingProxy.js';
import { PostgresPlace } from '../fakes/postgresPlace.js';
import { Rig } from './rig.js';

/** The built gateway on PostgreSQL, between telcos and a tracker. */
describe('a gateway on PostgreSQL', function () {
  this.timeout(90_000);
  let place: PostgresPlace;
  let proxy: CuttingProxy;
  let rig: Rig;

  beforeEach(async () => {
    place = await PostgresPlace.create();
    proxy = await CuttingProxy.start(place.url);
    rig = await Rig.make({ storeUrl: proxy.url });
  });

  afterEach(async () => {
    await rig.close();
    await proxy.stop();
    await place.remove();
  });

  it('takes a text to the tracker and its answer back, and tells both by the commands', async () => {
    await rig.startAll();
    await rig.texted('telkomsel', 'Jembatan Banyuning retak');
    const [acknowledgement] = await rig.inbox('telkomsel', 1);
    const trackingId = /#(\d+)/.exec(acknowledgement ?? '')?.[1] ?? '';
    expect(rig.tracker.simulator.ledger.report(trackingId)?.text).to.equal('Jembatan Banyuning retak');
    const trace = await rig.command('trace', trackingId);
    expect(trace.out).to.match(/received.*accepted.*forwarded.*reply queued/s);
    const channels = await rig.command('channel', 'list');
    expect(channels.out).to.include('telkomsel');
    expect(rig.gateway.output).to.include('postgres://postgres@127.0.0.1').and.not.include('postgres:postgres@');
  });

  it('refuses texts while the database is away, says so, and goes on by itself when it is back', async () => {
    await rig.startAll();
    proxy.shut();
    await rig.untilNotOk('store');
    expect((await rig.ready()).status).to.equal(503);
    const { id } = rig.telco('telkomsel').text({ from: '6281234567890', text: 'Lampu padam' });
    proxy.open();
    const settled = await rig.telco('telkomsel').settledText(id, 20_000);
    expect(settled?.state).to.equal('acknowledged');
    expect(await rig.inbox('telkomsel', 1)).to.have.length(1);
    await rig.untilNotOk();
  });
});
