import { expect } from 'chai';
import { smpp } from '../../../../scripts/simulators/smsc/library.js';
import { malformedKinds } from '../../../../scripts/simulators/smsc/malformed.js';
import { messageOf, within } from './esme.js';
import { citizen as from, Line } from './line.js';

describe('simulated SMSC: misbehaviour', () => {
  const line = new Line();

  afterEach(() => line.close());

  it('keeps silent on one kind of request, and answers others', async () => {
    await line.start();
    const esme = await line.bound();
    line.set({ silent: 'submit_sm' });
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
    await line.start();
    const esme = await line.bound();
    line.set({ silent: 'all' });
    const { id } = line.smsc.text({ from, text: 'x' });
    expect(await line.smsc.settledText(id, 30)).to.include({ state: 'queued' });
    line.set({});
    expect(await line.smsc.settledText(id, 15_000)).to.include({ state: 'acknowledged' });
    expect(esme.delivered).to.have.length(1);
  });

  it('cuts the connection after acting on the nth PDU, without answering it', async () => {
    await line.start();
    const esme = await line.bound();
    line.set({ dropAfter: 2 });
    expect((await esme.submit('first')).command_status).to.equal(0);
    void esme.submit('second').catch(() => undefined);
    await within('the cut', esme.closed);
    expect((await line.smsc.inbox(from)).map(({ text }) => text)).to.deep.equal(['first', 'second']);
    await line.bound();
  });

  it('reads nothing after the cut, though it has come already', async () => {
    await line.start();
    const esme = await line.bound();
    line.set({ dropAfter: 1 });
    const submits = ['first', 'second'].map((text, index) =>
      new smpp.PDU('submit_sm', {
        sequence_number: 100 + index,
        destination_addr: from,
        data_coding: 0,
        short_message: Buffer.from(text),
      }).toBuffer(),
    );
    esme.session.socket.write(Buffer.concat(submits));
    await within('the cut', esme.closed);
    expect((await line.smsc.inbox(from)).map(({ text }) => text)).to.deep.equal(['first']);
  });

  it('drops connections, and unbinds politely', async () => {
    await line.start();
    const dropped = await line.bound();
    line.smsc.telco('telkomsel').dropConnections();
    await within('the drop', dropped.closed);
    const asked = await line.bound();
    const unbind = new Promise((resolve) => {
      asked.session.on('unbind', resolve);
    });
    await line.smsc.telco('telkomsel').unbind();
    await within('unbind', unbind);
    await within('the close', asked.closed);
  });

  it('sends the last acknowledged message again', async () => {
    await line.start();
    const esme = await line.bound();
    expect(line.smsc.telco('telkomsel').redeliverLast()).to.equal(false);
    const { id } = line.smsc.text({ from, text: 'sekali lagi' });
    await line.smsc.settledText(id, 15_000);
    expect(line.smsc.telco('telkomsel').redeliverLast()).to.equal(true);
    expect((await esme.deliveries(2)).map((pdu) => messageOf(pdu).text)).to.deep.equal(['sekali lagi', 'sekali lagi']);
  });

  for (const kind of malformedKinds) {
    it(`injects a malformed PDU: ${kind}`, async () => {
      await line.start();
      expect(line.smsc.telco('telkomsel').inject(kind)).to.equal(false);
      const esme = await line.bound();
      const octets = new Promise<Buffer>((resolve) => {
        esme.session.socket.removeAllListeners('readable');
        esme.session.socket.once('data', resolve);
      });
      expect(line.smsc.telco('telkomsel').inject(kind)).to.equal(true);
      expect(fault[kind](await within('octets', octets))).to.equal(true);
    });
  }
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
