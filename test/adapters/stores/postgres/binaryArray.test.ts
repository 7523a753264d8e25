import { expect } from 'chai';
import fc from 'fast-check';
import { Client } from 'pg';
import { type ArrayType, binaryArray } from '../../../../adapters/stores/postgres/binaryArray.js';
import { postgresUrl } from '../../../fakes/postgresServer.js';

/** PostgreSQL's text holds no U+0000, and a lone surrogate is no UTF-8. */
const text = fc
  .string({ unit: 'grapheme' })
  .map((any) => any.replaceAll('\0', ''))
  .filter((any) => any.isWellFormed());
const octets = fc.uint8Array({ maxLength: 300 }).map((any) => Buffer.from(any));

const kinds: readonly { type: ArrayType; values: fc.Arbitrary<unknown>; read?: (element: unknown) => unknown }[] = [
  { type: 'bigint', values: fc.maxSafeInteger(), read: Number },
  { type: 'integer', values: fc.integer() },
  { type: 'boolean', values: fc.boolean() },
  { type: 'text', values: text },
  { type: 'bytea', values: octets },
  { type: 'uuid', values: fc.uuid() },
];

const misfits: readonly { label: string; type: ArrayType; value: unknown }[] = [
  { label: 'a fraction', type: 'bigint', value: 1.5 },
  { label: 'a number beyond 2^53', type: 'bigint', value: 2 ** 53 },
  { label: 'no number', type: 'bigint', value: Number.NaN },
  { label: 'a fraction as integer', type: 'integer', value: 0.5 },
  { label: 'a number beyond 2^31', type: 'integer', value: 2 ** 31 },
];

describe('PostgreSQL arrays in binary', () => {
  let client: Client;

  before(async () => {
    client = new Client({ connectionString: await postgresUrl() });
    await client.connect();
  });

  after(() => client.end());

  for (const { type, values, read = (element: unknown) => element } of kinds) {
    it(`are read by the server as they were written: ${type}`, async () => {
      const arrays = fc.array(fc.option(values), { maxLength: 40 });
      await fc.assert(
        fc.asyncProperty(arrays, async (array) => {
          const sql = `SELECT unnest($1::${type}[]) AS element`;
          const { rows } = await client.query<{ element: unknown }>(sql, [binaryArray(type, array)]);
          const found = rows.map(({ element }) => (element === null ? null : read(element)));
          expect(found).to.deep.equal(array);
        }),
        { numRuns: 50 },
      );
    });
  }

  it('take a uuid as octets as well', async () => {
    const id = Buffer.from('0193000000007000800000000000abcd', 'hex');
    const { rows } = await client.query('SELECT ($1::uuid[])[1] AS id', [binaryArray('uuid', [id])]);
    expect(rows).to.deep.equal([{ id: '01930000-0000-7000-8000-00000000abcd' }]);
  });

  for (const { label, type, value } of misfits) {
    it(`refuse ${label}, and do not say which`, () => {
      expect(() => binaryArray(type, [value])).to.throw(TypeError, `a number does not fit into ${type}`);
    });
  }
});
