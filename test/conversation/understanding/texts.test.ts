import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import * as z from 'zod';
import { packagedFile } from '../../../src/config/env.js';
import { parseIntent } from '../../../src/conversation/understanding/intent.js';
import { commandNames } from '../../../src/conversation/understanding/names.js';
import { type ReadingAids, readText } from '../../../src/conversation/understanding/read.js';
import { reportKindSchema, visibilitySchema } from '../../../src/domain/report.js';
import { packagedAids } from './aids.js';

/** What a line of `texts.jsonl` may say; a misspelt key is a fault, not a check that never runs. */
const caseSchema = z.strictObject({
  text: z.string(),
  intent: z.enum(['report', 'empty', 'unclear', ...commandNames]),
  trackingId: z.string().nullable().optional(),
  rating: z.int().nullable().optional(),
  /** What is said beyond the command. */
  rest: z.string().optional(),
  kind: reportKindSchema.optional(),
  keyword: z.string().nullable().optional(),
  visibility: visibilitySchema.optional(),
  /** All codes, in order. */
  locations: z.array(z.string()).optional(),
  flags: z.array(z.string()).optional(),
  notFlags: z.array(z.string()).optional(),
  textIs: z.string().optional(),
  /** Appear neither in the text nor in the title. */
  excludes: z.array(z.string()).optional(),
  title: z.string().optional(),
});

/** What people send at all; and more of what is easily mistaken: commands, sentences that begin like one, and answers. */
const files = ['texts.jsonl', 'texts/commands.jsonl', 'texts/reports.jsonl', 'texts/answers.jsonl'] as const;

function casesOf(name: string): z.output<typeof caseSchema>[] {
  return readFileSync(packagedFile('test', 'conversation', name), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => caseSchema.parse(JSON.parse(line)));
}

/** Synthetic texts, as people send them, with what should be understood. */
describe('texts of citizens', () => {
  let aids: ReadingAids;
  before(async () => {
    aids = await packagedAids();
  });

  for (const c of files.flatMap(casesOf)) {
    it(`${c.intent}: ${JSON.stringify(c.text)}`, () => {
      const intent = parseIntent(c.text, aids.vocabulary);
      const reading = readText(c.text, aids);
      const found = {
        ...intent,
        kind: reading.kind.kind,
        keyword: reading.keyword?.name ?? null,
        visibility: reading.visibility,
        locations: reading.locations.map(({ code }) => code),
        textIs: reading.text,
        title: reading.title,
      };
      const { text, flags = [], notFlags = [], excludes = [], ...expected } = c;
      expect(found).to.deep.include(expected);
      expect(reading.flags).to.include.members(flags);
      for (const flag of notFlags) expect(reading.flags).not.to.include(flag);
      for (const secret of excludes) expect(`${reading.text}\n${reading.title}`).not.to.contain(secret);
    });
  }
});
