import { splitText } from '../../../src/domain/sms/segments.js';
import type { OutboundReply, Outcome } from '../../../src/ports/channel.js';
import { type Answered, type Asked, type Exchanged, retryAfterMs } from '../exchange.js';
import type { HttpConfig, OutboundConfig } from './config.js';
import { filled, filledTree, type Places } from './template.js';

/** A reply as a request to the aggregator, and its answer as an outcome. Pure. */

export const answerMaxBytes = 64 * 1024;

/** GSM data coding scheme, and Kannel's number for the same. */
const codings = { gsm7: { dcs: '0', coding: '0' }, ucs2: { dcs: '8', coding: '2' } } as const;

export function placesOf(reply: OutboundReply, config: HttpConfig, webhookUrl: string | null): Places {
  const { encoding, segments } = splitText(reply.text);
  const text = segments.join('');
  return {
    to: reply.to,
    from: config.address,
    text,
    textHex: Buffer.from(text, 'utf16le').swap16().toString('hex').toUpperCase(),
    ...codings[encoding],
    replyId: reply.id,
    inReplyTo: reply.inReplyTo ?? '',
    webhookUrl: webhookUrl ?? '',
    secret: config.auth?.secret?.value ?? '',
    username: config.username ?? '',
    password: config.password ?? '',
  };
}

export function requestOf(outbound: OutboundConfig, places: Places, timeoutMs: number): Asked {
  const url = new URL(outbound.url);
  url.search = encodedPairs(outbound.query, places);
  const headers: Record<string, string> = { accept: '*/*' };
  for (const [name, template] of Object.entries(outbound.headers))
    headers[name] = headerValue(filled(template, places));
  if (outbound.basic !== undefined) {
    const { username, password } = outbound.basic;
    const credentials = `${filled(username, places)}:${filled(password, places)}`;
    headers.authorization = `Basic ${Buffer.from(credentials).toString('base64')}`;
  }
  const asked = { method: outbound.method, url, headers, timeoutMs, answerMaxBytes } as const;
  if (outbound.form !== undefined) {
    headers['content-type'] ??= 'application/x-www-form-urlencoded';
    return { ...asked, body: encodedPairs(outbound.form, places) };
  }
  if (outbound.json === undefined) return asked;
  headers['content-type'] ??= 'application/json';
  return { ...asked, body: JSON.stringify(filledTree(outbound.json, places)) };
}

function encodedPairs(templates: Readonly<Record<string, string>>, places: Places): string {
  const pairs = Object.entries(templates).map(([name, template]): [string, string] => [name, filled(template, places)]);
  return new URLSearchParams(pairs).toString();
}

/** A line break in a header would begin another one. */
function headerValue(value: string): string {
  return encodeURI(value.replaceAll(/[\r\n]+/g, ' ')).replaceAll('%20', ' ');
}

/** Answers of a proxy that gave up waiting: what is behind it may have taken the reply all the same. */
const proxyGaveUp: ReadonlySet<number> = new Set([502, 504]);

/** What is neither a success nor a refusal that the config names is tried again: a wrong password is mended by a person. */
export function outcomeOf(exchanged: Exchanged, outbound: OutboundConfig, places: Places, nowMs: number): Outcome {
  if (exchanged.kind === 'unwritten') return { kind: 'unsent', cause: exchanged.cause };
  const sureId = outbound.externalId !== undefined && 'template' in outbound.externalId;
  const known = sureId ? { externalIds: idsIn(null, outbound, places) } : {};
  if (exchanged.kind === 'unanswered') return { kind: 'uncertain', cause: exchanged.cause, ...known };
  const { status, headers } = exchanged;
  const body = exchanged.body.toString('utf8');
  const { success, refused } = outbound;
  if (success.statuses.includes(status) && (success.body?.test(body) ?? true)) {
    return { kind: 'accepted', externalIds: idsIn(exchanged, outbound, places) };
  }
  const cause = success.statuses.includes(status)
    ? `answered ${status} with a body that \`success.body\` does not fit`
    : `answered ${status}`;
  if (refused !== undefined && isRefused(status, body, refused))
    return { kind: 'rejected', code: `http_${status}`, cause };
  if (proxyGaveUp.has(status)) return { kind: 'uncertain', cause, ...known };
  const waitMs = retryAfterMs(headers['retry-after'], nowMs);
  return { kind: 'unsent', cause, ...(waitMs === null ? {} : { retryAfterMs: waitMs }) };
}

function isRefused(status: number, body: string, refused: NonNullable<OutboundConfig['refused']>): boolean {
  if (refused.statuses === undefined && refused.body === undefined) return false;
  return (refused.statuses?.includes(status) ?? true) && (refused.body?.test(body) ?? true);
}

function idsIn(answered: Answered | null, { externalId }: OutboundConfig, places: Places): string[] {
  if (externalId === undefined) return [];
  if ('template' in externalId) return [filled(externalId.template, places)];
  if (answered === null) return [];
  const id = 'header' in externalId ? answered.headers[externalId.header] : idInBody(answered.body, externalId);
  return id === undefined || id === '' ? [] : [id];
}

function idInBody(octets: Buffer, wanted: { readonly body: RegExp } | { readonly json: string }): string | undefined {
  const body = octets.toString('utf8');
  if ('body' in wanted) {
    const found = wanted.body.exec(body);
    return found?.[1] ?? found?.[0];
  }
  const value = valueAt(body, wanted.json.split('.'));
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
}

function valueAt(body: string, path: readonly string[]): unknown {
  try {
    return path.reduce<unknown>(
      (node, key) =>
        typeof node === 'object' && node !== null && Object.hasOwn(node, key) ? Reflect.get(node, key) : undefined,
      JSON.parse(body),
    );
  } catch {
    return undefined;
  }
}
