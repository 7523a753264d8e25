import { expect } from 'chai';
import { statusOf } from '../../../../scripts/simulators/smsc/library.js';
import type { SwitchesInput } from '../../../../scripts/simulators/smsc/switches.js';
import { messageOf } from './esme.js';
import { citizen as from, Line } from './line.js';

describe('simulated SMSC: submit_sm', () => {
  const line = new Line();

  afterEach(() => line.close());

  describe('a submit_sm', () => {
    it('lands on the handset', async () => {
      await line.start();
      const esme = await line.bound();
      await esme.submit('Laporan diterima: {9165816}');
      expect(await line.smsc.inbox('081234567890')).to.have.length(1);
      const [message] = await line.smsc.inbox('081234567890');
      expect(message).to.include({
        n: 1,
        from: '1708',
        text: 'Laporan diterima: {9165816}',
        segments: 1,
        encoding: 'gsm7',
      });
    });

    it('is read by its data_coding, and by nothing else', async () => {
      await line.start();
      const esme = await line.bound();
      await esme.submit('', { data_coding: 1, short_message: Buffer.from('a@b_c$', 'ascii') });
      await esme.submit('', { data_coding: 8, short_message: Buffer.from('Terima kasih ✓', 'utf16le').swap16() });
      await esme.submit('', { data_coding: 3, short_message: Buffer.from('café', 'latin1') });
      const messages = await line.smsc.inbox(from);
      expect(messages.map(({ text }) => text)).to.deep.equal(['a@b_c$', 'Terima kasih ✓', 'café']);
      expect(messages.map(({ encoding }) => encoding)).to.deep.equal(['ascii', 'ucs2', 'latin1']);
    });

    it('appears whole when its last part is there, whatever the order', async () => {
      await line.start();
      const esme = await line.bound();
      const part = (sequence: number, text: string) =>
        esme.submit('', {
          esm_class: 0x40,
          short_message: Buffer.concat([Buffer.from([5, 0, 3, 7, 2, sequence]), Buffer.from(text)]),
        });
      await part(2, 'dunia');
      expect(await line.smsc.inbox(from)).to.deep.equal([]);
      await part(1, 'halo ');
      const messages = await line.smsc.inbox(from);
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
        await line.start();
        const esme = await line.bound();
        expect((await esme.submit('', fields)).command_status).to.equal(statusOf(status));
      });
    }

    it('is throttled each nth time, until the switch is reset', async () => {
      await line.start();
      const esme = await line.bound();
      const statuses = async (count: number) => {
        const seen: number[] = [];
        for (let n = 0; n < count; n += 1) seen.push((await esme.submit('x')).command_status);
        return seen;
      };
      line.set({ refuseSubmits: { every: 2 } });
      const throttled = statusOf('ESME_RTHROTTLED');
      expect(await statuses(4)).to.deep.equal([0, throttled, 0, throttled]);
      line.set({ refuseSubmits: { status: 'ESME_RMSGQFUL', forSeconds: 60 } });
      expect(await statuses(2)).to.deep.equal([statusOf('ESME_RMSGQFUL'), statusOf('ESME_RMSGQFUL')]);
      line.set({});
      expect(await statuses(2)).to.deep.equal([0, 0]);
    });

    it('stops being throttled by itself', async () => {
      await line.start();
      line.set({ refuseSubmits: { forSeconds: 0.02 } });
      const telco = line.smsc.telco('telkomsel');
      while (telco.switches.refuseSubmits !== null) await new Promise((resolve) => setImmediate(resolve));
      const esme = await line.bound();
      expect((await esme.submit('x')).command_status).to.equal(0);
    });

    it('is answered late when asked', async () => {
      await line.start();
      const esme = await line.bound();
      line.set({ responseDelayMs: 80 });
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
        await line.start();
        const esme = await line.bound();
        line.set({ messageIdForm: form, receiptDelayMs: 0 });
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
      await line.start();
      const esme = await line.bound();
      line.set({ receiptDelayMs: 0, ...switches });
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
      expect(await line.smsc.inbox(from)).to.deep.equal([]);
    });

    const silent: ReadonlyArray<{ label: string; switches: SwitchesInput; registeredDelivery: number }> = [
      { label: 'switched off', switches: { receipts: 'off' }, registeredDelivery: 1 },
      { label: 'not asked for', switches: {}, registeredDelivery: 0 },
      { label: 'asked for on failure only', switches: {}, registeredDelivery: 2 },
    ];
    for (const { label, switches, registeredDelivery } of silent) {
      it(`do not come: ${label}`, async () => {
        const { esme } = await submitted(switches, registeredDelivery);
        const { id } = line.smsc.text({ from, text: 'after' });
        await line.smsc.settledText(id, 15_000);
        expect(esme.delivered.map((pdu) => pdu.esm_class)).to.deep.equal([0]);
        expect(line.smsc.telco('telkomsel').counts).to.include({ receipts: 0 });
      });
    }
  });
});
