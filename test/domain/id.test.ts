import { expect } from 'chai';
import fc from 'fast-check';
import { IdGenerator, idFromText, idToText } from '../../src/domain/id.js';

describe('ids', () => {
  it('are UUIDs of version 7 that carry their time', () => {
    const ids = new IdGenerator(() => 0x0123456789ab);
    expect(ids.nextText()).to.match(/^01234567-89ab-7000-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  const clocks: readonly { label: string; nowMs: (call: number) => number }[] = [
    { label: 'on a clock that runs', nowMs: (call) => 1_000 + call },
    { label: 'on a clock that stands', nowMs: () => 1_000 },
    { label: 'on a clock that steps back', nowMs: (call) => (call < 50 ? 5_000 : 1_000) + call },
  ];
  for (const { label, nowMs } of clocks) {
    it(`only grow, and none comes twice, ${label}`, () => {
      let call = 0;
      const ids = new IdGenerator(() => nowMs(call++));
      // Past the 4,096 of one millisecond, and past what one draw of random octets serves.
      const made = Array.from({ length: 10_000 }, () => ids.nextText());
      expect(made).to.deep.equal([...made].sort());
      expect(new Set(made).size).to.equal(made.length);
    });
  }

  it('differ between two generators at the same time', () => {
    const [one, other] = [new IdGenerator(() => 1), new IdGenerator(() => 1)];
    expect(one.nextText()).not.to.equal(other.nextText());
  });

  it('are the same as text and as octets', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), (octets) => {
        expect(idFromText(idToText(octets))).to.deep.equal(Buffer.from(octets));
        expect(idFromText(idToText(octets).toUpperCase())).to.deep.equal(Buffer.from(octets));
      }),
    );
  });

  const others = [
    '',
    '9165816',
    '#9165816',
    '019a00000000700080000000000000000',
    'x19a0000-0000-7000-8000-000000000000',
  ];
  for (const text of [...others, ' 019a0000-0000-7000-8000-000000000000']) {
    it(`are not read from '${text}'`, () => expect(idFromText(text)).to.equal(null));
  }
});
