import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { freePort } from '../../scripts/bench/freePort.js';
import { fact } from '../../scripts/chaos/fact.js';
import { type GatewayWithTracker, startGateway } from '../../scripts/peers/gateway.js';
import { type Smsc, startSmsc } from '../../scripts/simulators/smsc/index.js';
import { switchesSchema } from '../../scripts/simulators/smsc/switches.js';
import { Kannel } from './kannel.js';

const credentials = { systemId: 'lapor', password: 'secret' };
const patienceMs = 20_000;
const secret = 'rahasia-antara-kannel-dan-gateway';

const long = 'Jalan berlubang di depan kantor camat Sukasada, warga {sudah} melapor ke desa. '.repeat(4).trim();
const texts = [
  { label: 'seven-bit, extension table', text: 'Biaya [resmi] €5 ~ {pungli} @kades_1' },
  { label: 'UCS-2', text: 'Sampah menumpuk di TPS 😷 — bau' },
  { label: 'long', text: long },
  { label: 'long, UCS-2', text: 'Air PDAM keruh — mohon diperiksa 🙏. '.repeat(5).trim() },
];

/** As docs/operations/behind-kannel.md has them. */
const byGet = 'from=%p&to=%P&id=%I&text=%b&coding=%c&charset=%C&udh=%u';
const byPost = 'from=%p&to=%P&id=%I';

interface Way {
  readonly label: string;
  readonly url: 'get-url' | 'post-url';
  readonly query: string;
  readonly core: Readonly<Record<string, string>>;
}

const inParts = { 'sms-combine-concatenated-mo': 'false' };
const ways: readonly Way[] = [
  { label: 'get-url', url: 'get-url', query: byGet, core: {} },
  { label: 'get-url, parts as they came', url: 'get-url', query: byGet, core: inParts },
  { label: 'post-url', url: 'post-url', query: byPost, core: {} },
  { label: 'post-url, parts as they came', url: 'post-url', query: byPost, core: inParts },
];

for (const { label, url, query, core } of ways) {
  describe(`the gateway behind Kannel: ${label}`, () => {
    let folder: string;
    let smsc: Smsc;
    let gateway: GatewayWithTracker;
    let kannel: Kannel;

    before(async () => {
      folder = await mkdtemp(join(tmpdir(), 'peers-behind-'));
      const [httpPort, sendPort] = await Promise.all([freePort(), freePort()]);
      const aggregator = {
        adapter: 'http',
        preset: 'kannel',
        address: '1708',
        auth: { secret: { field: 'secret', value: secret }, addresses: ['127.0.0.1'] },
        username: 'lapor',
        password: 'peers',
        outbound: { url: `http://127.0.0.1:${sendPort}/cgi-bin/sendsms` },
      };
      gateway = await startGateway({ folder, httpPort, channels: { aggregator } });
      smsc = await startSmsc({ telcos: [{ name: 'telkomsel', ...credentials }], retryIntervalMs: 200 });
      kannel = await Kannel.start({
        folder,
        smscPort: smsc.telco('telkomsel').port,
        ...credentials,
        sendPort,
        core,
        service: {
          'max-messages': 0,
          [url]: `"http://127.0.0.1:${httpPort}/webhooks/aggregator?secret=${secret}&${query}"`,
        },
      });
      await kannel.online();
    });

    after(async () => {
      await kannel?.stop();
      await gateway?.close();
      await smsc?.close();
      await rm(folder, { recursive: true, force: true });
    });

    /** The number under which the tracker filed this text. */
    async function filed(text: string): Promise<string> {
      const { simulator } = gateway.tracker;
      const look = () =>
        simulator.ledger
          .tickets(0, simulator.ledger.distinct)
          .find(({ trackingId }) => simulator.ledger.report(trackingId)?.text === text);
      const ticket = await simulator.changes.until(look, patienceMs);
      if (ticket === undefined) throw new Error(`the tracker was not given "${text}"`);
      return ticket.trackingId;
    }

    async function shown(from: string, words: string): Promise<void> {
      const look = () => smsc.handsets.messages(smsc.msisdn(from)).find((message) => message.text.includes(words));
      if ((await smsc.changes.until(look, patienceMs)) === undefined) throw new Error(`no "${words}" on the handset`);
    }

    async function receipts(): Promise<number> {
      return (await gateway.metrics()).receiptsOfReplies;
    }

    async function receiptsAbove(before: number): Promise<void> {
      const look = async () => ((await receipts()) > before ? true : undefined);
      await fact('a receipt moved a reply', look, patienceMs);
    }

    for (const [index, { label: kind, text }] of texts.entries()) {
      it(`a text comes through, and its answer is on the handset: ${kind}`, async () => {
        const from = `62812000010${index}`;
        smsc.text({ from, text, form: 'udh8' });
        await shown(from, `#${await filed(text)}.`);
      });
    }

    it('hears that a reply was delivered', () => receiptsAbove(0));

    it('hears that the SMSC refused a reply', async () => {
      // So that no receipt of an earlier reply can be taken for this one's.
      const settled = async () => ((await receipts()) >= texts.length ? true : undefined);
      await fact('each reply has its receipt', settled, patienceMs);
      const before = await receipts();
      smsc.telco('telkomsel').setSwitches(switchesSchema.parse({ refuseSubmits: { status: 'ESME_RINVDSTADR' } }));
      smsc.text({ from: '6281200001099', text: 'Balasan untuk ini akan ditolak', form: 'udh8' });
      await receiptsAbove(before);
    });
  });
}

describe('Kannel and a gateway whose store takes nothing', () => {
  it('sends the same message again after each 503, where smsbox is told to', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'peers-behind-'));
    const smsc = await startSmsc({ telcos: [{ name: 'telkomsel', ...credentials }] });
    const asked: string[] = [];
    const busy = createServer((request, response) => {
      asked.push(request.url ?? '');
      response.writeHead(asked.length < 3 ? 503 : 200, { 'retry-after': '10' }).end();
    });
    busy.listen(0, '127.0.0.1');
    await once(busy, 'listening');
    const { port } = busy.address() as AddressInfo;
    const kannel = await Kannel.start({
      folder,
      smscPort: smsc.telco('telkomsel').port,
      ...credentials,
      smsbox: { 'http-request-retry': 5, 'http-queue-delay': 1 },
      service: { 'max-messages': 0, 'get-url': `"http://127.0.0.1:${port}/?id=%I"` },
    });
    try {
      await kannel.online();
      smsc.text({ from: '6281200001000', text: 'Jalan rusak', form: 'udh8' });
      await fact('Kannel came three times', () => (asked.length === 3 ? true : undefined), patienceMs);
      expect(new Set(asked).size).to.equal(1);
    } finally {
      await kannel.stop();
      await smsc.close();
      busy.closeAllConnections();
      busy.close();
      await rm(folder, { recursive: true, force: true });
    }
  });
});
