import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { fact } from '../../scripts/chaos/fact.js';
import { citizens, factLimitMs, Rig } from './rig.js';

const run = promisify(execFile);

/**
 * A disk that is full, as the process sees it: no file of its may grow past a limit (setrlimit(2), RLIMIT_FSIZE), and
 * the write behind a commit fails. Enough for the schema and some hundred texts.
 */
const limitedGateway = ['sh', '-c', 'ulimit -S -f 1200 && exec "$@"', 'sh'];

const refusedForNow = 0x64;

/** Room again, while it runs. Only Linux can do that to another process; elsewhere a restart shows the same. */
async function makeRoom(rig: Rig): Promise<void> {
  if (process.platform === 'linux') {
    await run('prlimit', ['--pid', String(rig.gateway.pid), '--fsize=unlimited:']);
    return;
  }
  await rig.gateway.kill();
  await rig.startGateway([]);
}

describe('a full disk', function () {
  this.timeout(60_000);
  let rig: Rig;

  before(async () => {
    rig = await Rig.make({ launcher: limitedGateway });
    await rig.startAll();
  });

  after(() => rig.close());

  it('makes the telco keep its texts, and none is lost when there is room again', async () => {
    const smsc = rig.telco('telkomsel');
    const ids: string[] = [];
    // Both, for a small write may still find room where a larger one did not.
    const isFull = async (): Promise<true | undefined> => {
      const { id } = smsc.text({ from: citizens.telkomsel, text: `Laporan ${ids.length + 1}: lampu jalan mati` });
      ids.push(id);
      const isRefused = ids.some((each) => smsc.textView(each)?.lastError === refusedForNow);
      const { status, notOk } = await rig.ready();
      return isRefused && status === 503 && notOk.includes('store') ? true : undefined;
    };
    const name = 'the telco is asked to send a text again, and /readyz wants no traffic because of the store';
    await fact(name, isFull, factLimitMs, rig.gateway.gone);

    await makeRoom(rig);
    const settled = await Promise.all(ids.map((id) => smsc.settledText(id, factLimitMs)));
    expect(settled.filter((text) => text?.state !== 'acknowledged')).to.deep.equal([]);
    const { simulator } = rig.tracker;
    expect(await simulator.filed(ids.length, factLimitMs)).to.equal(true);
    await rig.inbox('telkomsel', ids.length);
    const filed = simulator.ledger
      .tickets(0, ids.length + 1)
      .map(({ trackingId }) => simulator.ledger.report(trackingId)?.text);
    expect(filed).to.deep.equal(ids.map((_, index) => `Laporan ${index + 1}: lampu jalan mati`));
    await rig.untilNotOk();
  });
});
