import { expect } from 'chai';
import fc from 'fast-check';
import { PduScanner } from '../../../../scripts/bench/generator/pduScanner.js';
import { commandId, headerOctets, response, writeHeader } from '../../../../scripts/bench/generator/smppWire.js';

interface Seen {
  readonly command: number;
  readonly status: number;
  readonly sequence: number;
}

function scan(chunks: readonly Buffer[]): Seen[] {
  const scanner = new PduScanner();
  const seen: Seen[] = [];
  for (const chunk of chunks) {
    scanner.push(chunk, (command, status, sequence) => seen.push({ command, status, sequence }));
  }
  return seen;
}

function cut(octets: Buffer, places: readonly number[]): Buffer[] {
  const ends = [...places.map((place) => place % (octets.length + 1)), octets.length].sort((a, b) => a - b);
  return ends.map((end, at) => octets.subarray(at === 0 ? 0 : ends[at - 1], end));
}

describe('bench: PDU scanner', () => {
  it('finds every header, wherever the stream is cut', () => {
    const bodies = fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 20 });
    fc.assert(
      fc.property(bodies, fc.array(fc.nat(), { maxLength: 30 }), (all, places) => {
        const pdus = all.map((body, at) => response(commandId.deliverSm, at + 1, Buffer.from(body)));
        const expected = all.map((_, at) => ({ command: commandId.deliverSmResp, status: 0, sequence: at + 1 }));
        expect(scan(cut(Buffer.concat(pdus), places))).to.deep.equal(expected);
      }),
    );
  });

  it('reads the status', () => {
    const pdu = response(commandId.deliverSm, 7);
    pdu.writeUInt32BE(0x64, 8);
    expect(scan([pdu])).to.deep.equal([{ command: commandId.deliverSmResp, status: 0x64, sequence: 7 }]);
  });

  for (const length of [0, headerOctets - 1, 70_000]) {
    it(`gives up on command_length ${length}, because what follows cannot be found`, () => {
      const pdu = Buffer.alloc(headerOctets);
      writeHeader(pdu, 0, length, commandId.submitSm, 1);
      expect(() => scan([pdu])).to.throw(`command_length ${length}`);
    });
  }
});
