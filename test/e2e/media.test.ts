import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { type GatewayWithTracker, startGateway } from '../../scripts/peers/gateway.js';
import { type RunningTelegram, startTelegramSimulator } from '../../scripts/simulators/telegram/index.js';
import { png } from '../media/pictures.js';

const token = '1708:token-of-the-simulated-bot';
const patienceMs = 15_000;

describe('a picture, from the citizen to the tracker', () => {
  let folder: string;
  let telegram: RunningTelegram;
  let gateway: GatewayWithTracker;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'e2e-media-'));
    telegram = await startTelegramSimulator(token);
    const apiUrl = `http://127.0.0.1:${telegram.port}`;
    gateway = await startGateway({
      folder,
      channels: { telegram: { adapter: 'telegram', address: '@lapor1708_bot', token, apiUrl } },
    });
  });

  after(async () => {
    await gateway?.close();
    await telegram?.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function attachmentsOf(text: string) {
    const { simulator } = gateway.tracker;
    const { ledger } = simulator;
    const look = () =>
      ledger
        .tickets(0, ledger.distinct)
        .map(({ trackingId }) => ledger.report(trackingId))
        .find((report) => report?.text === text);
    const report = await simulator.changes.until(look, patienceMs);
    if (report === undefined) throw new Error(`the tracker was not given "${text}"`);
    return report.attachments;
  }

  it('is a link that the tracker can follow, to the very octets', async () => {
    telegram.simulator.files.set('photo1', png('lubang di jalan'));
    telegram.simulator.write(424_242, { caption: 'Jalan berlubang di Sukasada', photo: [{ file_id: 'photo1' }] });
    const [attachment] = await attachmentsOf('Jalan berlubang di Sukasada');
    expect(attachment).to.include({ contentType: 'image/png', bytes: png('lubang di jalan').length });
    const answer = await fetch(attachment?.url ?? '');
    expect(answer.status).to.equal(200);
    expect(Object.fromEntries(answer.headers)).to.include({
      'content-type': 'image/png',
      'x-content-type-options': 'nosniff',
      'content-disposition': 'attachment',
    });
    expect(Buffer.from(await answer.arrayBuffer())).to.deep.equal(png('lubang di jalan'));
  });

  it('is nobody’s who has no link', async () => {
    const [attachment] = await attachmentsOf('Jalan berlubang di Sukasada');
    const url = new URL(attachment?.url ?? '');
    const bare = `${url.origin}${url.pathname}`;
    expect((await fetch(bare)).status).to.equal(403);
    expect((await fetch(url, { method: 'POST' })).status).to.equal(405);
    const head = await fetch(url, { method: 'HEAD' });
    expect(head.headers.get('content-length')).to.equal(String(attachment?.bytes));
  });

  it('that is no picture stays away, and its report goes on', async () => {
    telegram.simulator.files.set('page', Buffer.from('<html><script>alert(1)</script>'));
    telegram.simulator.write(424_242, {
      caption: 'Lampu jalan mati di Pejeng',
      document: { file_id: 'page', mime_type: 'image/png' },
    });
    const [attachment] = await attachmentsOf('Lampu jalan mati di Pejeng');
    expect(attachment).to.not.have.property('url');
  });
});
