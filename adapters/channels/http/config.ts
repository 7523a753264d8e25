import * as z from 'zod';
import { parseNetwork } from '../../../src/domain/network.js';
import type { ProfileRules } from '../../../src/ports/channel.js';
import { isHeaderField } from './fields.js';
import { placeNames, textsIn, unknownPlaces } from './template.js';
import { isKnownCharset } from './text.js';

/** Presets are blocks of keys that installations of one kind of aggregator share: config/aggregators/. */
export const httpPresets: ProfileRules = {
  key: 'preset',
  folder: 'aggregators',
  channelKeys: ['auth', 'address', 'username', 'password'],
};

const secret = z.string('expected a text').min(1, 'must not be empty');
const name = z.string('expected the name of a field').min(1, 'must not be empty');

/** One name, or several of which the first that a request has counts. */
const names = z
  .union([name, z.array(name).min(1).max(16)], 'expected the name of a field, or a list of names')
  .transform((given): readonly string[] => (typeof given === 'string' ? [given] : given));

const headerName = z
  .string('expected the name of a header')
  .regex(/^[\w!#$%&'*+.^`|~-]+$/, 'expected the name of a header')
  .transform((given) => given.toLowerCase());

const status = z.int('expected an HTTP status').min(200, 'expected an HTTP status').max(599, 'expected an HTTP status');

const pattern = z
  .string('expected a regular expression')
  .refine(isPattern, 'expected a regular expression; this one does not compile')
  .transform((source) => new RegExp(source));

function isPattern(source: string): boolean {
  try {
    return new RegExp(source) instanceof RegExp;
  } catch {
    return false;
  }
}

const authWords =
  'say how requests are known to be the aggregator’s: secret, hmac, basic or addresses; or `none` where the network itself keeps others out';

const authBlock = z
  .strictObject(
    {
      /** A value that the aggregator adds to each request, in a field or a header. */
      secret: z
        .strictObject({ field: name.optional(), header: headerName.optional(), value: secret })
        .refine(({ field, header }) => (field === undefined) !== (header === undefined), {
          path: ['field'],
          message: 'give field or header: where the aggregator puts the secret',
        })
        .optional(),
      /** A signature over the body, or over the query where requests have none. */
      hmac: z
        .strictObject({
          header: headerName,
          key: secret,
          algorithm: z.enum(['sha256', 'sha1', 'sha512']).default('sha256'),
          encoding: z.enum(['hex', 'base64']).default('hex'),
          prefix: z.string().default(''),
          over: z.enum(['body', 'query']).default('body'),
          /** Where the aggregator signs when it sent the request, so that nobody can send a recorded one later. */
          timestamp: z
            .strictObject({
              header: headerName,
              /** Between the header's value and what is signed after it. */
              separator: z.string().max(8).default('.'),
              toleranceSeconds: z.int().min(1).max(86_400).default(300),
            })
            .optional(),
        })
        .optional(),
      basic: z.strictObject({ username: secret, password: secret }).optional(),
      addresses: z
        .array(
          z.string().refine((text) => parseNetwork(text) !== null, 'expected an address or a network like 10.0.0.0/8'),
        )
        .min(1, 'the list is empty: nobody could send anything')
        .max(64)
        .optional(),
    },
    authWords,
  )
  .refine((auth) => Object.values(auth).some((way) => way !== undefined), authWords);

const inbound = z.strictObject({
  methods: z
    .array(z.enum(['GET', 'POST']))
    .min(1)
    .default(['GET', 'POST']),
  fields: z.strictObject({
    from: names,
    to: names.optional(),
    text: names,
    id: names.optional(),
    charset: names.optional(),
    dcs: names.optional(),
    /** Kannel's: 0 seven-bit, 1 binary, 2 UCS-2. */
    coding: names.optional(),
    udh: names.optional(),
    /** Over 0 where the text begins with a UDH. */
    udhLength: names.optional(),
  }),
  charset: z
    .string()
    .refine(isKnownCharset, 'expected the name of a character set such as utf-8 or utf-16be')
    .default('utf-8'),
  hexText: z
    .enum(
      ['never', 'always', 'when_not_plain'],
      'expected never, always, or when_not_plain (a dcs other than 0, or a UDH)',
    )
    .default('never'),
  repeatSeconds: z.number().min(0).max(3_600).default(120),
  answer: z
    .strictObject({
      status: z.int().min(200).max(299, 'expected a status of success').default(200),
      /** RFC 9110 §5.5; a line break in it would fail each answer, after the commit. */
      contentType: z
        .string()
        .regex(/^[\x20-\x7e]+$/, 'expected a content type such as "application/json": plain ASCII on one line')
        .default('text/plain; charset=utf-8'),
      body: z.string().max(1_000).default(''),
    })
    .prefault({}),
  /** What the aggregator's manual shows: the query or the body of a request. `check` reads it. */
  example: z.string().min(1).max(4_000).optional(),
});

export const receiptStates = ['in_transit', 'delivered', 'undelivered'] as const;

const receipts = z.strictObject({
  /** A request that has this field is a receipt, and no text. */
  marker: name,
  fields: z.strictObject({ id: names, status: names, code: names.optional() }),
  statuses: z.record(z.string().min(1), z.enum(receiptStates, `expected ${receiptStates.join(', ')}`)),
  example: z.string().min(1).max(4_000).optional(),
});

const jsonPath = z.string().min(1).max(200);

const template = z.string('expected a text; a number needs quotes').refine((text) => unknownPlaces(text).length === 0, {
  error: (issue) => placesFault(typeof issue.input === 'string' ? issue.input : ''),
});

function placesFault(text: string): string {
  const unknown = unknownPlaces(text).map((each) => `{${each}}`);
  return `${unknown.join(', ')} is no place that is filled here; there are ${placeNames.map((each) => `{${each}}`).join(', ')}`;
}

const outbound = z
  .strictObject({
    url: z
      .url({ protocol: /^https?$/, error: 'expected the URL of the aggregator, without its query' })
      .refine((url) => !url.includes('?'), 'put the query under `query`, a line for each field'),
    method: z.enum(['GET', 'POST']).default('GET'),
    headers: z.record(headerName, template).default({}),
    query: z.record(z.string().min(1), template).default({}),
    form: z.record(z.string().min(1), template).optional(),
    json: z.record(z.string().min(1), z.unknown()).optional(),
    basic: z.strictObject({ username: template, password: template }).optional(),
    /** What the aggregator answers when it took the reply: all of it must hold. */
    success: z
      .strictObject({ statuses: z.array(status).min(1).default([200, 201, 202]), body: pattern.optional() })
      .prefault({}),
    /** What it answers when it never will, whatever is waited for. Anything else is tried again. */
    refused: z.strictObject({ statuses: z.array(status).optional(), body: pattern.optional() }).optional(),
    /** How receipts will call the reply. */
    externalId: z
      .union(
        [
          z.strictObject({ template }),
          z.strictObject({ body: pattern }),
          z.strictObject({ json: jsonPath }),
          z.strictObject({ header: headerName }),
        ],
        'expected one of template, body (a regular expression with a group), json (a path) or header',
      )
      .optional(),
    timeoutSeconds: z.number().min(0.1).max(300).default(20),
    connections: z.int().min(1).max(256).default(8),
    throughputPerSecond: z.number().positive().max(10_000).default(50),
  })
  .superRefine(({ method, form, json }, context) => {
    if (form !== undefined && json !== undefined) {
      context.addIssue({ code: 'custom', path: ['json'], message: 'give form or json, not both' });
    }
    if (method === 'GET' && (form !== undefined || json !== undefined)) {
      const path = [form === undefined ? 'json' : 'form'];
      context.addIssue({
        code: 'custom',
        path,
        message: 'a GET has no body: put this under `query`, or set method: POST',
      });
    }
    for (const [path, text] of textsIn(json ?? {})) {
      if (unknownPlaces(text).length === 0) continue;
      context.addIssue({ code: 'custom', path: ['json', ...path], message: placesFault(text) });
    }
  });

const httpBlock = z.strictObject({
  preset: z.string().optional(),
  address: z.string('expected the number that citizens text, quoted').min(1).max(20),
  countryCode: z
    .string('expected a country code, quoted')
    .regex(/^[1-9]\d{0,2}$/, 'expected a country code without + or zeros, such as "62"')
    .default('62'),
  auth: z.preprocess((given) => (given === 'none' ? null : given), authBlock.nullable()),
  /** For the templates of `outbound`. */
  username: z.string().min(1).optional(),
  password: z.string().min(1).optional(),
  inbound,
  outbound: outbound.optional(),
  receipts: receipts.optional(),
});

/** Who has one signed request could otherwise send it again in the name of another number. */
export const httpConfigSchema = httpBlock.superRefine(({ auth, inbound: { fields }, receipts: given }, context) => {
  const over = auth?.hmac?.over;
  if (over === undefined) return;
  const mappings = { inbound: fields, receipts: given?.fields ?? {} };
  for (const [section, mapping] of Object.entries(mappings)) {
    for (const [field, wanted] of Object.entries(mapping)) {
      if (wanted?.some(isHeaderField) !== true) continue;
      const message = `a header is not part of what is signed, which is the ${over}: name a field of the ${over}`;
      context.addIssue({ code: 'custom', path: [section, 'fields', field], message });
    }
  }
});

export type HttpConfig = z.output<typeof httpConfigSchema>;
export type OutboundConfig = z.output<typeof outbound>;
export type AuthConfig = z.output<typeof authBlock>;

export function secretsOf({ auth, password, outbound: out }: HttpConfig): string[] {
  const all = [auth?.secret?.value, auth?.hmac?.key, auth?.basic?.password, password, out?.basic?.password];
  // A template that only names the password is no secret itself.
  return all.filter((each): each is string => each !== undefined && !/^\{\w+\}$/.test(each));
}
