import { expect } from 'chai';
import { type Smsc, type SmscOptions, startSmsc } from '../../../../scripts/simulators/smsc/index.js';
import { type LibraryPdu, statusOf } from '../../../../scripts/simulators/smsc/library.js';
import { malformedKinds } from '../../../../scripts/simulators/smsc/malformed.js';
import { type SwitchesInput, switchesSchema } from '../../../../scripts/simulators/smsc/switches.js';
import { Esme, type Manners, messageOf, within } from './esme.js';

const from = '6281234567890';
const longText = 'Jalan rusak di desa Pejeng, sudah tiga bulan belum diperbaiki. '.repeat(6);

describe('simulated SMSC', () => {
  let smsc: Smsc;
  const esmes: Esme[] = [];

  async function start(options: Partial<SmscOptions> = {}): Promise<void> {
    smsc = await startSmsc({
      telcos: [{ name: 'telkomsel', systemId: 'lapor', password: 'secret' }],
      retryIntervalMs: 20,
      ...options,
    });
  }

  async function bound(manners?: Manners, mode?: string): Promise<Esme> {
    const esme = await Esme.bound(portOf(smsc), manners, mode);
    esmes.push(esme);
    return esme;
  }

  function set(switches: SwitchesInput): void {
    smsc.telco('telkomsel').setSwitches(switchesSchema.parse(switches));
  }

  afterEach(async () => {
    for (const esme of esmes.splice(0)) esme.close();
    await smsc.close();
  });

  describe('binds', () => {
    const cases = [
      { label: 'wrong system id', bind: { systemId: 'other' }, status: 'ESME_RINVSYSID' },
      { label: 'wrong password', bind: { password: 'other' }, status: 'ESME_RINVPASWD' },
      { label: 'right credentials', bind: {}, status: 'ESME_ROK' },
      { label: 'as receiver', bind: { mode: 'receiver' }, status: 'ESME_ROK' },
      { label: 'as transmitter', bind: { mode: 'transmitter' }, status: 'ESME_ROK' },
      { label: 'refused by switch', bind: {}, switches: { refuseBinds: 'ESME_RBINDFAIL' }, status: 'ESME_RBINDFAIL' },
    ];
    for (const { label, bind, switches, status } of cases) {
      it(`${label}: ${status}`, async () => {
        await start();
        set(switches ?? {});
        const esme = await Esme.connect(portOf(smsc));
        esmes.push(esme);
        expect((await esme.bind(bind)).command_status).to.equal(statusOf(status));
        expect(smsc.telco('telkomsel').bindings).to.have.length(status === 'ESME_ROK' ? 1 : 0);
      });
    }

    it('refuses one bind too many, and a second bind on one link', async () => {
      await start({ telcos: [{ name: 'telkomsel', systemId: 'lapor', password: 'secret', maxBinds: 2 }] });
      const first = await bound();
      expect((await first.bind()).command_status).to.equal(statusOf('ESME_RALYBND'));
      await bound();
      const third = await Esme.connect(portOf(smsc));
      esmes.push(third);
      expect((await third.bind()).command_status).to.equal(statusOf('ESME_RALYBND'));
    });

    it('refuses a submit_sm before the bind, and on a receiver', async () => {
      await start();
      const stranger = await Esme.connect(portOf(smsc));
      esmes.push(stranger);
      expect((await stranger.submit('x')).command_status).to.equal(statusOf('ESME_RINVBNDSTS'));
      const receiver = await bound(undefined, 'receiver');
      expect((await receiver.submit('x')).command_status).to.equal(statusOf('ESME_RINVBNDSTS'));
    });

    it('answers enquire_link and unbind, and an unknown command with generic_nack', async () => {
      await start();
      const esme = await bound();
      expect((await esme.request('enquire_link')).command).to.equal('enquire_link_resp');
      const nack = await esme.request('query_sm', { message_id: '1', source_addr: '1708' });
      expect([nack.command, nack.command_status]).to.deep.equal(['generic_nack', statusOf('ESME_RINVCMDID')]);
      expect((await esme.request('unbind')).command).to.equal('unbind_resp');
      await within('the close', esme.closed);
      expect(await smsc.bound('telkomsel', 0)).to.equal(true);
    });

    it('answers a command_length that cannot be with generic_nack, closes, and serves others on', async () => {
      await start();
      const esme = await Esme.connect(portOf(smsc));
      esme.session.socket.emit('drain');
      const nack = new Promise<LibraryPdu>((resolve) => {
        esme.session.on('generic_nack', resolve);
      });
      (esme.session.socket as unknown as NodeJS.WritableStream).write(Buffer.from([0, 0, 0, 8, 0, 0, 0, 4]) as never);
      expect((await within('generic_nack', nack)).command_status).to.equal(statusOf('ESME_RINVCMDLEN'));
      await within('the close', esme.closed);
      await bound();
    });
  });

  describe('a citizen texts', () => {
    it('reaches the ESME as one deliver_sm and is acknowledged', async () => {
      await start();
      const esme = await bound();
      const { id } = smsc.text({ from: '0812-3456-7890', text: 'Lampu mati [ds Pejeng] €5' });
      const [deliver] = await esme.deliveries(1);
      expect(deliver).to.include({ source_addr: from, destination_addr: '1708', esm_class: 0, data_coding: 0 });
      expect(deliver && messageOf(deliver).text).to.equal('Lampu mati [ds Pejeng] €5');
      expect(await smsc.settledText(id, 15_000)).to.include({ state: 'acknowledged', parts: 1, retries: 0 });
    });

    it('goes as UCS-2 when GSM-7 does not hold it', async () => {
      await start();
      const esme = await bound();
      smsc.text({ from, text: 'Banjir 🌊 di Kampung Melayu' });
      const [deliver] = await esme.deliveries(1);
      expect(deliver?.data_coding).to.equal(8);
      expect(deliver && messageOf(deliver).text).to.equal('Banjir 🌊 di Kampung Melayu');
    });

    it('goes by the telco that the number belongs to, else by the first', async () => {
      const credentials = { systemId: 'lapor', password: 'secret' };
      await start({
        telcos: [
          { name: 'telkomsel', ...credentials },
          { name: 'three', ...credentials },
        ],
      });
      const cases = [
        ['0896 1111 2222', 'three'],
        ['+62812 1111 2222', 'telkomsel'],
        ['0817 1111 2222', 'telkomsel'],
      ] as const;
      for (const [number, telco] of cases) expect(smsc.text({ from: number, text: 'x' }).telco).to.equal(telco);
    });

    it('waits for a bind, and keeps the order of each sender', async () => {
      await start();
      for (const text of ['1', '2', '3']) smsc.text({ from, text });
      const esme = await bound();
      expect((await esme.deliveries(3)).map((pdu) => messageOf(pdu).text)).to.deep.equal(['1', '2', '3']);
    });

    it('holds a sender back until the first text is acknowledged, and lets others pass', async () => {
      await start({ responseTimeoutMs: 60_000 });
      const esme = await bound((pdu) => (pdu.source_addr === from ? null : 0));
      for (const text of ['1', '2']) smsc.text({ from, text });
      const other = smsc.text({ from: '6281200000001', text: 'other' });
      expect(await smsc.settledText(other.id, 15_000)).to.include({ state: 'acknowledged' });
      expect(esme.delivered.map((pdu) => messageOf(pdu).text)).to.have.members(['1', 'other']);
    });

    const retried = [
      { label: 'a temporary error', first: statusOf('ESME_RX_T_APPN'), options: {} },
      { label: 'no answer', first: null, options: { responseTimeoutMs: 100 } },
    ];
    for (const { label, first, options } of retried) {
      it(`sends again after ${label}`, async () => {
        await start(options);
        let answers = 0;
        const esme = await bound(() => {
          answers += 1;
          return answers === 1 ? first : 0;
        });
        const { id } = smsc.text({ from, text: 'Air PDAM mati' });
        expect(await smsc.settledText(id, 15_000)).to.include({ state: 'acknowledged', lastError: first });
        const texts = esme.delivered.map((pdu) => messageOf(pdu).text);
        expect(texts.slice(0, 2)).to.deep.equal(['Air PDAM mati', 'Air PDAM mati']);
      });
    }

    it('drops and counts on a final error', async () => {
      await start();
      await bound(() => statusOf('ESME_RX_R_APPN'));
      const { id } = smsc.text({ from, text: 'x' });
      expect(await smsc.settledText(id, 15_000)).to.include({
        state: 'dropped',
        lastError: statusOf('ESME_RX_R_APPN'),
      });
      expect(smsc.telco('telkomsel').counts).to.include({ droppedParts: 1 });
    });

    it('sends again over the next bind what a broken link left unacknowledged', async () => {
      await start({ responseTimeoutMs: 60_000 });
      const first = await bound(() => null);
      const { id } = smsc.text({ from, text: 'x' });
      await first.deliveries(1);
      first.close();
      const second = await bound();
      await second.deliveries(1);
      expect(await smsc.settledText(id, 15_000)).to.include({ state: 'acknowledged', retries: 1 });
    });

    it('refuses more than its queue holds', async () => {
      await start({ maxQueued: 2 });
      for (const text of ['1', '2']) smsc.text({ from, text });
      expect(() => smsc.text({ from, text: '3' })).to.throw(/telkomsel holds 2 deliveries/);
    });
  });

  describe('a long text', () => {
    const udhCases = [
      { form: 'udh8', identifier: 0x00, referenceOctets: 1 },
      { form: 'udh16', identifier: 0x08, referenceOctets: 2 },
    ] as const;
    for (const { form, identifier, referenceOctets } of udhCases) {
      it(`goes in parts with a UDH: ${form}`, async () => {
        await start();
        const esme = await bound();
        const { parts } = smsc.text({ from, text: longText, form });
        const messages = (await esme.deliveries(parts)).map(messageOf);
        expect(parts).to.equal(3);
        expect(messages.map(({ text }) => text).join('')).to.equal(longText);
        const places = messages.map(({ udh }) => [udh[0]?.[0], ...(udh[0]?.subarray(2 + referenceOctets) ?? [])]);
        expect(places).to.deep.equal([1, 2, 3].map((sequence) => [identifier, 3, sequence]));
      });
    }

    it('goes in parts with SAR TLVs', async () => {
      await start();
      const esme = await bound();
      const { parts } = smsc.text({ from, text: longText, form: 'sar' });
      const pdus = await esme.deliveries(parts);
      expect(pdus.map((pdu) => messageOf(pdu).text).join('')).to.equal(longText);
      expect(pdus.map((pdu) => [pdu.sar_total_segments, pdu.sar_segment_seqnum])).to.deep.equal([
        [3, 1],
        [3, 2],
        [3, 3],
      ]);
    });

    it('goes whole in a message_payload', async () => {
      await start();
      const esme = await bound();
      smsc.text({ from, text: longText, form: 'payload' });
      const [deliver] = await esme.deliveries(1);
      expect(deliver && messageOf(deliver).text).to.equal(longText);
    });

    it('is cut neither inside an escape pair nor inside a surrogate pair', async () => {
      await start();
      const esme = await bound();
      const brackets = `${'a'.repeat(152)}[${'b'.repeat(60)}`;
      const waves = `${'a'.repeat(66)}🌊${'b'.repeat(40)}`;
      for (const text of [brackets, waves]) smsc.text({ from, text });
      const parts = (await esme.deliveries(4)).map((pdu) => messageOf(pdu).text);
      expect(parts.map((part) => part.length)).to.deep.equal([152, 61, 66, 42]);
      expect([parts.slice(0, 2).join(''), parts.slice(2).join('')]).to.deep.equal([brackets, waves]);
    });

    const arranged: ReadonlyArray<{ switches: SwitchesInput; sequence: number[] }> = [
      { switches: { outOfOrderParts: true }, sequence: [3, 2, 1] },
      { switches: { duplicateParts: true }, sequence: [1, 1, 2, 2, 3, 3] },
      { switches: { withholdPart: 2 }, sequence: [1, 3] },
      { switches: { outOfOrderParts: true, withholdPart: 3 }, sequence: [2, 1] },
    ];
    for (const { switches, sequence } of arranged) {
      it(`arrives as ${JSON.stringify(switches)} asks`, async () => {
        await start();
        const esme = await bound();
        set({ ...switches, longTextForm: 'sar' });
        const { id } = smsc.text({ from, text: longText });
        expect(await smsc.settledText(id, 15_000)).to.include({ state: 'acknowledged', parts: sequence.length });
        expect(esme.delivered.map((pdu) => pdu.sar_segment_seqnum)).to.deep.equal(sequence);
      });
    }
  });

  describe('a submit_sm', () => {
    it('lands on the handset', async () => {
      await start();
      const esme = await bound();
      await esme.submit('Laporan diterima: {9165816}');
      expect(await smsc.inbox('081234567890')).to.have.length(1);
      const [message] = await smsc.inbox('081234567890');
      expect(message).to.include({
        n: 1,
        from: '1708',
        text: 'Laporan diterima: {9165816}',
        segments: 1,
        encoding: 'gsm7',
      });
    });

    it('is read by its data_coding, and by nothing else', async () => {
      await start();
      const esme = await bound();
      await esme.submit('', { data_coding: 1, short_message: Buffer.from('a@b_c$', 'ascii') });
      await esme.submit('', { data_coding: 8, short_message: Buffer.from('Terima kasih ✓', 'utf16le').swap16() });
      await esme.submit('', { data_coding: 3, short_message: Buffer.from('café', 'latin1') });
      const messages = await smsc.inbox(from);
      expect(messages.map(({ text }) => text)).to.deep.equal(['a@b_c$', 'Terima kasih ✓', 'café']);
      expect(messages.map(({ encoding }) => encoding)).to.deep.equal(['ascii', 'ucs2', 'latin1']);
    });

    it('appears whole when its last part is there, whatever the order', async () => {
      await start();
      const esme = await bound();
      const part = (sequence: number, text: string) =>
        esme.submit('', {
          esm_class: 0x40,
          short_message: Buffer.concat([Buffer.from([5, 0, 3, 7, 2, sequence]), Buffer.from(text)]),
        });
      await part(2, 'dunia');
      expect(await smsc.inbox(from)).to.deep.equal([]);
      await part(1, 'halo ');
      const messages = await smsc.inbox(from);
      expect(messages.map(({ text, segments }) => [text, segments])).to.deep.equal([['halo dunia', 2]]);
    });

    const refused = [
      { label: 'no phone number', fields: { destination_addr: 'x' }, status: 'ESME_RINVDSTADR' },
      { label: '161 septets', fields: { short_message: Buffer.alloc(161, 0x61) }, status: 'ESME_RINVMSGLEN' },
      {
        label: '142 octets of UCS-2',
        fields: { data_coding: 8, short_message: Buffer.alloc(142, 0x61) },
        status: 'ESME_RINVMSGLEN',
      },
    ];
    for (const { label, fields, status } of refused) {
      it(`is refused: ${label}`, async () => {
        await start();
        const esme = await bound();
        expect((await esme.submit('', fields)).command_status).to.equal(statusOf(status));
      });
    }

    it('is throttled each nth time, until the switch is reset', async () => {
      await start();
      const esme = await bound();
      const statuses = async (count: number) => {
        const seen: number[] = [];
        for (let n = 0; n < count; n += 1) seen.push((await esme.submit('x')).command_status);
        return seen;
      };
      set({ refuseSubmits: { every: 2 } });
      const throttled = statusOf('ESME_RTHROTTLED');
      expect(await statuses(4)).to.deep.equal([0, throttled, 0, throttled]);
      set({ refuseSubmits: { status: 'ESME_RMSGQFUL', forSeconds: 60 } });
      expect(await statuses(2)).to.deep.equal([statusOf('ESME_RMSGQFUL'), statusOf('ESME_RMSGQFUL')]);
      set({});
      expect(await statuses(2)).to.deep.equal([0, 0]);
    });

    it('stops being throttled by itself', async () => {
      await start();
      set({ refuseSubmits: { forSeconds: 0.02 } });
      const telco = smsc.telco('telkomsel');
      while (telco.switches.refuseSubmits !== null) await new Promise((resolve) => setImmediate(resolve));
      const esme = await bound();
      expect((await esme.submit('x')).command_status).to.equal(0);
    });

    it('is answered late when asked', async () => {
      await start();
      const esme = await bound();
      set({ responseDelayMs: 80 });
      const sentAtMs = performance.now();
      await esme.submit('x');
      expect(performance.now() - sentAtMs).to.be.greaterThan(75);
    });

    const idForms = [
      { form: 'decimal', response: /^\d{10}$/, sameInReceipt: true },
      { form: 'hex', response: /^[0-9A-F]{1,8}$/, sameInReceipt: true },
      { form: 'mixed', response: /^[0-9A-F]{1,8}$/, sameInReceipt: false },
    ] as const;
    for (const { form, response, sameInReceipt } of idForms) {
      it(`names messages in ${form}`, async () => {
        await start();
        const esme = await bound();
        set({ messageIdForm: form, receiptDelayMs: 0 });
        const id = String((await esme.submit('x', { registered_delivery: 1 })).message_id);
        const [receipt] = await esme.deliveries(1);
        const receiptId = /^id:(\w+)/.exec(receipt ? messageOf(receipt).text : '')?.[1] ?? '';
        expect(id).to.match(response);
        expect(receiptId).to.equal(sameInReceipt ? id : String(Number.parseInt(id, 16)).padStart(10, '0'));
      });
    }
  });

  describe('receipts', () => {
    async function submitted(switches: SwitchesInput, registeredDelivery = 1) {
      await start();
      const esme = await bound();
      set({ receiptDelayMs: 0, ...switches });
      const order: string[] = [];
      esme.session.on('deliver_sm', () => order.push('receipt'));
      esme.session.on('submit_sm_resp', () => order.push('response'));
      const id = String((await esme.submit('Terima kasih', { registered_delivery: registeredDelivery })).message_id);
      return { esme, order, id };
    }

    it('report the delivery in text and TLVs', async () => {
      const { esme, order, id } = await submitted({});
      const [receipt] = await esme.deliveries(1);
      expect(receipt).to.include({ source_addr: from, destination_addr: '1708', esm_class: 4, message_state: 2 });
      expect(receipt?.receipted_message_id).to.equal(id);
      expect(receipt && messageOf(receipt).text).to.match(
        new RegExp(
          `^id:${id} sub:001 dlvrd:001 submit date:\\d{10} done date:\\d{10} stat:DELIVRD err:000 text:Terima kasih$`,
        ),
      );
      expect(order).to.deep.equal(['response', 'receipt']);
    });

    it('come before the response', async () => {
      const { esme, order } = await submitted({ receipts: 'before-response' });
      await esme.deliveries(1);
      expect(order).to.deep.equal(['receipt', 'response']);
    });

    it('come twice', async () => {
      const { esme } = await submitted({ receipts: 'twice' });
      const [first, second] = (await esme.deliveries(2)).map((pdu) => messageOf(pdu).text);
      expect(first).to.equal(second);
    });

    it('report a failure, and nothing reaches the handset', async () => {
      const { esme } = await submitted({ receipts: 'failed' });
      const [receipt] = await esme.deliveries(1);
      expect(receipt && messageOf(receipt).text).to.include('stat:UNDELIV err:045');
      expect(await smsc.inbox(from)).to.deep.equal([]);
    });

    const silent: ReadonlyArray<{ label: string; switches: SwitchesInput; registeredDelivery: number }> = [
      { label: 'switched off', switches: { receipts: 'off' }, registeredDelivery: 1 },
      { label: 'not asked for', switches: {}, registeredDelivery: 0 },
      { label: 'asked for on failure only', switches: {}, registeredDelivery: 2 },
    ];
    for (const { label, switches, registeredDelivery } of silent) {
      it(`do not come: ${label}`, async () => {
        const { esme } = await submitted(switches, registeredDelivery);
        const { id } = smsc.text({ from, text: 'after' });
        await smsc.settledText(id, 15_000);
        expect(esme.delivered.map((pdu) => pdu.esm_class)).to.deep.equal([0]);
        expect(smsc.telco('telkomsel').counts).to.include({ receipts: 0 });
      });
    }
  });

  describe('misbehaviour', () => {
    it('keeps silent on one kind of request, and answers others', async () => {
      await start();
      const esme = await bound();
      set({ silent: 'submit_sm' });
      let answered = false;
      void esme.submit('x').then(
        () => {
          answered = true;
        },
        () => undefined,
      );
      await esme.request('enquire_link');
      expect(answered).to.equal(false);
    });

    it('keeps silent altogether, and sends what waited when it wakes', async () => {
      await start();
      const esme = await bound();
      set({ silent: 'all' });
      const { id } = smsc.text({ from, text: 'x' });
      expect(await smsc.settledText(id, 30)).to.include({ state: 'queued' });
      set({});
      expect(await smsc.settledText(id, 15_000)).to.include({ state: 'acknowledged' });
      expect(esme.delivered).to.have.length(1);
    });

    it('cuts the connection after acting on the nth PDU, without answering it', async () => {
      await start();
      const esme = await bound();
      set({ dropAfter: 2 });
      expect((await esme.submit('first')).command_status).to.equal(0);
      void esme.submit('second').catch(() => undefined);
      await within('the cut', esme.closed);
      expect((await smsc.inbox(from)).map(({ text }) => text)).to.deep.equal(['first', 'second']);
      await bound();
    });

    it('drops connections, and unbinds politely', async () => {
      await start();
      const dropped = await bound();
      smsc.telco('telkomsel').dropConnections();
      await within('the drop', dropped.closed);
      const asked = await bound();
      const unbind = new Promise((resolve) => {
        asked.session.on('unbind', resolve);
      });
      await smsc.telco('telkomsel').unbind();
      await within('unbind', unbind);
      await within('the close', asked.closed);
    });

    it('sends the last acknowledged message again', async () => {
      await start();
      const esme = await bound();
      expect(smsc.telco('telkomsel').redeliverLast()).to.equal(false);
      const { id } = smsc.text({ from, text: 'sekali lagi' });
      await smsc.settledText(id, 15_000);
      expect(smsc.telco('telkomsel').redeliverLast()).to.equal(true);
      expect((await esme.deliveries(2)).map((pdu) => messageOf(pdu).text)).to.deep.equal([
        'sekali lagi',
        'sekali lagi',
      ]);
    });

    for (const kind of malformedKinds) {
      it(`injects a malformed PDU: ${kind}`, async () => {
        await start();
        expect(smsc.telco('telkomsel').inject(kind)).to.equal(false);
        const esme = await bound();
        const octets = new Promise<Buffer>((resolve) => {
          esme.session.socket.removeAllListeners('readable');
          esme.session.socket.once('data', resolve);
        });
        expect(smsc.telco('telkomsel').inject(kind)).to.equal(true);
        expect(fault[kind](await within('octets', octets))).to.equal(true);
      });
    }
  });
});

/** Tells that the octets have the fault their kind is named after, by looking at the octets alone. */
const fault: Readonly<Record<(typeof malformedKinds)[number], (octets: Buffer) => boolean>> = {
  'truncated-tlv': (octets) =>
    octets.readUInt16BE(octets.length - 6) === 100 && octets.readUInt32BE(0) === octets.length,
  'command-length-8': (octets) => octets.readUInt32BE(0) === 8 && octets.length === 8,
  'command-length-0': (octets) => octets.readUInt32BE(0) === 0,
  'command-length-huge': (octets) => octets.readUInt32BE(0) === 0x7fffffff,
  'overlong-udh': (octets) => octets.at(-11) === 10 && octets.at(-10) === 200,
  'overlong-sm-length': (octets) => octets.at(-5) === 'malformed'.length && octets.readUInt32BE(0) === octets.length,
  'unknown-command': (octets) => octets.readUInt32BE(4) === 0x00012345,
  'random-octets': (octets) => octets.readUInt32BE(0) === 80 && octets.length === 80,
};

function portOf(smsc: Smsc): number {
  return smsc.telco('telkomsel').port;
}
