import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import fc from 'fast-check';
import * as z from 'zod';
import { packagedFile } from '../../src/config/env.js';
import { isSameText } from '../../src/conversation/sameText.js';
import { packagedKnowledge } from './understanding/aids.js';

const pairSchema = z.strictObject({ why: z.string(), one: z.string(), other: z.string(), same: z.boolean() });

const pairs = readFileSync(packagedFile('test', 'conversation', 'texts', 'pairs.jsonl'), 'utf8')
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => pairSchema.parse(JSON.parse(line)));

/** Synthetic: two texts that one person sends within minutes. */
describe('isSameText', () => {
  const { vocabulary } = packagedKnowledge();

  for (const { why, one, other, same } of pairs) {
    it(`${same ? 'one' : 'two'}: ${why}`, () => {
      expect(isSameText(one, other, vocabulary)).to.equal(same);
      expect(isSameText(other, one, vocabulary), 'the other way round').to.equal(same);
    });
  }

  const words = fc.constantFrom('jalan', 'rusak', 'di', 'desa', 'kami', 'air', 'mati', 'tidak', 'Pejeng', 'kec', '12');
  const anyText = fc.oneof(
    fc.array(words, { maxLength: 40 }).map((list) => list.join(' ')),
    fc.string({ unit: 'binary', maxLength: 200 }),
  );

  it('is the same both ways, for any two texts', () => {
    fc.assert(
      fc.property(anyText, anyText, (one, other) => {
        expect(isSameText(one, other, vocabulary)).to.equal(isSameText(other, one, vocabulary));
      }),
    );
  });

  it('knows a text again, whatever it says beyond courtesy', () => {
    fc.assert(
      fc.property(fc.array(words, { minLength: 1, maxLength: 200 }), (list) => {
        const text = list.join(' ');
        expect(isSameText(text, `${text.toUpperCase()}!`, vocabulary)).to.equal(true);
      }),
    );
  });
});
