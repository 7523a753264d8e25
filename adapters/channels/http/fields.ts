import type { WebhookRequest } from '../../../src/ports/webhook.js';
import { queryOf } from '../queryOf.js';

/**
 * What an HTTP request says, as named octets: aggregators pass UCS-2 and UDHs through percent-encoding, which no decoder
 * into characters would survive.
 *
 * | name            | is                                                                        |
 * | --------------- | ------------------------------------------------------------------------- |
 * | `msisdn`        | a field of the query, of a form, or of a JSON object                      |
 * | `message.0.to`  | a field further down in JSON: keys and places joined by dots              |
 * | `header:x-from` | a header, for services like Kannel's post-url                             |
 * | `body`          | the whole body, where it is neither a form nor JSON                       |
 * | `body:charset`  | the character set that the content-type names for it                      |
 */
export type Fields = ReadonlyMap<string, Buffer>;

export type FieldsRead =
  | { readonly kind: 'fields'; readonly fields: Fields }
  /** What the peer did wrong: 400 or 415. The message never quotes what came. */
  | { readonly kind: 'refused'; readonly status: 400 | 415; readonly message: string };

/** From where fields are taken: with a signature, only from what it was made over. */
export type FieldSource = 'all' | 'query' | 'body';

/** Bounds on what one request may be made of; its octets are bounded by the server. */
const maxFields = 500;
const maxDepth = 8;

const headerPrefix = 'header:';
const wholeBody = 'body';

/** What is looked for beyond the query, forms and JSON. */
export interface Wanted {
  readonly body: boolean;
  readonly headers: readonly string[];
}

export function isHeaderField(name: string): boolean {
  return name.startsWith(headerPrefix);
}

type Mapping = Readonly<Record<string, readonly string[] | undefined>>;

/** By the names that these mappings have for fields. */
export function wantedBy(...mappings: readonly Mapping[]): Wanted {
  const names = mappings.flatMap((mapping) => Object.values(mapping)).flatMap((each) => each ?? []);
  const headers = names.filter(isHeaderField).map((name) => name.slice(headerPrefix.length));
  return { body: names.includes(wholeBody), headers: [...new Set(headers)] };
}

/** The body's fields win over the query's. */
export function readFields(request: WebhookRequest, source: FieldSource, wanted: Wanted): FieldsRead {
  const fields = new Map<string, Buffer>();
  for (const name of wanted.headers) {
    const value = request.headers[name];
    if (value !== undefined) fields.set(`${headerPrefix}${name}`, Buffer.from(value, 'latin1'));
  }
  if (source !== 'body') addPairs(fields, queryOf(request.url));
  if (source === 'query' || request.body.length === 0) return { kind: 'fields', fields };
  return addBody(fields, request, wanted.body);
}

function addBody(fields: Map<string, Buffer>, { headers, body }: WebhookRequest, readsBody: boolean): FieldsRead {
  const type = (headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  if (type === 'application/x-www-form-urlencoded') {
    addPairs(fields, body.toString('latin1'));
  } else if (type === 'application/json' || type.endsWith('+json')) {
    const parsed = parseJson(body);
    if (parsed === undefined)
      return { kind: 'refused', status: 400, message: 'the body is not the JSON it says to be' };
    addJson(fields, parsed, '', 0);
  } else if (readsBody) {
    fields.set(wholeBody, body);
    const charset = /;\s*charset="?([^";\s]+)/i.exec(headers['content-type'] ?? '')?.[1];
    if (charset !== undefined) fields.set('body:charset', Buffer.from(charset, 'latin1'));
  } else {
    const message = 'send application/x-www-form-urlencoded or application/json, and say so in content-type';
    return { kind: 'refused', status: 415, message };
  }
  return { kind: 'fields', fields };
}

/** Names of two, repeated, keep the first: a second one is how somebody would smuggle a value past a check. */
function addPairs(fields: Map<string, Buffer>, encoded: string): void {
  for (const pair of encoded.split('&', maxFields)) {
    if (pair === '') continue;
    const at = pair.indexOf('=');
    const name = percentDecoded(at === -1 ? pair : pair.slice(0, at)).toString('utf8');
    if (!fields.has(name)) fields.set(name, percentDecoded(at === -1 ? '' : pair.slice(at + 1)));
  }
}

const percent = '%'.charCodeAt(0);
const plus = '+'.charCodeAt(0);
const blank = ' '.charCodeAt(0);

/** By octet: the value of a hexadecimal digit, or 16 for what is none. */
const hexValues = Uint8Array.from({ length: 256 }, (_, octet) => {
  const value = Number.parseInt(String.fromCharCode(octet), 16);
  return Number.isNaN(value) ? 16 : value;
});

/** Total: a percent sign that no two hexadecimal digits follow stands for itself. */
export function percentDecoded(encoded: string): Buffer {
  const octets = Buffer.from(encoded, 'utf8');
  let length = 0;
  for (let index = 0; index < octets.length; index += 1) {
    const octet = octets[index] as number;
    const high = octet === percent ? (hexValues[octets[index + 1] ?? percent] as number) : 16;
    const low = high < 16 ? (hexValues[octets[index + 2] ?? percent] as number) : 16;
    if (low < 16) {
      octets[length++] = high * 16 + low;
      index += 2;
    } else {
      octets[length++] = octet === plus ? blank : octet;
    }
  }
  return octets.subarray(0, length);
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}

function addJson(fields: Map<string, Buffer>, node: unknown, path: string, depth: number): void {
  if (fields.size >= maxFields) return;
  if (typeof node === 'object' && node !== null) {
    if (depth === maxDepth) return;
    for (const [key, child] of Object.entries(node)) {
      addJson(fields, child, path === '' ? key : `${path}.${key}`, depth + 1);
    }
  } else if (path !== '' && !path.startsWith(headerPrefix) && node !== null && node !== undefined) {
    fields.set(path, Buffer.from(String(node), 'utf8'));
  }
}
