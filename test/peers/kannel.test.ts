import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { Changes } from '../../scripts/simulators/changes.js';
import type { InboxMessage } from '../../scripts/simulators/smsc/handsets.js';
import { type Smsc, startSmsc } from '../../scripts/simulators/smsc/index.js';
import { type SwitchesInput, switchesSchema } from '../../scripts/simulators/smsc/switches.js';
import { Kannel } from './kannel.js';

const credentials = { systemId: 'lapor', password: 'secret' };
const citizen = '6281234567890';
const patienceMs = 15_000;
/** Kannel's number for the coding. */
const ucs2 = '2';

const long = 'Jalan berlubang di depan kantor camat Sukasada, warga {sudah} melapor ke desa. '.repeat(4).trim();
const longUcs2 = 'Air PDAM keruh — mohon diperiksa 🙏. '.repeat(5).trim();

/** Kannel's words for what became of a message, as numbers (its user guide, "Delivery Reports"). */
const dlr = { delivered: '1', failed: '2', accepted: '8', refused: '16' } as const;

interface ServiceMessage {
  readonly from: string;
  readonly to: string;
  readonly text: string;
}

/** Kannel hands UCS-2 over as its octets, and all else as UTF-8. */
function messageOf(query: URLSearchParams, raw: string): ServiceMessage {
  const escaped = /[?&]text=([^&]*)/.exec(raw)?.[1]?.replaceAll('+', ' ') ?? '';
  const unescaped = escaped.replaceAll(/%(..)/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  const octets = Buffer.from(unescaped, 'latin1');
  const text = query.get('coding') === ucs2 ? octets.swap16().toString('utf16le') : octets.toString('utf8');
  return { from: query.get('from') ?? '', to: query.get('to') ?? '', text };
}

/** Kannel's HTTP side: a service that answers each message, and the place where receipts are told. */
class Service {
  readonly messages: ServiceMessage[] = [];
  /** What a receipt is of, and of which kind. */
  readonly receipts: string[] = [];
  readonly #changes = new Changes();
  readonly #server = createServer((request, response) => {
    const raw = request.url ?? '';
    const { pathname, searchParams: query } = new URL(raw, 'http://service');
    response.setHeader('content-type', 'text/plain; charset=utf-8');
    if (pathname === '/receipt') {
      this.receipts.push(`${query.get('of')} ${query.get('kind')}`);
      response.end();
    } else {
      const message = messageOf(query, raw);
      this.messages.push(message);
      response.setHeader('x-kannel-coding', query.get('coding') ?? '');
      response.end(`Diterima: ${message.text}`);
    }
    this.#changes.notify();
  });

  async listen(): Promise<string> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async message(text: string): Promise<ServiceMessage> {
    const found = await this.#changes.until(() => this.messages.find((each) => each.text === text), patienceMs);
    if (found !== undefined) return found;
    const seen = this.messages.map((message) => message.text).join('\n');
    throw new Error(`no message "${text}" came to the service, only:\n${seen}`);
  }

  async receipt(of: string, kind: string): Promise<void> {
    const look = () => this.receipts.includes(`${of} ${kind}`) || undefined;
    if (await this.#changes.until(look, patienceMs)) return;
    throw new Error(`no receipt ${kind} of ${of} came to the service, only: ${this.receipts.join(', ')}`);
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }
}

describe('Kannel and the simulated SMSC', () => {
  let folder: string;
  let smsc: Smsc;
  let service: Service;
  let serviceUrl: string;
  let kannel: Kannel;
  let sent = 0;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'peers-kannel-'));
    smsc = await startSmsc({ telcos: [{ name: 'telkomsel', ...credentials }], retryIntervalMs: 200 });
    service = new Service();
    serviceUrl = await service.listen();
    const smscPort = smsc.telco('telkomsel').port;
    const answered = {
      'max-messages': 5,
      'get-url': `"${serviceUrl}/message?from=%p&to=%P&text=%b&coding=%c"`,
    };
    kannel = await Kannel.start({ folder, smscPort, ...credentials, service: answered });
    await kannel.online();
  });

  after(async () => {
    await kannel?.stop();
    await service?.close();
    await smsc?.close();
    await rm(folder, { recursive: true, force: true });
  });

  afterEach(() => set({}));

  function set(switches: SwitchesInput): void {
    smsc.telco('telkomsel').setSwitches(switchesSchema.parse(switches));
  }

  /** The last SMS on the citizen's handset, awaited. */
  async function shown(from: string, text: string): Promise<InboxMessage> {
    const look = () => smsc.handsets.messages(smsc.msisdn(from)).find((message) => message.text === text);
    const found = await smsc.changes.until(look, patienceMs);
    if (found !== undefined) return found;
    const there = smsc.handsets.messages(smsc.msisdn(from)).map((message) => message.text);
    throw new Error(`no "${text}" on the handset; there is: ${there.join(' | ')}`);
  }

  /** @returns by which name receipts will call the text. */
  async function send(text: string, coding: 0 | 2 = 0): Promise<string> {
    sent += 1;
    const name = `text${sent}`;
    await kannel.send({ to: citizen, text, coding, receiptUrl: `${serviceUrl}/receipt?of=${name}&kind=%d` });
    return name;
  }

  it('binds as a transceiver', () => {
    expect(smsc.telco('telkomsel').bindings.map(({ mode }) => mode)).to.deep.equal(['transceiver']);
  });

  const incoming = [
    { label: 'short', text: 'Jln rusak di ds Pejeng', form: 'udh8' },
    { label: 'extension table', text: 'Biaya [resmi] €5 ~ {pungli} @kades_1', form: 'udh8' },
    { label: 'long, 8-bit reference', text: long, form: 'udh8' },
    { label: 'long, 16-bit reference', text: `${long} 16`, form: 'udh16' },
    { label: 'long, message_payload', text: `${long} payload`, form: 'payload' },
    { label: 'UCS-2', text: 'Sampah menumpuk di TPS 😷', form: 'udh8' },
    { label: 'long, UCS-2', text: longUcs2, form: 'udh8' },
  ] as const;
  for (const [index, { label, text, form }] of incoming.entries()) {
    it(`a citizen's text comes out of Kannel: ${label}`, async () => {
      const from = `62812000000${index}`;
      const { id } = smsc.text({ from, text, form });
      const message = await service.message(text);
      expect(message.from).to.match(new RegExp(`${from}$`));
      expect(message.to).to.equal('1708');
      expect(await smsc.settledText(id, patienceMs)).to.include({ state: 'acknowledged', retries: 0 });
      await shown(from, `Diterima: ${text}`);
    });
  }

  const outgoing = [
    { label: 'GSM-7', text: 'Laporan Anda kami terima.', coding: 0, segments: 1, encoding: 'gsm7' },
    { label: 'GSM-7, extension table', text: 'Biaya [resmi] €5 ~ {nihil}', coding: 0, segments: 1, encoding: 'gsm7' },
    { label: 'GSM-7, long', text: `Balasan: ${long}`, coding: 0, segments: 3, encoding: 'gsm7' },
    { label: 'UCS-2', text: 'Terima kasih 🙏', coding: 2, segments: 1, encoding: 'ucs2' },
    { label: 'UCS-2, long', text: `Balasan: ${longUcs2}`, coding: 2, segments: 3, encoding: 'ucs2' },
  ] as const;
  for (const { label, text, coding, segments, encoding } of outgoing) {
    it(`what Kannel sends is on the handset, and the receipt comes back: ${label}`, async () => {
      const name = await send(text, coding);
      expect(await shown(citizen, text)).to.include({ segments, encoding });
      await service.receipt(name, dlr.accepted);
      await service.receipt(name, dlr.delivered);
    });
  }

  it('Kannel understands a receipt for what failed', async () => {
    set({ receipts: 'failed' });
    await service.receipt(await send('Tidak akan sampai'), dlr.failed);
  });

  it('Kannel understands a receipt with an id in hexadecimal', async () => {
    set({ messageIdForm: 'hex' });
    await service.receipt(await send('Nomor heksadesimal'), dlr.delivered);
  });

  it('Kannel understands a refusal', async () => {
    set({ refuseSubmits: { status: 'ESME_RINVDSTADR' } });
    await service.receipt(await send('Ditolak'), dlr.refused);
  });

  it('Kannel sends again what was throttled', async () => {
    set({ refuseSubmits: { status: 'ESME_RTHROTTLED', every: 2 } });
    for (const text of ['Pertama', 'Kedua']) await send(text);
    for (const text of ['Pertama', 'Kedua']) await shown(citizen, text);
  });

  for (const { label, act } of [
    { label: 'drops the connection', act: () => smsc.telco('telkomsel').dropConnections() },
    { label: 'unbinds', act: () => smsc.telco('telkomsel').unbind() },
  ]) {
    it(`Kannel comes back when the simulator ${label}`, async () => {
      await act();
      expect(await smsc.bound('telkomsel', 0, patienceMs)).to.equal(true);
      expect(await smsc.bound('telkomsel', 1, patienceMs)).to.equal(true);
      smsc.text({ from: citizen, text: `Sesudah: ${label}` });
      await service.message(`Sesudah: ${label}`);
    });
  }

  it('answers the unbind of a Kannel that is stopped', async () => {
    await kannel.stop();
    expect(await smsc.bound('telkomsel', 0, patienceMs)).to.equal(true);
  });
});
