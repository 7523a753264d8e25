import { expect } from 'chai';
import fc from 'fast-check';
import { joinParts } from '../../src/intake/joinParts.js';
import type { StoredPart } from '../../src/ports/store.js';

function part(encoding: string, octets: Uint8Array | readonly number[] | string, header = 0): StoredPart {
  const body = typeof octets === 'string' ? Buffer.from(octets, 'latin1') : Buffer.from(octets);
  return { raw: Buffer.concat([Buffer.alloc(header, 0xee), body]), textOffset: header, encoding };
}

function ucs2(text: string): Buffer {
  return Buffer.from(text, 'utf16le').swap16();
}

interface Case {
  readonly label: string;
  readonly parts: readonly (StoredPart | null)[];
  readonly text: string;
  readonly encoding: string;
}

const cases: readonly Case[] = [
  { label: 'one part', parts: [part('gsm7', 'Rusak')], text: 'Rusak', encoding: 'gsm7' },
  {
    label: 'parts with headers of their own lengths',
    parts: [part('gsm7', 'Jalan ', 6), part('gsm7', 'rusak', 7)],
    text: 'Jalan rusak',
    encoding: 'gsm7',
  },
  {
    label: 'an escape pair cut in two (€ is 1B 65)',
    parts: [part('gsm7', [0x31, 0x30, 0x1b]), part('gsm7', [0x65])],
    text: '10€',
    encoding: 'gsm7',
  },
  {
    label: 'parts in two encodings',
    parts: [part('gsm7', 'Pak '), part('ucs2', ucs2('🙏')), part('gsm7', ' tolong')],
    text: 'Pak 🙏 tolong',
    encoding: 'gsm7+ucs2',
  },
  { label: 'the first missing', parts: [null, part('ascii', 'rusak')], text: '[…]rusak', encoding: 'ascii' },
  {
    label: 'two neighbours missing: one mark',
    parts: [part('ascii', 'Jalan '), null, null, part('ascii', 'rusak')],
    text: 'Jalan […]rusak',
    encoding: 'ascii',
  },
  { label: 'the last missing', parts: [part('ascii', 'Jalan '), null], text: 'Jalan […]', encoding: 'ascii' },
  { label: "an adapter's own encoding", parts: [part('json', Buffer.from('é'))], text: 'é', encoding: 'json' },
];

describe('joining parts', () => {
  for (const { label, parts, text, encoding } of cases) {
    it(label, () => expect(joinParts(parts)).to.deep.equal({ text, encoding }));
  }

  it('reads a text that was cut anywhere as if it had not been cut', () => {
    const cuts = fc.array(fc.nat({ max: 400 }), { maxLength: 5 });
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 100 }), cuts, (text, places) => {
        const octets = ucs2(text);
        const bounds = [0, ...places.filter((place) => place < octets.length).sort((a, b) => a - b), octets.length];
        const parts = bounds.slice(1).map((end, index) => part('ucs2', octets.subarray(bounds[index], end), 6));
        expect(joinParts(parts).text).to.equal(text);
      }),
    );
  });

  it('makes some text of any octets', () => {
    const anyPart = fc.record({
      encoding: fc.constantFrom('gsm7', 'ascii', 'latin1', 'ucs2', 'utf8', 'own'),
      octets: fc.uint8Array({ maxLength: 140 }),
    });
    fc.assert(
      fc.property(fc.array(fc.option(anyPart), { minLength: 1, maxLength: 8 }), (parts) => {
        const joined = joinParts(parts.map((one) => (one === null ? null : part(one.encoding, one.octets))));
        expect(joined.text.isWellFormed()).to.equal(true);
      }),
    );
  });
});
