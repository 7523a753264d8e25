import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { fact } from '../../scripts/chaos/fact.js';
import { type GatewayWithTracker, startGateway } from '../../scripts/peers/gateway.js';
import { type CitizenText, PerlSmsc, type Submit } from './perlSmsc.js';

const citizen = '6281234567890';
const credentials = { systemId: 'lapor', password: 'secret' };
const patienceMs = 15_000;
const throttled = 0x58;

const complaint = 'Lampu jalan di depan pasar Banjar Jawa mati sudah seminggu, gelap & rawan {begal}. ';
const long = `${complaint.repeat(4)}Mohon segera @ditangani, biaya €5~`;
const longUcs2 = `Air PDAM keruh 🙏 di desa Panji — “mohon diperiksa”. ${'Warga sudah melapor. '.repeat(8)}`.trim();

interface TextCase extends Omit<CitizenText, 'from'> {
  readonly label: string;
  readonly parts: number;
}

const texts: readonly TextCase[] = [
  { label: 'GSM-7, one part', text: 'Jln rusak di ds Pejeng', coding: 'gsm7', form: 'udh8', parts: 1 },
  {
    label: 'GSM-7, extension table',
    text: 'Biaya [resmi] €5 ~ {pungli} @kades_1',
    coding: 'gsm7',
    form: 'udh8',
    parts: 1,
  },
  { label: 'UCS-2 with an emoji', text: 'Sampah menumpuk di TPS 😷', coding: 'ucs2', form: 'udh8', parts: 1 },
  { label: 'long, 8-bit reference', text: long, coding: 'gsm7', form: 'udh8', parts: 3 },
  { label: 'long, 16-bit reference', text: `${long} 16`, coding: 'gsm7', form: 'udh16', parts: 3 },
  { label: 'long, SAR', text: `${long} SAR`, coding: 'gsm7', form: 'sar', parts: 3 },
  { label: 'long, message_payload', text: `${long} payload`, coding: 'gsm7', form: 'payload', parts: 1 },
  { label: 'long, UCS-2', text: longUcs2, coding: 'ucs2', form: 'udh8', parts: 4 },
];

/** Replies stay within GSM-7, so `shown` is what the citizen reads. */
const twoParts = 'Perbaikan dijadwalkan pekan depan. '.repeat(5).trim();
const agencyMessages = [
  { label: 'one part', message: 'Tim ke lokasi besok.', shown: 'Tim ke lokasi besok.', parts: 1 },
  { label: 'two parts', message: twoParts, shown: twoParts, parts: 2 },
  {
    label: 'fancy characters',
    message: 'Biaya “resmi” €0 — [lunas] 🙏',
    shown: 'Biaya "resmi" €0 - [lunas]',
    parts: 1,
  },
] as const;

const binds = [
  { bind: 'transceiver', modes: ['transceiver'] },
  { bind: 'separate', modes: ['receiver', 'transmitter'] },
] as const;

for (const { bind, modes } of binds) {
  describe(`gateway and an SMSC on Net::SMPP, bind: ${bind}`, () => {
    let folder: string;
    let smsc: PerlSmsc;
    let gateway: GatewayWithTracker;

    before(async () => {
      folder = await mkdtemp(join(tmpdir(), 'peers-perl-'));
      const started = await PerlSmsc.start(credentials.systemId, credentials.password);
      smsc = started.smsc;
      const channel = { adapter: 'smpp', host: '127.0.0.1', port: started.port, ...credentials, bind, address: '1708' };
      const quick = { systemType: 'LAPOR', enquireLinkSeconds: 1, reconnectMinSeconds: 0.2, reconnectMaxSeconds: 0.2 };
      gateway = await startGateway({ folder, channels: { telkomsel: { ...channel, ...quick } } });
    });

    after(async () => {
      await gateway?.close();
      await smsc?.close();
      await rm(folder, { recursive: true, force: true });
    });

    /** What the tracker was given, and where it filed it. */
    async function filed(text: string): Promise<string> {
      const { simulator } = gateway.tracker;
      const { ledger } = simulator;
      const look = () =>
        ledger.tickets(0, ledger.distinct).find(({ trackingId }) => ledger.report(trackingId)?.text === text);
      const ticket = await simulator.changes.until(look, patienceMs);
      if (ticket === undefined) throw new Error(`the tracker was not given "${text}"`);
      return ticket.trackingId;
    }

    function replyTo(from: string, words: string): Promise<Submit> {
      return smsc.event<Submit>('submit', (submit) => submit.destination_addr === from && submit.text.includes(words));
    }

    async function receiptsMatched(): Promise<number> {
      return (await gateway.metrics()).receiptsOfReplies;
    }

    async function receiptsReach(count: number): Promise<void> {
      const look = async () => ((await receiptsMatched()) === count ? true : undefined);
      await fact(`${count} receipts were told of replies`, look, patienceMs);
    }

    async function acknowledged(text: string, from = citizen): Promise<Submit> {
      await smsc.deliver({ from, text, coding: 'gsm7', form: 'udh8' });
      return replyTo(from, `#${await filed(text)}.`);
    }

    for (const mode of modes) {
      it(`binds as ${mode}`, async () => {
        const bound = await smsc.event('bound', (event) => event.mode === mode);
        expect(bound).to.include({ system_type: 'LAPOR', interface_version: 0x34, address_range: '' });
      });
    }

    for (const [index, { label, text, coding, form, parts }] of texts.entries()) {
      it(`takes a text and answers it: ${label}`, async () => {
        const from = `62811000000${index}`;
        const statuses = await smsc.deliver({ from, text, coding, form });
        expect(statuses).to.deep.equal(new Array(parts).fill(0));
        const trackingId = await filed(text);
        const reply = await replyTo(from, `#${trackingId}.`);
        expect(reply.text).to.match(/^Terima kasih\. Laporan Anda kami terima dengan nomor #\d+\./);
        expect(reply).to.include({ source_addr: '1708', source_addr_ton: 3, dest_addr_ton: 1, dest_addr_npi: 1 });
        expect(reply).to.include({ data_coding: 0, registered_delivery: 1 });
      });
    }

    for (const way of ['text', 'tlv', 'both'] as const) {
      it(`matches a receipt that says it in: ${way}`, async () => {
        const [messageId = ''] = (await acknowledged(`Tanda terima lewat ${way}`)).message_ids;
        const before = await receiptsMatched();
        expect(await smsc.receipt(messageId, citizen, way)).to.deep.equal([0]);
        await receiptsReach(before + 1);
      });
    }

    for (const { label, message, shown, parts } of agencyMessages) {
      it(`sends what an agency writes, and matches a receipt for each part: ${label}`, async () => {
        const text = `Laporan untuk instansi: ${label}`;
        await acknowledged(text);
        gateway.tracker.simulator.setStatus(await filed(text), { status: 'in_progress', message });
        const reply = await replyTo(citizen, `Keterangan: ${shown}`);
        expect(reply.message_ids).to.have.length(parts);
        const before = await receiptsMatched();
        for (const messageId of reply.message_ids) await smsc.receipt(messageId, citizen, 'both');
        await receiptsReach(before + parts);
      });
    }

    it('sends again what was throttled', async () => {
      smsc.refuseNext(throttled);
      await acknowledged('Teks yang balasannya ditahan dulu');
      await smsc.event('refused', (event) => event.status === throttled);
    });

    it('asks whether the SMSC lives, and says that it lives itself', async () => {
      await smsc.event('enquired');
      await smsc.enquireLink();
    });

    it('goes when the SMSC unbinds, and comes back', async () => {
      const before = smsc.count('bound');
      await smsc.unbind();
      await fact('the gateway is bound again', () => smsc.count('bound') > before || undefined, patienceMs);
      await acknowledged('Teks setelah unbind');
    });

    it('unbinds when it is stopped, and has said nothing that Net::SMPP did not expect', async () => {
      const { code } = await gateway.stop();
      expect(code, gateway.process.lastWords).to.equal(0);
      expect(smsc.count('unbind')).to.be.at.least(modes.length);
      expect(smsc.count('unexpected')).to.equal(0);
    });
  });
}
