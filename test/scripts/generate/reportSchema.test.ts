import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import * as z from 'zod';
import { openJsonSchema, pathOf, textOf } from '../../../scripts/generate/document.js';
import { reportSchemaDocument } from '../../../scripts/generate/reportSchema.js';
import { reportSchema } from '../../../src/domain/report.js';

interface ObjectSchema {
  readonly required: readonly string[];
  readonly properties: Readonly<Record<string, unknown>>;
}

describe('generated canonical-report.schema.json', () => {
  it('is what the code says; if not, run `npm run generate`', () => {
    expect(readFileSync(pathOf(reportSchemaDocument), 'utf8')).to.equal(textOf(reportSchemaDocument));
  });

  it('wants every field of a report, but those that came later and have a default', () => {
    const { required, properties } = openJsonSchema(reportSchema) as unknown as ObjectSchema;
    const fields = Object.entries(reportSchema.shape);
    const first = fields.filter(([, schema]) => !(schema instanceof z.ZodDefault)).map(([name]) => name);
    expect([...required].sort()).to.deep.equal(first.sort());
    expect(Object.keys(properties).sort()).to.deep.equal(fields.map(([name]) => name).sort());
  });

  it('lets fields pass that a later version adds', () => {
    expect(textOf(reportSchemaDocument)).not.to.include('additionalProperties');
  });
});
