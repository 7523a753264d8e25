import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import type * as z from 'zod';
import { pathOf, textOf } from '../../../scripts/generate/document.js';
import { examples } from '../../../scripts/generate/examples.js';
import { openapiDocument } from '../../../scripts/generate/openapi.js';
import { followUpSchema } from '../../../src/domain/followUp.js';
import { reportSchema } from '../../../src/domain/report.js';
import { statusEventSchema } from '../../../src/domain/statusEvent.js';
import { eventsPageSchema, filedSchema, refusalSchema, ticketSchema } from '../../../src/domain/trackerApi.js';

const schemaOfExample: Readonly<Record<keyof typeof examples, z.ZodType>> = {
  report: reportSchema,
  followUp: followUpSchema,
  statusEvent: statusEventSchema,
  filed: filedSchema,
  ticket: ticketSchema,
  eventsPage: eventsPageSchema,
  refusal: refusalSchema,
  badSignature: refusalSchema,
  malformedEvent: refusalSchema,
};

describe('generated tracker-api.openapi.json', () => {
  it('is what the code says; if not, run `npm run generate`', () => {
    expect(readFileSync(pathOf(openapiDocument), 'utf8')).to.equal(textOf(openapiDocument));
  });

  it('has no reference that leads nowhere, and no component that nothing refers to', () => {
    const text = textOf(openapiDocument);
    const document = JSON.parse(text) as { components: { schemas: object } };
    const referred = [...text.matchAll(/"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name);
    expect([...new Set(referred)].sort()).to.deep.equal(Object.keys(document.components.schemas).sort());
  });

  it('names each operation once', () => {
    const ids = [...textOf(openapiDocument).matchAll(/"operationId": "(\w+)"/g)].map(([, id]) => id);
    expect(ids).to.have.length(5);
    expect(new Set(ids).size).to.equal(ids.length);
  });

  for (const [name, schema] of Object.entries(schemaOfExample)) {
    it(`shows a valid example: ${name}`, () => {
      const example = examples[name as keyof typeof examples];
      // Nothing taken away either: an example with a field that its schema does not know would mislead.
      expect(schema.parse(example)).to.deep.equal(example);
    });
  }
});
