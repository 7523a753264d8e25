import { expect } from 'chai';
import * as z from 'zod';
import { parseWith } from '../../src/ports/parseWith.js';

const schema = z.strictObject({
  host: z.string().min(1).optional(),
  port: z.int().min(1).max(65_535).optional(),
  rate: z.number().positive().optional(),
  receipts: z.boolean().optional(),
  bind: z.enum(['transceiver', 'separate']).optional(),
  password: z.string().max(8).optional(),
  hosts: z.array(z.string()).min(1).optional(),
  either: z.union([z.string(), z.array(z.string())]).optional(),
  url: z.url().optional(),
  handle: z.string().regex(/^\w+$/, 'expected a handle without @').optional(),
  nested: z.strictObject({ everySeconds: z.number() }).optional(),
  peer: z.strictObject({ name: z.string('give it') }).optional(),
  named: z.record(z.string().regex(/^[a-z]+$/, 'expected small letters'), z.number()).optional(),
});

function messages(raw: unknown): string[] {
  const parsed = parseWith(schema, raw);
  return parsed.ok ? [] : parsed.faults.map((fault) => `${fault.path.join('.')}: ${fault.message}`);
}

describe('parseWith', () => {
  const cases: ReadonlyArray<{ label: string; raw: unknown; faults: readonly string[] }> = [
    { label: 'nothing wrong', raw: { port: 2775 }, faults: [] },
    { label: 'a text for a number', raw: { port: '2775' }, faults: ['port: expected a number, found a text'] },
    { label: 'a broken number', raw: { port: 1.5 }, faults: ['port: expected a whole number, found 1.5'] },
    { label: 'a number for a text', raw: { host: 7 }, faults: ['host: expected a text, found 7'] },
    { label: 'no value', raw: { host: null }, faults: ['host: expected a text, found nothing'] },
    { label: 'too small', raw: { port: 0 }, faults: ['port: expected at least 1, found 0'] },
    { label: 'too large', raw: { port: 70_000 }, faults: ['port: expected at most 65535, found 70000'] },
    { label: 'not above', raw: { rate: 0 }, faults: ['rate: expected more than 0, found 0'] },
    { label: 'an empty text', raw: { host: '' }, faults: ['host: empty; expected something here'] },
    { label: 'an empty list', raw: { hosts: [] }, faults: ['hosts: empty; expected something here'] },
    { label: 'a wrong item', raw: { hosts: ['a', 1] }, faults: ['hosts.1: expected a text, found 1'] },
    { label: 'no boolean', raw: { receipts: 'yes' }, faults: ['receipts: expected `true` or `false`, found a text'] },
    {
      label: 'a slip in a choice',
      raw: { bind: 'transciever' },
      faults: ['bind: expected `transceiver` or `separate`; did you mean `transceiver`?'],
    },
    {
      label: 'another choice',
      raw: { bind: 'sideways' },
      faults: ['bind: expected `transceiver` or `separate`, found another text'],
    },
    {
      label: 'a slip in a key, with the key that was meant',
      raw: { recepits: true, nested: { everySecond: 1 } },
      faults: [
        'nested.everySeconds: missing; expected a number',
        'nested.everySecond: unknown key `everySecond`; did you mean `everySeconds`?',
        'recepits: unknown key `recepits`; did you mean `receipts`?',
      ],
    },
    {
      label: 'an unknown key, with those that are known',
      raw: { nested: { everySeconds: 1, zebra: 1 } },
      faults: ['nested.zebra: unknown key `zebra`; known here: everySeconds'],
    },
    { label: 'an unknown key among very many', raw: { zebra: 1 }, faults: ['zebra: unknown key `zebra`'] },
    { label: 'no form of several', raw: { either: 5 }, faults: ['either: expected a text or a list, found 5'] },
    { label: 'no URL', raw: { url: 'x' }, faults: ['url: expected a URL such as https://gateway.example.go.id'] },
    { label: "the schema's own words", raw: { handle: '@x' }, faults: ['handle: expected a handle without @'] },
    { label: 'a missing key, in the words of the schema', raw: { peer: {} }, faults: ['peer.name: missing; give it'] },
    { label: 'an unfit name', raw: { named: { A1: 1 } }, faults: ['named.A1: not a fit name: expected small letters'] },
    { label: 'no block at all', raw: 'text', faults: [': expected a block of keys, found a text'] },
  ];
  for (const c of cases) it(c.label, () => expect(messages(c.raw)).to.have.members(c.faults));

  it('never repeats a text that it found, for it may be a secret', () => {
    const secret = 's3cret-of-the-telco';
    const raw = {
      port: secret,
      bind: secret,
      password: secret,
      url: secret,
      receipts: secret,
      hosts: secret,
      handle: secret,
    };
    const told = messages(raw);
    expect(told).to.have.lengthOf(Object.keys(raw).length);
    expect(told.join('\n')).not.to.contain(secret);
  });
});
