import { expect } from 'chai';
import fc from 'fast-check';
import { FrameReader, maxPduOctets } from '../../../../../adapters/channels/smpp/codec/frames.js';

function pdu(sequenceNumber: number, bodyOctets: number): Buffer {
  const octets = Buffer.alloc(16 + bodyOctets, 0x5a);
  octets.writeUInt32BE(octets.length, 0);
  octets.writeUInt32BE(0x15, 4);
  octets.writeUInt32BE(0, 8);
  octets.writeUInt32BE(sequenceNumber, 12);
  return octets;
}

function head(commandLength: number, sequenceNumber: number): Buffer {
  const octets = pdu(sequenceNumber, 0);
  octets.writeUInt32BE(commandLength, 0);
  return octets;
}

describe('framing', () => {
  it('finds every PDU, however the stream is cut', () => {
    const stream = fc.array(fc.integer({ min: 0, max: 300 }), { maxLength: 20 });
    fc.assert(
      fc.property(stream, fc.array(fc.integer({ min: 1, max: 400 })), (bodies, cuts) => {
        const sent = bodies.map((bodyOctets, index) => pdu(index, bodyOctets));
        const reader = new FrameReader();
        const found: string[] = [];
        for (const chunk of chunksOf(Buffer.concat(sent), cuts)) {
          const fault = reader.push(chunk, (octets, start, end) => {
            found.push(octets.toString('hex', start, end));
          });
          expect(fault).to.equal(null);
        }
        expect(found).to.deep.equal(sent.map((octets) => octets.toString('hex')));
      }),
    );
  });

  const faults = [
    { label: 'command_length 0', octets: head(0, 7), fault: { commandLength: 0, sequenceNumber: 0 } },
    { label: 'command_length 8', octets: head(8, 7), fault: { commandLength: 8, sequenceNumber: 0 } },
    { label: 'command_length 15', octets: head(15, 7), fault: { commandLength: 15, sequenceNumber: 0 } },
    { label: '2 MB', octets: head(2_000_000, 7), fault: { commandLength: 2_000_000, sequenceNumber: 7 } },
    { label: '4 GB', octets: head(0xffff_ffff, 7), fault: { commandLength: 0xffff_ffff, sequenceNumber: 7 } },
    {
      label: 'the limit plus one, header incomplete',
      octets: head(maxPduOctets + 1, 7).subarray(0, 10),
      fault: { commandLength: maxPduOctets + 1, sequenceNumber: 0 },
    },
  ];
  for (const { label, octets, fault } of faults) {
    it(`faults ${label}, after what came before it`, () => {
      const found: number[] = [];
      const result = new FrameReader().push(Buffer.concat([pdu(1, 3), octets]), (_, start) => {
        found.push(start);
      });
      expect(result).to.deep.equal(fault);
      expect(found).to.deep.equal([0]);
    });
  }

  it('takes a PDU of just the limit', () => {
    let ends = 0;
    new FrameReader().push(pdu(1, maxPduOctets - 16), (_octets, _start, end) => {
      ends = end;
    });
    expect(ends).to.equal(maxPduOctets);
  });

  it('faults a command_length that is itself cut', () => {
    const reader = new FrameReader();
    const faults = [...head(maxPduOctets + 1, 7).subarray(0, 4)].map((octet) =>
      reader.push(Buffer.from([octet]), () => undefined),
    );
    expect(faults).to.deep.equal([null, null, null, { commandLength: maxPduOctets + 1, sequenceNumber: 0 }]);
  });

  it('takes the longest PDU octet by octet in the time of a copy: what is cut is not copied again for each chunk', () => {
    const octets = pdu(1, maxPduOctets - 16);
    const reader = new FrameReader();
    let found: Buffer | null = null;
    const startedAtMs = performance.now();
    for (let at = 0; at < octets.length; at += 1) {
      reader.push(octets.subarray(at, at + 1), (taken) => {
        found = taken;
      });
    }
    expect(octets.equals(found ?? Buffer.alloc(0))).to.equal(true);
    // Copied anew for each octet it would be half a terabyte.
    expect(performance.now() - startedAtMs).to.be.lessThan(10_000);
  });
});

function* chunksOf(octets: Buffer, sizes: readonly number[]): Generator<Buffer> {
  let start = 0;
  for (const size of sizes) {
    yield octets.subarray(start, start + size);
    start += size;
  }
  yield octets.subarray(start);
}
