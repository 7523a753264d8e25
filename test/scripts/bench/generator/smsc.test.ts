import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { expect } from 'chai';
import type { LoadPlan } from '../../../../scripts/bench/generator/load.js';
import { PduScanner } from '../../../../scripts/bench/generator/pduScanner.js';
import { commandId, headerOctets, response, writeHeader } from '../../../../scripts/bench/generator/smppWire.js';
import { Smsc } from '../../../../scripts/bench/generator/smsc.js';

const withinMs = 5_000;

function request(command: number, sequence: number): Buffer {
  const pdu = Buffer.alloc(headerOctets);
  writeHeader(pdu, 0, headerOctets, command, sequence);
  return pdu;
}

function count(messages: number, changes: Partial<LoadPlan> = {}): LoadPlan {
  return { window: 10, maxUnanswered: null, until: { kind: 'count', messages }, drainMs: withinMs, ...changes };
}

/** An ESME of a few lines: binds, and does with each deliver_sm what the case says. */
async function esme(port: number, onDeliverSm: (socket: Socket, sequence: number) => void): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  const scanner = new PduScanner();
  socket.on('data', (chunk: Buffer) =>
    scanner.push(chunk, (command, _status, sequence) => {
      if (command === commandId.deliverSm) onDeliverSm(socket, sequence);
    }),
  );
  await once(socket, 'connect');
  socket.write(request(commandId.bindTransceiver, 1));
  return socket;
}

function acknowledge(socket: Socket, sequence: number, status = 0): void {
  const pdu = response(commandId.deliverSm, sequence, Buffer.alloc(1));
  pdu.writeUInt32BE(status, 8);
  socket.write(pdu);
}

describe('bench: generator', () => {
  let smsc: Smsc;
  let ports: number[];

  beforeEach(async () => {
    smsc = new Smsc(100, '1708');
    ports = await smsc.listen(2);
  });

  afterEach(() => smsc.close());

  async function bindAll(onDeliverSm: (socket: Socket, sequence: number) => void): Promise<Socket[]> {
    const sockets = await Promise.all(ports.map((port) => esme(port, onDeliverSm)));
    await smsc.waitForLinks(ports.length, withinMs);
    return sockets;
  }

  it('sends as many messages as it is told, and counts their acknowledgements', async () => {
    await bindAll(acknowledge);
    const result = await smsc.run(count(1_000));
    expect(result).to.include({
      acknowledged: 1_000,
      unacknowledged: 0,
      temporaryErrors: 0,
      refusals: 0,
      strayResponses: 0,
    });
    expect(result.latency.maxMs).to.be.above(0);
  });

  it('never has more than its window unacknowledged on a link', async () => {
    const waiting = new Map<Socket, number[]>();
    let most = 0;
    await bindAll((socket, sequence) => {
      const sequences = [...(waiting.get(socket) ?? []), sequence];
      most = Math.max(most, sequences.length);
      waiting.set(socket, sequences.length < 10 ? sequences : []);
      if (sequences.length === 10) for (const each of sequences) acknowledge(socket, each);
    });
    await smsc.run(count(400));
    expect(most).to.equal(10);
  });

  it('holds back while replies are due, and counts them', async () => {
    let unanswered = 0;
    let most = 0;
    await bindAll((socket, sequence) => {
      unanswered++;
      most = Math.max(most, unanswered);
      acknowledge(socket, sequence);
      setImmediate(() => {
        unanswered--;
        socket.write(request(commandId.submitSm, sequence));
      });
    });
    const result = await smsc.run(count(300, { window: 100, maxUnanswered: 5 }));
    expect(most).to.be.within(1, 2 * 5);
    expect(result.unanswered).to.equal(0);
  });

  const answers = [
    { label: 'RX_T_APPN as a temporary error', status: 0x64, expected: { temporaryErrors: 50, refusals: 0 } },
    { label: 'RSYSERR as a temporary error', status: 0x08, expected: { temporaryErrors: 50, refusals: 0 } },
    { label: 'RX_P_APPN as a refusal', status: 0x65, expected: { temporaryErrors: 0, refusals: 50 } },
  ];
  for (const { label, status, expected } of answers) {
    it(`counts ${label}`, async () => {
      await bindAll((socket, sequence) => acknowledge(socket, sequence, status));
      expect(await smsc.run(count(50))).to.include({ ...expected, acknowledged: 0, unacknowledged: 0 });
    });
  }

  it('awaits no reply to a message that was not taken', async () => {
    await bindAll((socket, sequence) => acknowledge(socket, sequence, 0x64));
    expect(await smsc.run(count(100, { maxUnanswered: 5 }))).to.include({ temporaryErrors: 100, unanswered: 0 });
  });

  it('takes a second response to one message for what it is', async () => {
    await bindAll((socket, sequence) => {
      acknowledge(socket, sequence);
      acknowledge(socket, sequence);
    });
    const result = await smsc.run(count(100));
    expect(result.acknowledged).to.equal(100);
    expect(result.strayResponses).to.be.above(0);
  });

  it('answers enquire_link, with which an ESME learns how far its responses got', async () => {
    const [socket] = await bindAll(acknowledge);
    const answered = new Promise<number>((resolve) => {
      const scanner = new PduScanner();
      socket?.on('data', (chunk: Buffer) =>
        scanner.push(chunk, (command, _status, sequence) => {
          if (command === commandId.enquireLink + 0x80000000) resolve(sequence);
        }),
      );
    });
    socket?.write(request(commandId.enquireLink, 77));
    expect(await answered).to.equal(77);
  });

  it('gives no figures when a link is lost on the way', async () => {
    let seen = 0;
    await bindAll((socket, sequence) => {
      if (++seen > 20) socket.destroy();
      else acknowledge(socket, sequence);
    });
    const outcome = await smsc.run(count(1_000)).then(
      () => 'figures',
      (error: Error) => error.message,
    );
    expect(outcome).to.match(/^The ESME's link closed/);
  });

  it('says how many links were awaited when too few bind', async () => {
    const outcome = await smsc.waitForLinks(2, 1).then(
      () => 'bound',
      (error: Error) => error.message,
    );
    expect(outcome).to.match(/^2 bound links were awaited, 0 are there/);
  });
});
