import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import { expect } from 'chai';
import { httpTracker } from '../../../../adapters/trackers/http/index.js';
import type { Tracker } from '../../../../src/ports/tracker.js';
import { RecordingLog } from '../recording.js';
import { sampleReport } from '../samples.js';
import { PeerTracker } from './peer.js';

const never = new AbortController().signal;
const connected = 'undici:client:connected';

describe('http tracker: one write for what comes in one turn', () => {
  let peer: PeerTracker;
  let tracker: Tracker;
  let writes: number;

  /** Counts what the connections hand to the system. */
  function countWrites(message: unknown): void {
    const { socket } = message as { socket: Socket };
    const writev = socket._writev?.bind(socket);
    if (writev === undefined) throw new Error('no writev');
    socket._writev = (chunks, callback) => {
      writes++;
      writev(chunks, callback);
    };
  }

  beforeEach(async () => {
    peer = new PeerTracker();
    writes = 0;
    subscribe(connected, countWrites);
    const parsed = httpTracker.parseConfig({ url: await peer.start(), connections: 1, pipelining: 8 });
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
    tracker = httpTracker.create(parsed.config, { log: new RecordingLog() });
  });

  afterEach(async () => {
    unsubscribe(connected, countWrites);
    await tracker.close();
    await peer.stop();
  });

  async function submit(count: number): Promise<void> {
    const submitted = Array.from({ length: count }, () => tracker.submit(sampleReport(), never));
    for (const { kind } of await Promise.all(submitted)) expect(kind).to.equal('filed');
  }

  it('on a connection that is made for it', async () => {
    await submit(8);
    expect(writes).to.equal(1);
  });

  it('on one that was there', async () => {
    await submit(1);
    await submit(8);
    expect(writes).to.equal(2);
  });

  it('sends again what was held when its connection died', async () => {
    await submit(1);
    peer.script('reset');
    const [first, ...others] = await Promise.all([1, 2, 3, 4].map(() => tracker.submit(sampleReport(), never)));
    expect(first).to.include({ kind: 'retry', cause: 'UND_ERR_SOCKET' });
    expect(others.map(({ kind }) => kind)).to.deep.equal(['filed', 'filed', 'filed']);
  });
});
