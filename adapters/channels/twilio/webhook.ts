import { normaliseMsisdn } from '../../../src/domain/sms/msisdn.js';
import type { Part, PartExtras, Receipt } from '../../../src/ports/channel.js';
import type { TwilioConfig } from './config.js';
import { policyOf } from './errors.js';
import { mediaIdOf } from './media.js';

/** From the parameters of a webhook to a part or a receipt. Parameters are added without notice: only known ones are read. */

export type Params = Readonly<Record<string, string | readonly string[]>>;

export type WebhookRead =
  | { readonly kind: 'message'; readonly part: Part }
  | { readonly kind: 'receipt'; readonly receipt: Receipt }
  /** Signed by Twilio and of no kind that is known here. */
  | { readonly kind: 'unknown' };

const maxMedia = 10;
const messageSidForm = /^(SM|MM)[0-9a-fA-F]{32}$/;

/** All parameters, a repeated one as a list: the signature is over each of them. */
export function paramsOf(form: string): Params {
  const params: Record<string, string | string[]> = Object.create(null);
  for (const [name, value] of new URLSearchParams(form)) {
    const before = params[name];
    if (before === undefined) params[name] = value;
    else params[name] = Array.isArray(before) ? [...before, value] : [before, value];
  }
  return params;
}

export function readWebhook(params: Params, config: TwilioConfig, nowMs: number): WebhookRead {
  const sid = textOf(params, 'MessageSid') ?? textOf(params, 'SmsSid') ?? '';
  if (!messageSidForm.test(sid) || textOf(params, 'AccountSid') !== config.accountSid) return { kind: 'unknown' };
  const status = textOf(params, 'MessageStatus') ?? textOf(params, 'SmsStatus');
  if (status !== null && status !== 'received' && status !== 'receiving') {
    return { kind: 'receipt', receipt: receiptOf(sid, status, textOf(params, 'ErrorCode'), nowMs) };
  }
  const from = textOf(params, 'From');
  if (from === null || from === '') return { kind: 'unknown' };
  const carried = {
    sid,
    from,
    to: textOf(params, 'To') ?? '',
    body: textOf(params, 'Body'),
    media: mediaOf(params, config),
    extras: extrasOf(params),
  };
  return { kind: 'message', part: partOf(carried, config, nowMs) };
}

export interface Carried {
  readonly sid: string;
  readonly from: string;
  readonly to: string;
  readonly body: string | null;
  readonly media: readonly { readonly id: string; readonly contentType: string | null }[];
  readonly extras: PartExtras;
}

/** Of a webhook or of the list, so that both have one key. */
export function partOf(carried: Carried, config: TwilioConfig, receivedAtMs: number): Part {
  const { sid, body, media } = carried;
  const attachments = media.map(({ id, contentType }) => ({ id, contentType, bytes: null, sha256: null }));
  const isEmpty = body === null && attachments.length === 0;
  return {
    key: { by: 'id', id: sid },
    receivedAtMs,
    from: normaliseMsisdn(carried.from, config.countryCode),
    to: carried.to === '' ? (config.address ?? '') : carried.to,
    text: isEmpty ? null : (body ?? ''),
    encoding: 'utf8',
    raw: Buffer.from(isEmpty ? JSON.stringify({ MessageSid: sid }) : (body ?? ''), 'utf8'),
    textOffset: 0,
    dataCoding: null,
    concat: null,
    externalId: sid,
    oddity: isEmpty ? 'no_body' : null,
    extras: { ...carried.extras, ...(attachments.length === 0 ? {} : { attachments }) },
  };
}

/** By Twilio's word for where a message stands. */
const receiptStates: ReadonlyMap<string, Receipt['state']> = new Map([
  ['delivered', 'delivered'],
  ['read', 'delivered'],
  ['undelivered', 'undelivered'],
  ['failed', 'undelivered'],
  ['canceled', 'undelivered'],
]);

/** queued, accepted, sending, sent, and what may be added: on its way. */
function receiptOf(sid: string, status: string, errorCode: string | null, atMs: number): Receipt {
  const code = errorCode === null || errorCode === '' ? status : `${status}/${errorCode}`;
  const state = receiptStates.get(status) ?? 'in_transit';
  const optedOut = policyOf(Number(errorCode ?? 0)) === 'withheld';
  return { externalIds: [sid], state, code: code.slice(0, 40), atMs, ...(optedOut ? { optedOut } : {}) };
}

/** Twilio has answered these itself, and what it was told holds for its side. */
const flagOfOptOut: ReadonlyMap<string, string> = new Map([
  ['STOP', 'opt_out'],
  ['START', 'opt_in'],
  ['HELP', 'help'],
]);

function extrasOf(params: Params): PartExtras {
  const flag = flagOfOptOut.get(textOf(params, 'OptOutType') ?? '');
  // An empty text would be zero: a place in the Gulf of Guinea.
  const lat = Number(textOf(params, 'Latitude') || Number.NaN);
  const lon = Number(textOf(params, 'Longitude') || Number.NaN);
  const isPoint = Math.abs(lat) <= 90 && Math.abs(lon) <= 180;
  return { ...(flag === undefined ? {} : { flags: [flag] }), ...(isPoint ? { point: { lat, lon } } : {}) };
}

function mediaOf(params: Params, config: TwilioConfig): Carried['media'] {
  const count = Math.min(Number(textOf(params, 'NumMedia') ?? 0) || 0, maxMedia);
  return Array.from({ length: count }, (_, index) => ({
    id: mediaIdOf(textOf(params, `MediaUrl${index}`) ?? '', config),
    contentType: textOf(params, `MediaContentType${index}`),
  })).flatMap(({ id, contentType }) => (id === null ? [] : [{ id, contentType }]));
}

function textOf(params: Params, name: string): string | null {
  const value = params[name];
  return typeof value === 'string' ? value : (value?.[0] ?? null);
}
