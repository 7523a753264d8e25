import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { expect } from 'chai';
import { httpTracker } from '../../../../adapters/trackers/http/index.js';
import { RecordingLog } from '../recording.js';
import { sampleReport } from '../samples.js';

describe('httpTracker, of an answer in tens of thousands of pieces', () => {
  it('gathers it without holding up all else', async function () {
    // It takes 50 ms; with a copy of what came for each piece it took half a minute.
    this.timeout(10_000);
    const body = JSON.stringify({ trackingId: '9165816', status: 'received', padding: 'x'.repeat(60_000) });
    const pieces = [...body].map((letter) => `1\r\n${letter}\r\n`).join('');
    const peer = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () => {
        socket.write(
          `HTTP/1.1 201 Created\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n${pieces}0\r\n\r\n`,
        );
      });
    });
    peer.listen(0, '127.0.0.1');
    await once(peer, 'listening');
    const { port } = peer.address() as AddressInfo;
    const parsed = httpTracker.parseConfig({ url: `http://127.0.0.1:${port}` });
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
    const tracker = httpTracker.create(parsed.config, { log: new RecordingLog() });
    try {
      const answer = await tracker.submit(sampleReport(), new AbortController().signal);
      expect(answer.kind).to.equal('filed');
    } finally {
      await tracker.close();
      peer.close();
    }
  });
});
