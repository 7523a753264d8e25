import { expect } from 'chai';
import fc from 'fast-check';
import { normaliseExternalId } from '../../../../adapters/channels/smpp/codec/receipt.js';
import { ReceiptIds } from '../../../../adapters/channels/smpp/receiptIds.js';

/** One exchange: the ids that were accepted, then the receipt's id and what it must lead to. */
interface Step {
  readonly accepted?: readonly string[];
  readonly receipt: string;
  readonly means: string;
}

describe('ids in receipts', () => {
  const cases: readonly { label: string; steps: readonly Step[]; form: string }[] = [
    { label: 'nothing is known', steps: [{ receipt: '00AB', means: 'ab' }], form: 'not known yet' },
    {
      label: 'the same on both sides',
      steps: [
        { accepted: ['1000001', '1000002'], receipt: '0001000001', means: '1000001' },
        { receipt: '1000002', means: '1000002' },
      ],
      form: 'same (learned)',
    },
    {
      label: 'hexadecimal given, decimal in the receipt: the first receipt finds its reply already',
      steps: [
        { accepted: ['f4240', 'f4241', 'f4242'], receipt: '1000000', means: 'f4240' },
        { receipt: '1000001', means: 'f4241' },
        { receipt: '1000099', means: 'f42a3' },
      ],
      form: 'hex_to_decimal (learned)',
    },
    {
      label: 'decimal given, hexadecimal in the receipt',
      steps: [
        { accepted: ['1000000', '1000001'], receipt: 'F4240', means: '1000000' },
        { receipt: 'F4241', means: '1000001' },
        { receipt: '000F42A3', means: '1000099' },
      ],
      form: 'decimal_to_hex (learned)',
    },
    {
      label: 'small numbers, which match in another base by chance',
      steps: [
        { accepted: ['10', '11', '12', '13', '14', '15', '16', '17', '18'], receipt: '10', means: '10' },
        { receipt: '11', means: '11' },
        { receipt: '12', means: '12' },
      ],
      form: 'not known yet',
    },
    {
      label: 'late receipts of small numbers, whose replies were accepted before a restart',
      steps: [
        { accepted: ['16', '17', '18', '19'], receipt: '10', means: '10' },
        { receipt: '11', means: '11' },
        { receipt: '12', means: '12' },
        { receipt: '13', means: '13' },
      ],
      form: 'not known yet',
    },
    {
      label: 'numbers of which both readings were given',
      steps: [
        { accepted: ['100000', '1048576', '100001', '1048577'], receipt: '100000', means: '100000' },
        { receipt: '100001', means: '100001' },
      ],
      form: 'not known yet',
    },
    {
      label: 'small numbers where letters tell',
      steps: [
        { accepted: ['26', '27', '28'], receipt: '1A', means: '1a' },
        { receipt: '1B', means: '1b' },
        { receipt: '1C', means: '28' },
        { receipt: '1D', means: '29' },
      ],
      form: 'decimal_to_hex (learned)',
    },
    {
      label: 'ids that are no numbers',
      steps: [{ accepted: ['b6f1-77'], receipt: 'B6F1-77', means: 'b6f1-77' }],
      form: 'not known yet',
    },
    { label: 'an id without end', steps: [{ receipt: '9'.repeat(64), means: '9'.repeat(64) }], form: 'not known yet' },
  ];
  for (const { label, steps, form } of cases) {
    it(`${label}: ${form}`, () => {
      const ids = new ReceiptIds(null);
      for (const { accepted = [], receipt, means } of steps) {
        for (const id of accepted) ids.noteAccepted(normaliseExternalId(id));
        expect(ids.resolve(receipt)).to.equal(means);
      }
      expect(ids.description).to.equal(form);
    });
  }

  it('changes its mind when the peer does, but not for a few odd receipts', () => {
    const ids = new ReceiptIds(null);
    const learn = (from: number, count: number, write: (id: number) => string) => {
      for (let id = from; id < from + count; id += 1) {
        ids.noteAccepted(String(id));
        ids.resolve(write(id));
      }
    };
    learn(1_000_000, 3, String);
    expect(ids.description).to.equal('same (learned)');
    learn(1_000_100, 3, (id) => id.toString(16));
    expect(ids.description).to.equal('same (learned)');
    learn(1_000_200, 2, String);
    learn(1_000_300, 4, (id) => id.toString(16));
    expect(ids.description).to.equal('decimal_to_hex (learned)');
  });

  it('keeps to what the operator knows', () => {
    const ids = new ReceiptIds('hex_to_decimal');
    for (let id = 1_000_000; id < 1_000_020; id += 1) {
      ids.noteAccepted(String(id));
      expect(ids.resolve(String(id))).to.equal(id.toString(16));
    }
    expect(ids.description).to.equal('hex_to_decimal');
    expect(ids.resolve('b6f1-77')).to.equal('b6f1-77');
  });

  it('offers no other reply than the one that is meant, whatever the form, once it has learned it', () => {
    const form = fc.constantFrom('same', 'decimal_to_hex', 'hex_to_decimal');
    fc.assert(
      fc.property(form, fc.integer({ min: 100_000, max: 2 ** 31 }), fc.nat(6), (name, first, zeros) => {
        const ids = new ReceiptIds(null);
        const given = (id: number) => id.toString(name === 'hex_to_decimal' ? 16 : 10);
        const receipted = (id: number) =>
          `${'0'.repeat(zeros)}${id.toString(name === 'decimal_to_hex' ? 16 : 10).toUpperCase()}`;
        for (let id = first; id < first + 30; id += 1) {
          ids.noteAccepted(given(id));
          expect(ids.resolve(receipted(id))).to.equal(given(id));
        }
        expect(ids.resolve(receipted(first + 100))).to.equal(given(first + 100));
      }),
    );
  });

  it('remembers no more than ten thousand', () => {
    const ids = new ReceiptIds(null);
    ids.noteAccepted('f4240');
    for (let id = 0; id < 10_000; id += 1) ids.noteAccepted(`x${id}`);
    expect(ids.resolve('1000000')).to.equal('1000000');
  });
});
