import { expect } from 'chai';
import { steadyNowMs } from '../../../../src/domain/clock.js';
import { encode, type ReceivedPdu } from './peer.js';
import { citizen, type Rig, startRig } from './rig.js';

describe('SMPP: replies', () => {
  let rig: Rig;
  const start = async (changes: Readonly<Record<string, unknown>> = {}) => {
    rig = await startRig(changes);
    return rig.peer.nextBound();
  };
  afterEach(() => rig.stop());

  it('sends a short reply as one submit_sm and asks for a receipt', async () => {
    const link = await start({ serviceType: 'CMT', sourceTon: 6, sourceNpi: 1 });
    const outcome = await rig.send('Laporan “diterima”');
    const { pdu, sequence } = await link.receives('submit_sm');
    expect(outcome).to.deep.equal({ kind: 'accepted', externalIds: [String(sequence)] });
    expect(pdu).to.include({
      service_type: 'CMT',
      source_addr: '1708',
      source_addr_ton: 6,
      source_addr_npi: 1,
      destination_addr: citizen,
      dest_addr_ton: 1,
      dest_addr_npi: 1,
      esm_class: 0,
      registered_delivery: 1,
      data_coding: 0,
    });
    expect(pdu.short_message).to.deep.equal({ message: 'Laporan "diterima"' });
  });

  it('asks for no receipt when told so', async () => {
    const link = await start({ receipts: false });
    await rig.send();
    expect((await link.receives('submit_sm')).pdu.registered_delivery).to.equal(0);
  });

  const long = [
    { label: 'GSM 03.38', text: 'a'.repeat(310), sizes: [6 + 153, 6 + 153, 6 + 4], dataCoding: 0 },
    { label: 'UCS-2', text: '日'.repeat(71), sizes: [6 + 2 * 67, 6 + 2 * 4], dataCoding: 8 },
  ];
  for (const { label, text, sizes, dataCoding } of long) {
    it(`splits a long reply in ${label}`, async () => {
      const link = await start();
      const outcome = await rig.send(text);
      const submits = link.received.filter(({ command }) => command === 'submit_sm');
      expect(outcome).to.deep.equal({ kind: 'accepted', externalIds: submits.map(({ sequence }) => String(sequence)) });
      const messages = submits.map(shortMessageOf);
      expect(messages.map((message) => message.length)).to.deep.equal(sizes);
      expect(messages.map((message) => [...message.subarray(4, 6)])).to.deep.equal(
        sizes.map((_, index) => [sizes.length, index + 1]),
      );
      expect(new Set(messages.map((message) => message.toString('hex', 0, 4))).size).to.equal(1);
      for (const { pdu } of submits) expect(pdu).to.include({ esm_class: 0x40, data_coding: dataCoding });
    });
  }

  it('gives the next long reply another reference', async () => {
    const link = await start();
    await rig.send('a'.repeat(200));
    await rig.send('a'.repeat(200));
    const references = link.received
      .filter(({ command }) => command === 'submit_sm')
      .map((each) => shortMessageOf(each)[3]);
    expect(new Set(references).size).to.equal(2);
  });

  const alphabets = [
    { defaultAlphabet: 'latin1', text: 'Laporan Anda', dataCoding: 0 },
    { defaultAlphabet: 'latin1', text: 'a@b', dataCoding: 8 },
    { defaultAlphabet: 'ascii', text: 'harga $5', dataCoding: 8 },
    { defaultAlphabet: 'ucs2', text: 'Laporan Anda', dataCoding: 8 },
  ];
  for (const { defaultAlphabet, text, dataCoding } of alphabets) {
    it(`sends ${JSON.stringify(text)} by data_coding ${dataCoding} where 0 means ${defaultAlphabet}`, async () => {
      const link = await start({ defaultAlphabet });
      await rig.send(text);
      expect((await link.receives('submit_sm')).pdu.data_coding).to.equal(dataCoding);
    });
  }

  it('rejects what takes too many segments, and sends none of them', async () => {
    const link = await start({ maxSegments: 2 });
    expect(await rig.send('a'.repeat(307))).to.include({ kind: 'rejected', code: 'too_long' });
    await link.ask('enquire_link');
    expect(link.count('submit_sm')).to.equal(0);
  });

  const nobodies = [
    { label: 'the own address', to: '1708' },
    { label: 'an own address as long as a citizen’s', to: '6281100001708', address: '081100001708' },
    { label: 'a name', to: 'TELKOMSEL' },
    { label: 'a short code', to: '112' },
    { label: 'six digits', to: '628123' },
    { label: 'sixteen digits', to: '6281234567890123' },
    { label: 'a plus sign', to: '+' },
    { label: 'a zero', to: '0' },
    { label: 'nothing', to: '' },
    { label: 'what fits no destination_addr', to: '62812\u00003456' },
  ];
  for (const { label, to, address = '1708' } of nobodies) {
    it(`sends nothing to ${label}`, async () => {
      const link = await start({ address });
      const outcome = await rig.channel.send(
        { id: 'r', to, text: 'x', kind: 'information' as const, inReplyTo: null },
        steadyNowMs() + 1_000,
      );
      expect(outcome).to.include({ kind: 'rejected', code: 'unanswerable' });
      expect((await rig.send()).kind).to.equal('accepted');
      expect(link.count('submit_sm')).to.equal(1);
    });
  }

  it('keeps to its window, and uses all of it', async () => {
    const link = await start({ window: 3 });
    const held: ReceivedPdu[] = [];
    rig.peer.script.onSubmit = (submit) => {
      held.push(submit);
    };
    const outcomes = Array.from({ length: 5 }, () => rig.send());
    await link.receives('submit_sm', () => held.length === 3);
    await link.ask('enquire_link');
    expect(held).to.have.length(3);
    rig.peer.script.onSubmit = (submit) => link.respond(submit, { message_id: '1' });
    for (const submit of held) link.respond(submit, { message_id: '1' });
    expect((await Promise.all(outcomes)).map(({ kind }) => kind)).to.deep.equal(Array(5).fill('accepted'));
  });

  it('keeps to its throughput', async () => {
    await start({ throughputPerSecond: 50, window: 100 });
    const startedAtMs = Date.now();
    await Promise.all(Array.from({ length: 20 }, () => rig.send()));
    // 5 at once (a tenth of a second's worth), then one every 20 ms.
    expect(Date.now() - startedAtMs).to.be.at.least(15 * 20 - 10);
  });

  it('is uncertain when no response comes in time, and the link lives', async () => {
    const link = await start({ responseTimeoutSeconds: 0.1, window: 1 });
    rig.peer.script.onSubmit = () => undefined;
    expect(await rig.send()).to.deep.include({ kind: 'uncertain', cause: 'no response to submit_sm in time' });
    rig.peer.script.onSubmit = (submit) => link.respond(submit, { message_id: '7' });
    expect((await rig.send()).kind).to.equal('accepted');
  });

  it('counts a response that comes too late, and gives it to nobody', async () => {
    const link = await start({ responseTimeoutSeconds: 0.1 });
    rig.peer.script.onSubmit = () => undefined;
    await rig.send();
    link.respond(await link.receives('submit_sm'), { message_id: '7' });
    await link.ask('enquire_link');
    expect(rig.observed.join('\n')).to.include('response_unexpected {"command":"submit_sm_resp"}');
  });

  it('is uncertain at its deadline when it was written, unsent when it was not', async () => {
    const link = await start({ window: 1 });
    rig.peer.script.onSubmit = () => undefined;
    const written = rig.send('satu', steadyNowMs() + 200);
    await link.receives('submit_sm');
    expect((await rig.send('dua', steadyNowMs() + 50)).kind).to.equal('unsent');
    expect((await written).kind).to.equal('uncertain');
    expect(link.count('submit_sm')).to.equal(1);
  });

  it('settles everything when the link dies: written is uncertain, the rest goes by the next link', async () => {
    const link = await start({ window: 2 });
    rig.peer.script.onSubmit = () => undefined;
    const outcomes = Array.from({ length: 4 }, () => rig.send());
    await link.receives('submit_sm', () => link.count('submit_sm') === 2);
    rig.peer.script.onSubmit = (submit, next) => next.respond(submit, { message_id: '7' });
    link.socket.destroy();
    const kinds = (await Promise.all(outcomes)).map(({ kind }) => kind);
    expect(kinds).to.deep.equal(['uncertain', 'uncertain', 'accepted', 'accepted']);
  });

  const refusals = [
    { status: 0x08, outcome: { kind: 'unsent', cause: 'the peer answered ESME_RSYSERR' } },
    { status: 0x58, outcome: { kind: 'unsent', cause: 'the peer answered ESME_RTHROTTLED', retryAfterMs: 1_000 } },
    {
      status: 0x0b,
      outcome: { kind: 'rejected', code: 'ESME_RINVDSTADR', cause: 'the peer refused it for good', externalIds: [] },
    },
    { status: 0x40b, outcome: { kind: 'unsent', cause: 'the peer answered 0x0000040b' } },
  ];
  for (const { status, outcome } of refusals) {
    it(`says ${outcome.kind} to status 0x${status.toString(16)}`, async () => {
      await start();
      rig.peer.script.onSubmit = (submit, link) => link.respond(submit, { command_status: status });
      expect(await rig.send()).to.deep.equal(outcome);
    });
  }

  it('counts the codes of a peer’s own as one, for each would be a metric series for ever', async () => {
    await start();
    for (const status of [0x58, 0x40b, 0xdead_beef]) {
      rig.peer.script.onSubmit = (submit, link) => link.respond(submit, { command_status: status });
      await rig.send();
    }
    const counted = rig.observed
      .filter((line) => /\bsubmit \{/.test(line))
      .map((line) => /"status":"(.+?)"/.exec(line)?.[1]);
    expect(counted).to.deep.equal(['ESME_RTHROTTLED', 'other', 'other']);
  });

  it('takes a generic_nack for the response', async () => {
    await start();
    rig.peer.script.onSubmit = ({ sequence }, link) => link.write(nack(sequence, 0x03));
    expect(await rig.send()).to.deep.include({ kind: 'rejected', code: 'ESME_RINVCMDID' });
  });

  it('takes no generic_nack for an acceptance, whatever its status', async () => {
    await start();
    rig.peer.script.onSubmit = ({ sequence }, link) => link.write(nack(sequence, 0));
    expect(await rig.send()).to.deep.include({ kind: 'unsent', cause: 'the peer answered ESME_RUNKNOWNERR' });
  });

  it('takes no answer to something else, and none that it does not know', async () => {
    const link = await start();
    rig.peer.script.onSubmit = () => undefined;
    const outcome = rig.send();
    const { sequence } = await link.receives('submit_sm');
    for (const command of ['enquire_link_resp', 'deliver_sm_resp', 'submit_multi_resp', 'unbind_resp']) {
      link.write(encode(command, { sequence_number: sequence }));
    }
    const unknown = encode('enquire_link_resp', { sequence_number: sequence });
    unknown.writeUInt32BE(0x8000_0777, 4);
    link.write(unknown);
    await link.ask('enquire_link');
    link.write(encode('submit_sm_resp', { sequence_number: sequence, message_id: '7' }));
    expect(await outcome).to.deep.equal({ kind: 'accepted', externalIds: ['7'] });
    expect(rig.observed.filter((line) => line.startsWith('response_unexpected'))).to.have.length(5);
  });

  it('carries about no id that is far longer than an id', async () => {
    await start();
    rig.peer.script.onSubmit = (submit, link) => link.respond(submit, { message_id: 'a'.repeat(16_000) });
    expect(await rig.send()).to.deep.equal({ kind: 'accepted', externalIds: [] });
  });

  it('is accepted without an id when the peer gives none', async () => {
    await start();
    rig.peer.script.onSubmit = (submit, link) => link.respond(submit, {});
    expect(await rig.send()).to.deep.equal({ kind: 'accepted', externalIds: [] });
  });

  it('brings ids into one form', async () => {
    await start();
    rig.peer.script.onSubmit = (submit, link) => link.respond(submit, { message_id: '000AB1' });
    expect(await rig.send()).to.deep.equal({ kind: 'accepted', externalIds: ['ab1'] });
  });

  it('binds afresh when the peer holds the session for unbound', async () => {
    await start();
    rig.peer.script.onSubmit = (submit, link) => link.respond(submit, { command_status: 0x04 });
    const next = rig.peer.nextBound();
    expect((await rig.send()).kind).to.equal('unsent');
    await next;
    rig.peer.script.onSubmit = (submit, link) => link.respond(submit, { message_id: '1' });
    expect((await rig.send()).kind).to.equal('accepted');
  });

  it('sends nothing after a refused first segment', async () => {
    const link = await start();
    rig.peer.script.onSubmit = (submit) => link.respond(submit, { command_status: 0x0b });
    expect(await rig.send('a'.repeat(200))).to.deep.include({ kind: 'rejected', externalIds: [] });
    expect(link.count('submit_sm')).to.equal(1);
  });

  it('goes on with a half-sent reply that is throttled', async () => {
    const link = await start();
    rig.peer.script.onSubmit = (submit) => {
      const status = link.count('submit_sm') === 2 ? 0x58 : 0;
      link.respond(submit, { command_status: status, message_id: String(link.count('submit_sm')) });
    };
    expect(await rig.send('a'.repeat(200))).to.deep.equal({ kind: 'accepted', externalIds: ['1', '3'] });
  });

  it('says that a half-sent reply is uncertain when the rest is not taken before the deadline', async () => {
    const link = await start();
    rig.peer.script.onSubmit = (submit) =>
      link.respond(submit, { command_status: link.count('submit_sm') === 1 ? 0 : 0x58, message_id: '1' });
    expect(await rig.send('a'.repeat(200), steadyNowMs() + 300)).to.deep.equal({
      kind: 'uncertain',
      cause: 'the peer answered ESME_RTHROTTLED (segment 2 of 2)',
      externalIds: ['1'],
    });
  });

  it('writes nothing for a while after a throttling', async () => {
    const link = await start();
    rig.peer.script.onSubmit = (submit) => link.respond(submit, { command_status: 0x14 });
    await rig.send();
    expect((await rig.send('dua', steadyNowMs() + 100)).kind).to.equal('unsent');
    expect(link.count('submit_sm')).to.equal(1);
  });

  const throttlings = [
    { label: 'ESME_RTHROTTLED', answer: { command_status: 0x58 }, tlvs: [], factor: 0.5 },
    { label: 'ESME_RMSGQFUL', answer: { command_status: 0x14 }, tlvs: [], factor: 0.5 },
    { label: 'congestion_state 100', answer: { message_id: '1' }, tlvs: [[0x0428, Buffer.from([100])]], factor: 0.5 },
    { label: 'congestion_state 95', answer: { message_id: '1' }, tlvs: [[0x0428, Buffer.from([95])]], factor: 0.8 },
    { label: 'congestion_state 85', answer: { message_id: '1' }, tlvs: [[0x0428, Buffer.from([85])]], factor: 1 },
  ] as const;
  for (const { label, answer, tlvs, factor } of throttlings) {
    it(`sends ${factor === 1 ? 'on as before' : 'slower'} after ${label}`, async () => {
      await start({ throughputPerSecond: 100 });
      rig.peer.script.responseTlvs = tlvs;
      rig.peer.script.onSubmit = (submit, link) => link.respond(submit, answer);
      await rig.send();
      // It regains 1.7 a second from the moment it was cut.
      expect(rig.channel.health().facts?.submits_per_second).to.be.within(100 * factor, 100 * factor + 3);
    });
  }

  it('counts a burst of throttlings as one', async () => {
    await start({ throughputPerSecond: 100, window: 10 });
    rig.peer.script.onSubmit = (submit, link) => link.respond(submit, { command_status: 0x58 });
    await Promise.all(Array.from({ length: 8 }, () => rig.send()));
    expect(rig.channel.health().facts?.submits_per_second).to.be.within(50, 53);
    expect(rig.observed.filter((line) => line.includes('rate_cut'))).to.have.length(1);
  });

  const forms = [
    { label: 'as sent', accepted: (id: number) => String(id), receipted: (id: number) => String(id) },
    {
      label: 'hexadecimal given, decimal in the receipt',
      accepted: (id: number) => id.toString(16).toUpperCase(),
      receipted: (id: number) => String(id).padStart(10, '0'),
    },
    {
      label: 'decimal given, hexadecimal in the receipt',
      accepted: (id: number) => String(id),
      receipted: (id: number) => id.toString(16).padStart(10, '0'),
    },
  ];
  for (const { label, accepted, receipted } of forms) {
    it(`learns how the peer writes ids in receipts: ${label}`, async () => {
      const link = await start();
      let id = 1_000_000;
      rig.peer.script.onSubmit = (submit) => {
        id += 1;
        link.respond(submit, { message_id: accepted(id) });
      };
      expect(rig.channel.health().facts?.receipt_ids).to.equal('not known yet');
      for (let count = 0; count < 3; count += 1) {
        const outcome = await rig.send();
        const text = `id:${receipted(id)} stat:DELIVRD`;
        await link.ask('deliver_sm', { esm_class: 4, source_addr: '1', short_message: Buffer.from(text) });
        expect(rig.inbox.receipts.at(-1)?.externalIds).to.deep.equal(
          outcome.kind === 'accepted' && outcome.externalIds,
        );
      }
      expect(rig.channel.health().facts?.receipt_ids).to.match(/ \(learned\)$/);
    });
  }

  it('takes the form of ids from the config', async () => {
    const link = await start({ receiptIdForm: 'decimal_to_hex' });
    await link.ask('deliver_sm', { esm_class: 4, short_message: Buffer.from('id:10 stat:DELIVRD') });
    expect(rig.inbox.receipts[0]?.externalIds).to.deep.equal(['16']);
    expect(rig.channel.health().facts?.receipt_ids).to.equal('decimal_to_hex');
  });

  it('gives each segment of a reply the receipt that is its own, in any order, twice and before the response', async () => {
    const link = await start();
    rig.peer.script.onSubmit = (submit) => {
      link.send('deliver_sm', { esm_class: 4, short_message: Buffer.from(`id:${submit.sequence} stat:DELIVRD`) });
      link.respond(submit, { message_id: String(submit.sequence) });
    };
    const outcome = await rig.send('a'.repeat(310));
    const ids = outcome.kind === 'accepted' ? outcome.externalIds : [];
    expect(ids).to.have.length(3);
    for (const id of [...ids].reverse()) {
      await link.ask('deliver_sm', { esm_class: 4, short_message: Buffer.from(`id:${id} stat:DELIVRD`) });
    }
    expect(rig.inbox.receipts.map(({ externalIds: [id] }) => id)).to.deep.equal([...ids, ...[...ids].reverse()]);
  });
});

function shortMessageOf({ octets }: ReceivedPdu): Buffer {
  const { length } = octets;
  for (let start = length - 1; start > 16; start -= 1) {
    if (octets[start] === length - start - 1 && octets[start + 1] === 5) return octets.subarray(start + 1);
  }
  throw new Error('no short_message with a UDH');
}

function nack(sequence: number, status: number): Buffer {
  const octets = Buffer.alloc(16);
  octets.writeUInt32BE(16, 0);
  octets.writeUInt32BE(0x8000_0000, 4);
  octets.writeUInt32BE(status, 8);
  octets.writeUInt32BE(sequence, 12);
  return octets;
}
