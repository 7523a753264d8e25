import { expect } from 'chai';
import { smppAdapter } from '../../../../adapters/channels/smpp/index.js';
import type { Part } from '../../../../src/ports/channel.js';
import { deliverSm, encode, type PeerLink, withTlv } from './peer.js';
import { citizen, parse, type Rig, startRig } from './rig.js';

const status = {
  ok: 0,
  invalidLength: 0x01,
  invalidCommandId: 0x03,
  invalidBindStatus: 0x04,
  temporary: 0x64,
} as const;

describe('SMPP: what a peer sends', () => {
  let rig: Rig;
  let link: PeerLink;

  beforeEach(async () => {
    rig = await startRig();
    link = await rig.peer.nextBound();
  });
  afterEach(() => rig.stop());

  const texts = [
    { label: 'GSM 03.38', octets: '4a616c616e00', fields: {}, text: 'Jalan@', encoding: 'gsm7' },
    { label: 'the extension table', octets: '1b3c411b3e', fields: {}, text: '[A]', encoding: 'gsm7' },
    {
      label: 'IA5',
      octets: '405f247b7d',
      fields: { data_coding: 1 },
      text: ['@', '_', '$', '{}'].join(''),
      encoding: 'ascii',
    },
    { label: 'Latin-1', octets: 'e94040', fields: { data_coding: 3 }, text: 'é@@', encoding: 'latin1' },
    { label: 'UCS-2 with an emoji', octets: '004ad83dde00', fields: { data_coding: 8 }, text: 'J😀', encoding: 'ucs2' },
    { label: 'a flash message', octets: '41', fields: { data_coding: 0xf0 }, text: 'A', encoding: 'gsm7' },
    { label: 'an empty message', octets: '', fields: {}, text: '', encoding: 'gsm7' },
  ];
  for (const { label, octets, fields, text, encoding } of texts) {
    it(`reads ${label}`, async () => {
      expect((await link.ask('deliver_sm', deliverSm(Buffer.from(octets, 'hex'), fields))).status).to.equal(status.ok);
      const [part] = rig.inbox.committed;
      expect(part).to.include({ text, encoding, from: citizen, to: '1708', oddity: null, textOffset: 0 });
      expect(part?.raw.toString('hex')).to.equal(octets);
      expect(storedEncoding(part)).to.equal(encoding);
    });
  }

  const doubts = [
    { label: 'binary', octets: '010203', fields: { data_coding: 4 }, text: null, oddity: 'binary' },
    {
      label: 'an alphabet that is not read',
      octets: '41',
      fields: { data_coding: 5 },
      text: null,
      oddity: 'unsupported_data_coding',
    },
    {
      label: 'half a UCS-2 character',
      octets: '004a00',
      fields: { data_coding: 8 },
      text: 'J\ufffd',
      oddity: 'odd_octets',
    },
    { label: 'octets that are no septets', octets: 'c34a', fields: {}, text: 'CJ', oddity: 'not_7bit' },
    {
      label: 'UTF-8 by data_coding 0',
      octets: Buffer.from('Jalan “rusak”').toString('hex'),
      fields: {},
      text: 'Jalan “rusak”',
      oddity: 'wrong_data_coding',
    },
    {
      label: 'UCS-2 by data_coding 0',
      octets: '004a0061006c0061006e',
      fields: {},
      text: 'Jalan',
      oddity: 'wrong_data_coding',
    },
    {
      label: 'GSM 03.38 by data_coding 8',
      octets: Buffer.from('Jalan rusak di depan pasar').toString('hex'),
      fields: { data_coding: 8 },
      text: 'Jalan rusak di depan pasar',
      oddity: 'wrong_data_coding',
    },
    {
      label: 'a national language that nobody knows',
      octets: '0324010e4a',
      fields: { esm_class: 0x40 },
      text: 'J',
      oddity: 'national_language',
    },
    {
      label: 'an over-long UDH',
      octets: 'ff00032a0201',
      fields: { esm_class: 0x40 },
      text: null,
      oddity: 'malformed_udh',
    },
    { label: 'a UDH without a message', octets: '', fields: { esm_class: 0x40 }, text: null, oddity: 'malformed_udh' },
    {
      label: 'a receipt that names no message',
      octets: '4c61706f72',
      fields: { esm_class: 4 },
      text: null,
      oddity: 'unreadable_receipt',
    },
  ];
  for (const { label, octets, fields, text, oddity } of doubts) {
    it(`keeps ${label}, with the reason`, async () => {
      expect((await link.ask('deliver_sm', deliverSm(Buffer.from(octets, 'hex'), fields))).status).to.equal(status.ok);
      const [part] = rig.inbox.committed;
      expect(part).to.include({ text, oddity });
      const isText = !['binary', 'unsupported_data_coding'].includes(oddity);
      expect(storedEncoding(part)).to.equal(isText ? part?.encoding : null);
      expect(rig.inbox.committed[0]?.raw.toString('hex')).to.equal(octets);
    });
  }

  const parts = [
    { label: 'an 8-bit reference', octets: '0500032a020141', fields: { esm_class: 0x40 }, reference: 42, offset: 6 },
    { label: 'a 16-bit reference', octets: '060804012a020141', fields: { esm_class: 0x40 }, reference: 298, offset: 7 },
    {
      label: 'SAR TLVs',
      octets: '41',
      fields: { sar_msg_ref_num: 298, sar_total_segments: 2, sar_segment_seqnum: 1 },
      reference: 298,
      offset: 0,
    },
  ];
  for (const { label, octets, fields, reference, offset } of parts) {
    it(`knows a part of a long message by ${label}`, async () => {
      await link.ask('deliver_sm', deliverSm(Buffer.from(octets, 'hex'), fields));
      const [part] = rig.inbox.committed;
      expect(part?.concat).to.deep.equal({ reference, total: 2, sequence: 1 });
      expect(part).to.include({ text: 'A', textOffset: offset });
    });
  }

  it('reads a message_payload of the greatest length', async () => {
    const payload = Buffer.alloc(65_535, 'Jalan rusak. ');
    expect((await link.ask('deliver_sm', deliverSm('', { message_payload: payload }))).status).to.equal(status.ok);
    expect(rig.inbox.committed.map(({ text }) => text)).to.deep.equal([payload.toString('latin1')]);
  });

  it('reads a message_payload', async () => {
    const payload = Buffer.from('Jalan rusak '.repeat(40));
    await link.ask('deliver_sm', deliverSm('', { message_payload: payload }));
    expect(rig.inbox.committed[0]?.text).to.equal(payload.toString());
  });

  it('takes a data_sm', async () => {
    const fields = { source_addr: '081234567890', destination_addr: '1708', message_payload: Buffer.from('Lapor') };
    const response = await link.ask('data_sm', { data_coding: 0, ...fields });
    expect(response).to.include({ command: 'data_sm_resp', status: status.ok });
    expect(rig.inbox.committed[0]).to.include({ text: 'Lapor', from: citizen });
  });

  it('answers all of a burst, each with its own sequence number, and commits in order', async () => {
    const sequences = Array.from({ length: 500 }, (_, index) => link.send('deliver_sm', deliverSm(`Laporan ${index}`)));
    const answers = await Promise.all(sequences.map((sequence) => link.answerTo(sequence)));
    expect(answers.every((answer) => answer.command === 'deliver_sm_resp' && answer.status === status.ok)).to.equal(
      true,
    );
    expect(rig.inbox.committed.map((part) => part.text)).to.deep.equal(sequences.map((_, index) => `Laporan ${index}`));
  });

  it('gives equal texts on one link equal keys, and its link another number after a reconnect', async () => {
    await link.ask('deliver_sm', deliverSm('Sama'));
    await link.ask('deliver_sm', deliverSm('Sama', { priority_flag: 1, validity_period: '000001000000000R' }));
    const next = rig.peer.nextBound();
    link.socket.destroy();
    await (await next).ask('deliver_sm', deliverSm('Sama', { source_addr: '+6281234567890' }));
    const keys = rig.inbox.committed.map(({ key }) => (key.by === 'content' ? key : null));
    const fingerprints = keys.map((key) => key?.fingerprint.toString('hex'));
    expect(new Set(fingerprints).size).to.equal(1);
    expect(keys[0]?.fingerprint).to.have.length(16);
    expect(keys[0]?.link).to.equal(keys[1]?.link);
    expect(keys[0]?.link).to.not.equal(keys[2]?.link);
  });

  const otherwise = [
    { label: 'another sender', text: 'Sama', fields: { source_addr: '6281234567891' } },
    { label: 'another recipient', text: 'Sama', fields: { destination_addr: '1709' } },
    { label: 'another data_coding', text: 'Sama', fields: { data_coding: 1 } },
    { label: 'another text', text: 'Lain', fields: {} },
    {
      label: 'another part',
      text: 'Sama',
      fields: { sar_msg_ref_num: 1, sar_total_segments: 2, sar_segment_seqnum: 2 },
    },
  ];
  for (const { label, text, fields } of otherwise) {
    it(`gives ${label} another key`, async () => {
      await link.ask('deliver_sm', deliverSm('Sama'));
      await link.ask('deliver_sm', deliverSm(text, fields));
      const [first, second] = rig.inbox.committed.map(({ key }) => (key.by === 'content' ? key.fingerprint : null));
      expect(first?.equals(second ?? Buffer.alloc(0))).to.equal(false);
    });
  }

  it('settles what the peer has surely been told, within two seconds', async () => {
    const settling = rig.inbox.settling();
    await link.ask('deliver_sm', deliverSm('Satu'));
    await link.ask('deliver_sm', deliverSm('Dua'));
    expect(rig.inbox.settled).to.deep.equal([]);
    await settling;
    expect(rig.inbox.settled).to.deep.equal(rig.inbox.committed.map(({ key }) => key));
    expect(link.count('enquire_link')).to.equal(1);
  }).timeout(5_000);

  it('settles when its unbind was answered', async () => {
    await link.ask('deliver_sm', deliverSm('Satu'));
    await rig.stop();
    expect(rig.inbox.settled).to.deep.equal(rig.inbox.committed.map(({ key }) => key));
  });

  it('settles nothing when the peer never answers', async () => {
    rig.peer.script.answersEnquireLink = false;
    await link.ask('deliver_sm', deliverSm('Satu'));
    await link.receives('enquire_link');
    link.socket.destroy();
    await link.closed;
    expect(rig.inbox.settled).to.deep.equal([]);
  }).timeout(5_000);

  it('stops reading while the store is behind, and goes on after', async () => {
    const total = 8_000;
    rig.inbox.hold();
    for (let sequence = 1; sequence <= total; sequence += 1) link.write(numbered(sequence));
    while (rig.inbox.waiting < 2_000) await nextTurn();
    for (let turn = 0; turn < 100; turn += 1) await nextTurn();
    rig.inbox.release();
    expect((await link.answerTo(total)).status).to.equal(status.ok);
    expect(rig.inbox.committed).to.have.length(total);
    // One chunk of the stream, 64 KB, may come on top of the 2,000.
    expect(rig.inbox.mostWaiting).to.be.within(2_000, 3_000);
  });

  it('answers a message with ESME_RX_T_APPN when it could not be stored, and goes on', async () => {
    rig.inbox.fail();
    expect((await link.ask('deliver_sm', deliverSm('Satu'))).status).to.equal(status.temporary);
    expect((await link.ask('deliver_sm', deliverSm('id:1 stat:DELIVRD', { esm_class: 4 }))).status).to.equal(
      status.temporary,
    );
    rig.inbox.release();
    expect((await link.ask('deliver_sm', deliverSm('Satu'))).status).to.equal(status.ok);
  });

  const bigs = [
    {
      label: 'long messages',
      octets: encode('deliver_sm', deliverSm('', { message_payload: Buffer.alloc(15_000, 'x') })),
    },
    {
      label: 'long PDUs with short messages',
      octets: withTlv(encode('deliver_sm', deliverSm('Satu')), 0x1400, Buffer.alloc(15_000, 'x')),
    },
  ];
  for (const { label, octets: big } of bigs) {
    it(`takes no more than some megabytes of ${label} while the store is behind`, async () => {
      const total = 8_000;
      rig.inbox.hold();
      const before = process.memoryUsage().arrayBuffers;
      // 120 MB in all. The peer's socket drains only while we read.
      let sent = 0;
      const writing = (async () => {
        for (; sent < total; sent += 1) {
          const octets = Buffer.from(big);
          octets.writeUInt32BE(sent + 1, 12);
          if (!link.socket.write(octets)) await new Promise((resolve) => link.socket.once('drain', resolve));
        }
      })();
      while (!(await isStalled(() => sent))) await nextTurn();
      expect(rig.inbox.waiting * big.length).to.be.below(5 * 1024 * 1024);
      // What the peer has not sent stays with it; the kernel's own buffers take a few megabytes. The memory is measured
      // with what nobody has collected yet, the peer's part included.
      expect(sent).to.be.below(total / 2);
      expect(process.memoryUsage().arrayBuffers - before).to.be.below(40 * 1024 * 1024);
      rig.inbox.release();
      await writing;
      expect((await link.answerTo(total)).status).to.equal(status.ok);
      expect(rig.inbox.committed).to.have.length(total);
    }).timeout(20_000);
  }

  it('takes a receipt as data_sm, and one that only its TLV tells to be one', async () => {
    const fields = { source_addr: '1', receipted_message_id: '77', message_state: 2 };
    expect((await link.ask('data_sm', { esm_class: 4, ...fields })).status).to.equal(status.ok);
    expect((await link.ask('data_sm', fields)).status).to.equal(status.ok);
    expect((await link.ask('deliver_sm', deliverSm('', { ...fields, message_state: 5 }))).status).to.equal(status.ok);
    expect(rig.inbox.receipts.map(({ externalIds, state }) => [...externalIds, state])).to.deep.equal([
      ['77', 'delivered'],
      ['77', 'delivered'],
      ['77', 'undelivered'],
    ]);
    expect(rig.inbox.committed).to.deep.equal([]);
  });

  it('takes no citizen’s text for a receipt, however much it looks like one', async () => {
    const text = 'id:77 sub:001 dlvrd:001 submit date:2611211200 done date:2611211201 stat:DELIVRD err:000 text:x';
    await link.ask('deliver_sm', deliverSm(text));
    expect(rig.inbox.receipts).to.deep.equal([]);
    expect(rig.inbox.committed[0]).to.include({ text, oddity: null });
  });

  it('reads national languages, and counts what is odd', async () => {
    const turkish = Buffer.from('032401011b67491b69', 'hex');
    await link.ask('deliver_sm', deliverSm(turkish, { esm_class: 0x40 }));
    expect(storedEncoding(rig.inbox.committed[0])).to.equal('gsm7-single-tr');
    expect(rig.inbox.committed[0]).to.include({ text: 'ğIı', encoding: 'gsm7-single-tr', oddity: null, textOffset: 4 });
    await link.ask('deliver_sm', deliverSm(Buffer.from('“Jalan”')));
    expect(rig.observed.join('\n')).to.include('oddity {"oddity":"wrong_data_coding","encoding":"utf8"}');
  });

  it('brings receipts, and no part for them', async () => {
    const fields = { esm_class: 4, receipted_message_id: '00FF', message_state: 2 };
    expect((await link.ask('deliver_sm', deliverSm('', fields))).status).to.equal(status.ok);
    await link.ask('deliver_sm', deliverSm('id:12 stat:ENROUTE', { esm_class: 0x20 }));
    expect(rig.inbox.receipts.map(({ externalIds, state }) => [externalIds[0], state])).to.deep.equal([
      ['ff', 'delivered'],
      ['12', 'in_transit'],
    ]);
    expect(rig.inbox.committed).to.deep.equal([]);
  });
});

describe('SMPP: what a peer gets wrong', () => {
  let rig: Rig;
  let link: PeerLink;

  beforeEach(async () => {
    rig = await startRig();
    link = await rig.peer.nextBound();
  });
  afterEach(() => rig.stop());

  const good = encode('deliver_sm', { sequence_number: 90, ...deliverSm('Laporan baik') });
  const whole = encode('deliver_sm', { sequence_number: 7, ...deliverSm('Laporan') });

  const survivable = [
    {
      label: 'a truncated TLV',
      octets: relength(Buffer.concat([whole, Buffer.from('04240009', 'hex')])),
      answer: ['deliver_sm_resp', 0xc0],
      parts: 1,
    },
    {
      label: 'a deliver_sm cut inside the text',
      octets: relength(whole.subarray(0, -3)),
      answer: ['deliver_sm_resp', 0x01],
      parts: 1,
    },
    {
      label: 'a deliver_sm cut inside the sender',
      octets: relength(whole.subarray(0, 22)),
      answer: ['deliver_sm_resp', 0x02],
      parts: 1,
    },
    {
      label: 'a deliver_sm without a body',
      octets: relength(whole.subarray(0, 16)),
      answer: ['deliver_sm_resp', 0x02],
      parts: 1,
    },
    { label: 'an unknown command', octets: header(0x777, 7), answer: ['generic_nack', 0x03], parts: 0 },
    {
      label: 'a deliver_sm whose sender is longer than any',
      octets: relength(
        Buffer.concat([whole.subarray(0, 19), Buffer.alloc(300, '6'), whole.subarray(whole.indexOf(0, 19))]),
      ),
      answer: ['deliver_sm_resp', 0x02],
      parts: 1,
    },
    {
      label: 'a deliver_sm longer than any should be',
      octets: relength(Buffer.concat([whole, Buffer.alloc(200_000, 0xff)])),
      answer: ['deliver_sm_resp', 0xc0],
      parts: 1,
    },
    {
      label: 'an unknown command as long as may be read',
      octets: relength(Buffer.concat([header(0x777, 7), Buffer.alloc(1024 * 1024 - 16)])),
      answer: ['generic_nack', 0x03],
      parts: 0,
    },
    {
      label: 'a request that no SMSC sends',
      octets: encode('query_sm', { sequence_number: 7 }),
      answer: ['generic_nack', 0x03],
      parts: 0,
    },
    { label: 'a cancel_sm cut short', octets: header(0x8, 7), answer: ['generic_nack', 0x02], parts: 0 },
    {
      label: 'a response nobody asked for',
      octets: encode('submit_sm_resp', { sequence_number: 7 }),
      answer: null,
      parts: 0,
    },
    { label: 'an unknown response', octets: header(0x8000_0777, 7), answer: null, parts: 0 },
    {
      label: 'a generic_nack',
      octets: encode('generic_nack', { sequence_number: 0, command_status: 3 }),
      answer: null,
      parts: 0,
    },
    {
      label: 'an alert_notification',
      octets: encode('alert_notification', { sequence_number: 7 }),
      answer: null,
      parts: 0,
    },
    { label: 'an outbind', octets: encode('outbind', { sequence_number: 7 }), answer: null, parts: 0 },
  ] as const;
  for (const { label, octets, answer, parts } of survivable) {
    it(`lives through ${label}, in one chunk with a good message`, async () => {
      link.write(Buffer.concat([octets, good]));
      expect((await link.answerTo(90)).status).to.equal(status.ok);
      await link.ask('enquire_link');
      const wrong = link.received.filter(({ sequence, command }) => sequence === 7 && command !== 'bind_transceiver');
      expect(wrong.map((each) => [each.command, each.status])).to.deep.equal(answer === null ? [] : [answer]);
      expect(rig.inbox.committed.map(({ text }) => text)).to.deep.equal([...Array(parts).fill(null), 'Laporan baik']);
      expect((await rig.send()).kind).to.equal('accepted');
      expect(rig.peer.links).to.have.length(1);
    });
  }

  it('keeps the octets of a malformed message, without the addresses that could be read', async () => {
    link.write(relength(Buffer.concat([whole, Buffer.from('04240009', 'hex')])));
    await link.answerTo(7);
    const [part] = rig.inbox.committed;
    expect(part).to.include({ from: citizen, to: '1708', text: null, oddity: 'malformed_pdu', encoding: 'unreadable' });
    expect(part?.raw.includes('Laporan')).to.equal(true);
    expect(part?.raw.includes(citizen)).to.equal(false);
    expect(part?.raw.includes('1708')).to.equal(false);
  });

  it('asks for a malformed message again when it could not be kept', async () => {
    rig.inbox.fail();
    link.write(relength(whole.subarray(0, 16)));
    expect((await link.answerTo(7)).status).to.equal(status.temporary);
  });

  const fatal = [
    { label: 'command_length 0', octets: setLength(header(5, 7), 0), sequence: 0 },
    { label: 'command_length 8', octets: setLength(header(5, 7), 8), sequence: 0 },
    { label: 'a command_length of 2 MB', octets: setLength(header(5, 7), 2_000_000), sequence: 7 },
  ];
  for (const { label, octets, sequence } of fatal) {
    it(`leaves the link after ${label}, loses nothing that came before, and comes back`, async () => {
      const next = rig.peer.nextBound();
      link.write(Buffer.concat([good, octets, whole]));
      expect((await link.answerTo(90)).status).to.equal(status.ok);
      const nack = await link.receives('generic_nack');
      expect(nack).to.include({ status: 0x02, sequence });
      await link.closed;
      expect((await (await next).ask('deliver_sm', deliverSm('Lagi'))).status).to.equal(status.ok);
      expect(rig.inbox.committed.map(({ text }) => text)).to.deep.equal(['Laporan baik', 'Lagi']);
    });
  }

  it('leaves a link on which all vanishes behind a command_length that is too great, though octets come', async () => {
    await rig.stop();
    rig = await startRig({ enquireLinkSeconds: 0.1, responseTimeoutSeconds: 0.2 });
    link = await rig.peer.nextBound();
    const next = rig.peer.nextBound();
    link.write(setLength(header(5, 7), 16_000));
    await link.closed;
    expect(link.count('enquire_link'), 'which the peer has answered').to.be.at.least(1);
    expect((await (await next).ask('deliver_sm', deliverSm('Lagi'))).status).to.equal(status.ok);
  });

  it('answers one unbind of many', async () => {
    const unbind = encode('unbind', { sequence_number: 8 });
    link.write(Buffer.concat(Array(1_000).fill(unbind)));
    await link.closed;
    expect(link.count('unbind_resp')).to.equal(1);
  });

  it('reads nothing after a command_length that no PDU has, for what comes then could be anything', async () => {
    rig.inbox.hold();
    link.write(Buffer.concat([good, setLength(header(5, 7), 0)]));
    await rig.inbox.arrival();
    link.write(whole);
    for (let turn = 0; turn < 20; turn += 1) await nextTurn();
    rig.inbox.release();
    await link.closed;
    expect(rig.inbox.committed.map(({ text }) => text)).to.deep.equal(['Laporan baik']);
  });

  it('refuses a message before the bind is answered', async () => {
    await rig.stop();
    rig = await startRig({}, ({ script }) => {
      script.answersBind = false;
    });
    link = await rig.peer.nextLink();
    await link.receives('bind_transceiver');
    expect((await link.ask('deliver_sm', deliverSm('Awal'))).status).to.equal(status.invalidBindStatus);
    expect(rig.inbox.committed).to.deep.equal([]);
    link.socket.destroy();
  });

  it('takes messages in the same chunk as the bind response', async () => {
    await rig.stop();
    rig = await startRig({}, ({ script }) => {
      script.answersBind = false;
    });
    link = await rig.peer.nextLink();
    const bind = await link.receives('bind_transceiver');
    link.write(Buffer.concat([encode('bind_transceiver_resp', { sequence_number: bind.sequence }), good]));
    expect((await link.answerTo(90)).status).to.equal(status.ok);
  });

  it('reads a stream that comes octet by octet', async () => {
    link.socket.setNoDelay(true);
    for (const octet of withTlv(good, 0x1400, Buffer.from('tlv of their own'))) link.write(Buffer.from([octet]));
    expect((await link.answerTo(90)).status).to.equal(status.ok);
    expect(rig.inbox.committed[0]?.text).to.equal('Laporan baik');
  });
});

/** In what it would be read again from the store. */
function storedEncoding(part: Part | undefined): string | null | undefined {
  return part === undefined ? undefined : smppAdapter.decodeStored?.(parse(), part).encoding;
}

const sample = encode('deliver_sm', { sequence_number: 1, ...deliverSm('x'.repeat(100)) });

function numbered(sequenceNumber: number): Buffer {
  const octets = Buffer.from(sample);
  octets.writeUInt32BE(sequenceNumber, 12);
  return octets;
}

/** Whether nothing has moved for a while that is long for loopback. */
async function isStalled(progress: () => number): Promise<boolean> {
  const before = progress();
  for (let turn = 0; turn < 2_000; turn += 1) await nextTurn();
  return before === progress();
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

function relength(octets: Buffer): Buffer {
  return setLength(Buffer.from(octets), octets.length);
}

function setLength(octets: Buffer, commandLength: number): Buffer {
  octets.writeUInt32BE(commandLength, 0);
  return octets;
}

function header(commandId: number, sequenceNumber: number): Buffer {
  const octets = Buffer.alloc(16);
  octets.writeUInt32BE(16, 0);
  octets.writeUInt32BE(commandId, 4);
  octets.writeUInt32BE(sequenceNumber, 12);
  return octets;
}
