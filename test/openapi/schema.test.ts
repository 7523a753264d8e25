import { expect } from 'chai';
import { type Schema, SchemaCheck } from './schema.js';

describe('SchemaCheck', () => {
  const schemas: Readonly<Record<string, Schema>> = {
    Id: { type: 'string', pattern: '^[0-9]{1,3}$' },
    Named: { type: 'object', required: ['name'], properties: { name: { type: 'string' } } },
    Aged: { type: 'object', properties: { age: { type: 'integer', minimum: 0, maximum: 150 } } },
    Person: { allOf: [{ $ref: '#/components/schemas/Named' }, { $ref: '#/components/schemas/Aged' }] },
    NotFound: {
      type: 'object',
      required: ['type', 'id'],
      properties: { type: { type: 'string' }, id: { type: 'string' } },
    },
    Broken: { type: 'object', properties: { type: { type: 'string' } } },
    Problem: {
      oneOf: [{ $ref: '#/components/schemas/NotFound' }, { $ref: '#/components/schemas/Broken' }],
      discriminator: {
        propertyName: 'type',
        mapping: { missing: '#/components/schemas/NotFound', broken: '#/components/schemas/Broken' },
      },
    },
  };
  const check = new SchemaCheck({ schemas });

  const cases: ReadonlyArray<{ label: string; value: unknown; schema: Schema; faults: readonly string[] }> = [
    { label: 'a value that fits', value: '17', schema: { $ref: '#/components/schemas/Id' }, faults: [] },
    {
      label: 'a pattern',
      value: '1708',
      schema: { $ref: '#/components/schemas/Id' },
      faults: [': "1708" against pattern "^[0-9]{1,3}$"'],
    },
    {
      label: 'a type',
      value: { a: '1' },
      schema: { properties: { a: { type: 'integer' } } },
      faults: ['/a: "1" is no integer'],
    },
    { label: 'null where it may be', value: null, schema: { type: 'string', nullable: true }, faults: [] },
    { label: 'null where it may not', value: null, schema: { type: 'string' }, faults: [': null is no string'] },
    { label: 'an enum', value: 'c', schema: { enum: ['a', 'b'] }, faults: [': "c" against enum ["a","b"]'] },
    { label: 'too few items', value: [], schema: { type: 'array', minItems: 1 }, faults: [': [] against minItems 1'] },
    {
      label: 'an item',
      value: ['1', 'x'],
      schema: { type: 'array', items: { $ref: '#/components/schemas/Id' } },
      faults: ['/1: "x" against pattern "^[0-9]{1,3}$"'],
    },
    {
      label: 'items that are the same',
      value: ['a', 'a'],
      schema: { type: 'array', uniqueItems: true },
      faults: [': ["a","a"] against uniqueItems true'],
    },
    {
      label: 'a time',
      value: '21-11-2026',
      schema: { type: 'string', format: 'date-time' },
      faults: [': "21-11-2026" against format "date-time"'],
    },
    {
      label: 'a missing property',
      value: {},
      schema: { $ref: '#/components/schemas/Named' },
      faults: ['/name: missing'],
    },
    {
      label: 'a property that nothing names',
      value: { name: 'a', nmae: 'b' },
      schema: { $ref: '#/components/schemas/Named' },
      faults: ['/nmae: not in the description'],
    },
    {
      label: 'parts that name it together',
      value: { name: 'a', age: 3 },
      schema: { $ref: '#/components/schemas/Person' },
      faults: [],
    },
    {
      label: 'a part that it does not fit',
      value: { name: 'a', age: 151 },
      schema: { $ref: '#/components/schemas/Person' },
      faults: ['/age: 151 against maximum 150'],
    },
    { label: 'anything inside an object without properties', value: { a: 1 }, schema: { type: 'object' }, faults: [] },
    {
      label: 'the kind that a discriminator picks',
      value: { type: 'missing' },
      schema: { $ref: '#/components/schemas/Problem' },
      faults: ['/id: missing'],
    },
    {
      label: 'a kind that no discriminator knows',
      value: { type: 'other' },
      schema: { $ref: '#/components/schemas/Problem' },
      faults: ['/type: "other" is none that is described'],
    },
    {
      label: 'none of several',
      value: 3,
      schema: { anyOf: [{ type: 'string' }, { type: 'boolean' }] },
      faults: [': 3 is no string'],
    },
    {
      label: 'a keyword that the check does not know',
      value: 3,
      schema: { multipleOf: 2 } as Schema,
      faults: [': the check does not know the keyword multipleOf'],
    },
  ];
  for (const { label, value, schema, faults } of cases) {
    it(label, () => {
      expect(check.faults(value, schema)).to.deep.equal(faults);
    });
  }
});
