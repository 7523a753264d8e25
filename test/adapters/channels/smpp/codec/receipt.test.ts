import { expect } from 'chai';
import fc from 'fast-check';
import { tagOf } from '../../../../../adapters/channels/smpp/codec/pdu.js';
import {
  normaliseExternalId,
  parseReceiptText,
  readReceipt,
} from '../../../../../adapters/channels/smpp/codec/receipt.js';

const noTlvs: ReadonlyMap<number, Buffer> = new Map();

function tlvs(id: string | null, state: number | null, error: Buffer | null = null): ReadonlyMap<number, Buffer> {
  const values = new Map<number, Buffer>();
  if (id !== null) values.set(tagOf('receipted_message_id'), Buffer.from(`${id}\0`));
  if (state !== null) values.set(tagOf('message_state'), Buffer.from([state]));
  if (error !== null) values.set(tagOf('network_error_code'), error);
  return values;
}

function bare(id: string): ReadonlyMap<number, Buffer> {
  return new Map([[tagOf('receipted_message_id'), Buffer.from(id)]]);
}

describe('delivery receipts', () => {
  const standard =
    'id:0123456789 sub:001 dlvrd:001 submit date:2611211200 done date:2611211201 stat:DELIVRD err:000 text:Laporan';
  const cases = [
    { label: 'the usual text', text: standard, tlvs: noTlvs, id: '123456789', state: 'delivered', code: 'DELIVRD' },
    {
      label: 'any case',
      text: 'ID:AB1 STAT:undeliv ERR:045',
      tlvs: noTlvs,
      id: 'ab1',
      state: 'undelivered',
      code: 'UNDELIV/045',
    },
    {
      label: 'any order',
      text: 'err:1 stat:EXPIRED id:77',
      tlvs: noTlvs,
      id: '77',
      state: 'undelivered',
      code: 'EXPIRED/1',
    },
    {
      label: 'text first',
      text: 'text:Lapor stat: id:77 stat:DELIVRD',
      tlvs: noTlvs,
      id: '77',
      state: 'delivered',
      code: 'DELIVRD',
    },
    { label: 'no state', text: 'id:77', tlvs: noTlvs, id: '77', state: 'in_transit', code: 'UNKNOWN' },
    {
      label: 'a long state word',
      text: 'id:7 stat:UNDELIVERABLE',
      tlvs: noTlvs,
      id: '7',
      state: 'undelivered',
      code: 'UNDELIVERABLE',
    },
    {
      label: 'a state of its own',
      text: 'id:7 stat:BUFFRED',
      tlvs: noTlvs,
      id: '7',
      state: 'in_transit',
      code: 'BUFFRED',
    },
    { label: 'on the way', text: 'id:7 stat:ACCEPTD', tlvs: noTlvs, id: '7', state: 'in_transit', code: 'ACCEPTD' },
    {
      label: 'commas',
      text: 'id:7,sub:001,stat:REJECTD,err:12',
      tlvs: noTlvs,
      id: '7',
      state: 'undelivered',
      code: 'REJECTD/12',
    },
    { label: 'blanks', text: 'id: 7 stat: DELIVRD', tlvs: noTlvs, id: '7', state: 'delivered', code: 'DELIVRD' },
    { label: 'TLVs alone', text: null, tlvs: tlvs('00ff', 2), id: 'ff', state: 'delivered', code: 'DELIVRD' },
    {
      label: 'TLVs before text',
      text: 'id:1 stat:ENROUTE',
      tlvs: tlvs('2', 5),
      id: '2',
      state: 'undelivered',
      code: 'ENROUTE',
    },
    {
      label: 'an error TLV',
      text: null,
      tlvs: tlvs('2', 5, Buffer.from([3, 0, 27])),
      id: '2',
      state: 'undelivered',
      code: 'UNDELIV/027',
    },
    {
      label: 'an empty TLV id',
      text: 'id:9 stat:DELIVRD',
      tlvs: tlvs('', null),
      id: '9',
      state: 'delivered',
      code: 'DELIVRD',
    },
    {
      label: 'a state number that nobody knows',
      text: 'id:9',
      tlvs: tlvs(null, 200),
      id: '9',
      state: 'in_transit',
      code: 'UNKNOWN',
    },
    {
      label: 'quotes',
      text: 'id:"00Ab1" stat:\'DELIVRD\'',
      tlvs: noTlvs,
      id: 'ab1',
      state: 'delivered',
      code: 'DELIVRD',
    },
    {
      label: 'equals signs and long keys',
      text: 'message_id=17 submit_date=2611211200 done_date=2611211201 status=UNDELIV error_code=27',
      tlvs: noTlvs,
      id: '17',
      state: 'undelivered',
      code: 'UNDELIV/27',
    },
    {
      label: 'one key a line, blanks around the colon',
      text: 'id : 17\r\nstat : DELIVRD\r\nerr : 000',
      tlvs: noTlvs,
      id: '17',
      state: 'delivered',
      code: 'DELIVRD',
    },
    {
      label: 'dates with blanks in them',
      text: 'id:17 submit date:2026-11-21 12:00 done date:2026-11-21 12:01 stat:EXPIRED',
      tlvs: noTlvs,
      id: '17',
      state: 'undelivered',
      code: 'EXPIRED',
    },
    { label: 'a state as a number', text: 'id:17 stat:5', tlvs: noTlvs, id: '17', state: 'undelivered', code: '5' },
    { label: 'a TLV without its NUL', text: null, tlvs: bare('00ff'), id: 'ff', state: 'in_transit', code: 'UNKNOWN' },
    {
      label: 'our own words are no receipt',
      text: 'id:9 stat:EXPIRED text:id:5 stat:DELIVRD',
      tlvs: noTlvs,
      id: '9',
      state: 'undelivered',
      code: 'EXPIRED',
    },
  ];
  for (const { label, text, tlvs: given, id, state, code } of cases) {
    it(`reads ${label}`, () => {
      const receipt = readReceipt({ text, tlvs: given, atMs: 5 });
      expect(receipt).to.include({ state, code, atMs: 5 });
      expect(normaliseExternalId(receipt?.sentId ?? '')).to.equal(id);
    });
  }

  for (const text of [
    null,
    '',
    'stat:DELIVRD',
    'id: sub:001 stat:DELIVRD',
    'Laporan saya id',
    `id:${'9'.repeat(129)} stat:DELIVRD`,
  ]) {
    it(`makes nothing of ${JSON.stringify(text)}`, () => {
      expect(readReceipt({ text, tlvs: noTlvs, atMs: 5 })).to.equal(null);
    });
  }

  it('reads every key of the usual text', () => {
    expect(Object.fromEntries(parseReceiptText(standard))).to.deep.equal({
      id: '0123456789',
      sub: '001',
      dlvrd: '001',
      'submit date': '2611211200',
      'done date': '2611211201',
      stat: 'DELIVRD',
      err: '000',
    });
  });

  it('never throws, and keeps codes short', () => {
    const words = fc.constantFrom('id:', 'stat:', 'err:', 'text:', ' ', 'DELIVRD', '0', 'ff', '日', 'x'.repeat(200));
    fc.assert(
      fc.property(fc.array(words), (each) => {
        const receipt = readReceipt({ text: each.join(''), tlvs: noTlvs, atMs: 0 });
        if (receipt !== null) expect(receipt.code.length).to.be.within(1, 40);
      }),
      { numRuns: 1_000 },
    );
  });
});
