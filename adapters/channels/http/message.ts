import { createHash, randomInt } from 'node:crypto';
import { normaliseMsisdn } from '../../../src/domain/sms/msisdn.js';
import type { Part, PartKey } from '../../../src/ports/channel.js';
import type { HttpConfig } from './config.js';
import type { Fields } from './fields.js';
import { type ReadText, readText } from './text.js';

/** From the fields of a request to the part that it is. */

export type MessageRead =
  | { readonly kind: 'part'; readonly part: Part }
  /** The mapping does not fit the request: which field was looked for under which names. */
  | { readonly kind: 'incomplete'; readonly message: string };

type Reading = Pick<HttpConfig, 'inbound' | 'address' | 'countryCode'>;

/** Longer than any number or name, so that a body in the wrong field is not taken for a sender. */
const addressMaxOctets = 64;
const idMaxOctets = 200;
const fingerprintOctets = 16;
const linkMax = 2 ** 47;

export function readMessage(fields: Fields, config: Reading, receivedAtMs: number): MessageRead {
  const { fields: named } = config.inbound;
  const look = (wanted: readonly string[] | undefined) => firstOf(fields, wanted);
  const sender = look(named.from)?.toString('utf8').trim() ?? '';
  const text = look(named.text);
  if (sender === '') return incomplete('the sender', named.from);
  if (Buffer.byteLength(sender) > addressMaxOctets) return incomplete('a sender of ordinary length', named.from);
  if (text === undefined) return incomplete('the text', named.text);
  const dataCoding = dataCodingOf(look(named.dcs), look(named.coding));
  const udh = look(named.udh) ?? null;
  const udhInText = (numberOf(look(named.udhLength)) ?? 0) > 0;
  const read = readText({
    text,
    isHex: isHex(config.inbound.hexText, dataCoding, udh !== null && udh.length > 0, udhInText),
    charset: look(named.charset)?.toString('latin1') || config.inbound.charset,
    dataCoding,
    udh,
    udhInText,
  });
  const from = normaliseMsisdn(sender, config.countryCode);
  const to = look(named.to)?.toString('utf8').trim().slice(0, addressMaxOctets) || config.address;
  const externalId = look(named.id)?.toString('utf8').slice(0, idMaxOctets) || null;
  const part: Part = {
    key: keyOf(externalId, from, to, read),
    receivedAtMs,
    from,
    to,
    text: read.text,
    encoding: read.encoding,
    raw: read.raw,
    textOffset: read.udh.octets,
    dataCoding,
    concat: read.udh.concat,
    externalId,
    oddity: read.oddity,
  };
  return { kind: 'part', part };
}

/** The first of these fields that a request has. */
export function firstOf(fields: Fields, names: readonly string[] | undefined): Buffer | undefined {
  for (const name of names ?? []) {
    const value = fields.get(name);
    if (value !== undefined) return value;
  }
  return undefined;
}

function incomplete(what: string, names: readonly string[]): MessageRead {
  return { kind: 'incomplete', message: `the request lacks ${what}: expected a field ${names.join(' or ')}` };
}

function isHex(mode: HttpConfig['inbound']['hexText'], dataCoding: number | null, hasUdh: boolean, udhInText: boolean) {
  if (mode !== 'when_not_plain') return mode === 'always';
  return hasUdh || udhInText || (dataCoding !== null && dataCoding !== 0);
}

/** By Kannel's coding. */
const dataCodings = [0, 4, 8] as const;

function dataCodingOf(dcs: Buffer | undefined, coding: Buffer | undefined): number | null {
  const given = numberOf(dcs);
  if (given !== null && given <= 0xff) return given;
  return dataCodings[numberOf(coding) ?? -1] ?? null;
}

function numberOf(octets: Buffer | undefined): number | null {
  const digits = octets?.toString('latin1').trim() ?? '';
  return /^\d{1,4}$/.test(digits) ? Number(digits) : null;
}

/**
 * Parts of a long text share an id with some aggregators, so it alone would make the second part a redelivery. Without
 * an id each request is a link of its own: an equal one that follows before this is settled is taken for a redelivery.
 */
function keyOf(externalId: string | null, from: string, to: string, { raw, udh }: ReadText): PartKey {
  if (externalId !== null) {
    return { by: 'id', id: udh.concat === null ? externalId : `${externalId} part ${udh.concat.sequence}` };
  }
  const said = createHash('sha256').update(`${from}\0${to}\0`).update(raw).digest();
  return { by: 'content', fingerprint: said.subarray(0, fingerprintOctets), link: randomInt(linkMax) };
}
