import { expect } from 'chai';
import { statusOf } from '../../../../scripts/simulators/smsc/library.js';
import type { SwitchesInput } from '../../../../scripts/simulators/smsc/switches.js';
import { messageOf } from './esme.js';
import { citizen as from, Line } from './line.js';

const longText = 'Jalan rusak di desa Pejeng, sudah tiga bulan belum diperbaiki. '.repeat(6);

describe('simulated SMSC: citizens text', () => {
  const line = new Line();

  afterEach(() => line.close());

  describe('a citizen texts', () => {
    it('reaches the ESME as one deliver_sm and is acknowledged', async () => {
      await line.start();
      const esme = await line.bound();
      const { id } = line.smsc.text({ from: '0812-3456-7890', text: 'Lampu mati [ds Pejeng] €5' });
      const [deliver] = await esme.deliveries(1);
      expect(deliver).to.include({ source_addr: from, destination_addr: '1708', esm_class: 0, data_coding: 0 });
      expect(deliver && messageOf(deliver).text).to.equal('Lampu mati [ds Pejeng] €5');
      expect(await line.smsc.settledText(id, 15_000)).to.include({ state: 'acknowledged', parts: 1, retries: 0 });
    });

    it('goes as UCS-2 when GSM-7 does not hold it', async () => {
      await line.start();
      const esme = await line.bound();
      line.smsc.text({ from, text: 'Banjir 🌊 di Kampung Melayu' });
      const [deliver] = await esme.deliveries(1);
      expect(deliver?.data_coding).to.equal(8);
      expect(deliver && messageOf(deliver).text).to.equal('Banjir 🌊 di Kampung Melayu');
    });

    it('goes by the telco that the number belongs to, else by the first', async () => {
      const credentials = { systemId: 'lapor', password: 'secret' };
      await line.start({
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
      for (const [number, telco] of cases) expect(line.smsc.text({ from: number, text: 'x' }).telco).to.equal(telco);
    });

    it('waits for a bind, and keeps the order of each sender', async () => {
      await line.start();
      for (const text of ['1', '2', '3']) line.smsc.text({ from, text });
      const esme = await line.bound();
      expect((await esme.deliveries(3)).map((pdu) => messageOf(pdu).text)).to.deep.equal(['1', '2', '3']);
    });

    it('holds a sender back until the first text is acknowledged, and lets others pass', async () => {
      await line.start({ responseTimeoutMs: 60_000 });
      const esme = await line.bound((pdu) => (pdu.source_addr === from ? null : 0));
      for (const text of ['1', '2']) line.smsc.text({ from, text });
      const other = line.smsc.text({ from: '6281200000001', text: 'other' });
      expect(await line.smsc.settledText(other.id, 15_000)).to.include({ state: 'acknowledged' });
      expect(esme.delivered.map((pdu) => messageOf(pdu).text)).to.have.members(['1', 'other']);
    });

    const retried = [
      { label: 'a temporary error', first: statusOf('ESME_RX_T_APPN'), options: {} },
      { label: 'no answer', first: null, options: { responseTimeoutMs: 100 } },
    ];
    for (const { label, first, options } of retried) {
      it(`sends again after ${label}`, async () => {
        await line.start(options);
        let answers = 0;
        const esme = await line.bound(() => {
          answers += 1;
          return answers === 1 ? first : 0;
        });
        const { id } = line.smsc.text({ from, text: 'Air PDAM mati' });
        expect(await line.smsc.settledText(id, 15_000)).to.include({ state: 'acknowledged', lastError: first });
        const texts = esme.delivered.map((pdu) => messageOf(pdu).text);
        expect(texts.slice(0, 2)).to.deep.equal(['Air PDAM mati', 'Air PDAM mati']);
      });
    }

    it('drops and counts on a final error', async () => {
      await line.start();
      await line.bound(() => statusOf('ESME_RX_R_APPN'));
      const { id } = line.smsc.text({ from, text: 'x' });
      expect(await line.smsc.settledText(id, 15_000)).to.include({
        state: 'dropped',
        lastError: statusOf('ESME_RX_R_APPN'),
      });
      expect(line.smsc.telco('telkomsel').counts).to.include({ droppedParts: 1 });
    });

    it('sends again over the next bind what a broken link left unacknowledged', async () => {
      await line.start({ responseTimeoutMs: 60_000 });
      const first = await line.bound(() => null);
      const { id } = line.smsc.text({ from, text: 'x' });
      await first.deliveries(1);
      first.close();
      const second = await line.bound();
      await second.deliveries(1);
      expect(await line.smsc.settledText(id, 15_000)).to.include({ state: 'acknowledged', retries: 1 });
    });

    it('refuses more than its queue holds', async () => {
      await line.start({ maxQueued: 2 });
      for (const text of ['1', '2']) line.smsc.text({ from, text });
      expect(() => line.smsc.text({ from, text: '3' })).to.throw(/telkomsel holds 2 deliveries/);
    });
  });

  describe('a long text', () => {
    const udhCases = [
      { form: 'udh8', identifier: 0x00, referenceOctets: 1 },
      { form: 'udh16', identifier: 0x08, referenceOctets: 2 },
    ] as const;
    for (const { form, identifier, referenceOctets } of udhCases) {
      it(`goes in parts with a UDH: ${form}`, async () => {
        await line.start();
        const esme = await line.bound();
        const { parts } = line.smsc.text({ from, text: longText, form });
        const messages = (await esme.deliveries(parts)).map(messageOf);
        expect(parts).to.equal(3);
        expect(messages.map(({ text }) => text).join('')).to.equal(longText);
        const places = messages.map(({ udh }) => [udh[0]?.[0], ...(udh[0]?.subarray(2 + referenceOctets) ?? [])]);
        expect(places).to.deep.equal([1, 2, 3].map((sequence) => [identifier, 3, sequence]));
      });
    }

    it('goes in parts with SAR TLVs', async () => {
      await line.start();
      const esme = await line.bound();
      const { parts } = line.smsc.text({ from, text: longText, form: 'sar' });
      const pdus = await esme.deliveries(parts);
      expect(pdus.map((pdu) => messageOf(pdu).text).join('')).to.equal(longText);
      expect(pdus.map((pdu) => [pdu.sar_total_segments, pdu.sar_segment_seqnum])).to.deep.equal([
        [3, 1],
        [3, 2],
        [3, 3],
      ]);
    });

    it('goes whole in a message_payload', async () => {
      await line.start();
      const esme = await line.bound();
      line.smsc.text({ from, text: longText, form: 'payload' });
      const [deliver] = await esme.deliveries(1);
      expect(deliver && messageOf(deliver).text).to.equal(longText);
    });

    it('is cut neither inside an escape pair nor inside a surrogate pair', async () => {
      await line.start();
      const esme = await line.bound();
      const brackets = `${'a'.repeat(152)}[${'b'.repeat(60)}`;
      const waves = `${'a'.repeat(66)}🌊${'b'.repeat(40)}`;
      for (const text of [brackets, waves]) line.smsc.text({ from, text });
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
        await line.start();
        const esme = await line.bound();
        line.set({ ...switches, longTextForm: 'sar' });
        const { id } = line.smsc.text({ from, text: longText });
        expect(await line.smsc.settledText(id, 15_000)).to.include({ state: 'acknowledged', parts: sequence.length });
        expect(esme.delivered.map((pdu) => pdu.sar_segment_seqnum)).to.deep.equal(sequence);
      });
    }
  });
});
