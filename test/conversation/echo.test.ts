import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import fc from 'fast-check';
import * as z from 'zod';
import { packagedFile } from '../../src/config/env.js';
import { EchoGuard } from '../../src/conversation/echo.js';
import { loadWording } from '../../src/conversation/wording/load.js';
import type { Wording } from '../../src/conversation/wording/wording.js';
import { worstCasesIn } from '../../src/conversation/wording/worstCases.js';
import { packagedKnowledge } from './understanding/aids.js';

const caseSchema = z.strictObject({ text: z.string(), echo: z.enum(['own_reply', 'auto_reply']).nullable() });

function linesOf(name: string): unknown[] {
  return readFileSync(packagedFile('test', 'conversation', name), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}

const cases = linesOf('texts/echoes.jsonl').map((line) => caseSchema.parse(line));
const citizens = linesOf('texts.jsonl').map((line) => z.looseObject({ text: z.string() }).parse(line).text);

function packagedWording(): Wording {
  const directory = packagedFile('config', 'replies');
  const loaded = loadWording({ directory, language: 'id', timeZone: 'Asia/Jakarta' });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.faults));
  return loaded.wording;
}

describe('EchoGuard', () => {
  const wording = packagedWording();
  const guard = new EchoGuard(wording, packagedKnowledge().vocabulary);

  for (const { text, echo } of cases) {
    it(`${echo ?? 'a person'}: ${JSON.stringify(text)}`, () => expect(guard.echoOf(text)).to.equal(echo));
  }

  it('hears every citizen of the other tables', () => {
    for (const text of citizens) expect(guard.echoOf(text), text).to.equal(null);
  });

  for (const language of wording.languages) {
    it(`knows each reply in ${language} that names no agency, also cut off, and none with a word more`, () => {
      for (const { key, text } of worstCasesIn(wording, language)) {
        const isKnown = !key.includes('Agency') && !key.includes('agency');
        expect(guard.echoOf(text), text).to.equal(isKnown ? 'own_reply' : null);
        if (!isKnown) continue;
        const cut = text.split(' ').slice(0, 9).join(' ');
        expect(guard.echoOf(cut), `${key}, cut off`).to.equal('own_reply');
        expect(guard.echoOf(`${text} kenapa`), `${key}, and more`).to.equal(null);
        expect(guard.echoOf(`kenapa ${text}`), `more, and ${key}`).to.equal(null);
      }
    });
  }

  it('takes no other text for one', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        expect(guard.echoOf(text)).to.equal(null);
      }),
    );
  });
});
