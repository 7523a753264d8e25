import smpp, { type FieldType, type FieldValue } from 'smpp';
import { headerOctets } from './frames.js';
import { commandStatus } from './status.js';

/**
 * PDUs to and from octets, by the tables of the `smpp` package but not by its `PDU`: that one reads past a
 * PDU's end, guesses at text, and throws on what it does not like. Here octets stay octets and bad input is data.
 */

export type Fields = Readonly<Record<string, FieldValue>>;

export interface PduHeader {
  readonly commandId: number;
  readonly commandStatus: number;
  readonly sequenceNumber: number;
}

export interface Pdu extends PduHeader {
  readonly kind: 'pdu';
  readonly command: string;
  /** Mandatory parameters. A response may lack any: peers leave bodies out, most of all beside an error. */
  readonly fields: Fields;
  /** Raw values by tag. Of a tag that comes twice, the first counts. */
  readonly tlvs: ReadonlyMap<number, Buffer>;
}

export interface UnknownPdu extends PduHeader {
  readonly kind: 'unknown';
}

export interface MalformedPdu extends PduHeader {
  readonly kind: 'malformed';
  readonly command: string;
  /** The command_status that says what is wrong. */
  readonly answer: number;
  /** Those before the fault. */
  readonly fields: Fields;
}

export type Decoded = Pdu | UnknownPdu | MalformedPdu;

/** Set in the command_id of every response and of generic_nack. */
export const responseBit = 0x8000_0000;

export function isResponse(commandId: number): boolean {
  return commandId >= responseBit;
}

/** A mandatory parameter. */
interface Param {
  readonly name: string;
  readonly type: FieldType;
  readonly fallback: FieldValue;
}

interface Layout {
  readonly id: number;
  readonly command: string;
  readonly params: readonly Param[];
}

/** The package's table of commands; its parameters as lists: to list them anew took half of the time of decoding. */
const layouts: readonly Layout[] = Object.entries(smpp.commands).map(([command, { id, params = {} }]) => {
  const list = Object.entries(params).map(([name, { type, default: own }]): Param => {
    return { name, type, fallback: (own ?? type.default) as FieldValue };
  });
  return { id, command, params: list };
});
const layoutOfCommand: ReadonlyMap<string, Layout> = new Map(layouts.map((layout) => [layout.command, layout]));
const layoutOfId: ReadonlyMap<number, Layout> = new Map(layouts.map((layout) => [layout.id, layout]));

const { int8, cstring, buffer: octetString, int16 } = smpp.types as Readonly<Record<string, FieldType>>;

/** Total: never throws, never reads outside `start` to `end`, which must hold a whole header. */
export function decodePdu(octets: Buffer, start: number, end: number): Decoded {
  const commandId = octets.readUInt32BE(start + 4);
  const status = octets.readUInt32BE(start + 8);
  const sequenceNumber = octets.readUInt32BE(start + 12);
  const layout = layoutOfId.get(commandId);
  if (layout === undefined) return { kind: 'unknown', commandId, commandStatus: status, sequenceNumber };
  const { command, params } = layout;
  const fields: Record<string, FieldValue> = {};
  const malformed = (answer: number): MalformedPdu => {
    return { kind: 'malformed', commandId, commandStatus: status, sequenceNumber, command, answer, fields };
  };
  let offset = start + headerOctets;
  for (const { name, type } of params) {
    const value = readField(type, octets, offset, end);
    if (value === null) {
      if (isResponse(commandId)) break;
      return malformed(faultAnswer(type));
    }
    fields[name] = value;
    offset += type.size(value);
  }
  const tlvs = readTlvs(octets, offset, end);
  if (!tlvs.complete && !isResponse(commandId)) return malformed(commandStatus.ESME_RINVTLVSTREAM);
  return { kind: 'pdu', commandId, commandStatus: status, sequenceNumber, command, fields, tlvs: tlvs.values };
}

/**
 * The longest C-octet strings have 65 octets: addresses in data_sm, message ids (SMPP 3.4 §4.7.1, §4.4.2). Peers stretch
 * that; far beyond it is no address, and would be carried about and stored as one.
 */
export const maxStringOctets = 255;

/** @returns null where the value does not end before `end`, or is a string longer than any. */
function readField(type: FieldType, octets: Buffer, offset: number, end: number): FieldValue | null {
  if (offset >= end) return null;
  if (type === int8) return octets[offset] as number;
  if (type === cstring) return readString(octets, offset, end);
  // The package's readers run on or fall short: they are given no more than the body.
  const body = octets.subarray(offset, end);
  try {
    const value = type.read(body, 0);
    if (typeof value === 'string' && value.length > maxStringOctets) return null;
    return type.size(value) > body.length || cutShort(type, body, value) ? null : value;
  } catch {
    return null;
  }
}

function readString(octets: Buffer, start: number, end: number): string | null {
  let nul = start;
  while (nul < end && octets[nul] !== 0) nul += 1;
  return nul === end || nul - start > maxStringOctets ? null : octets.toString('ascii', start, nul);
}

function cutShort(type: FieldType, body: Buffer, value: FieldValue): boolean {
  return type === octetString && Buffer.isBuffer(value) && value.length !== body[0];
}

function faultAnswer(type: FieldType): number {
  return type === octetString ? commandStatus.ESME_RINVMSGLEN : commandStatus.ESME_RINVCMDLEN;
}

interface Tlvs {
  readonly values: ReadonlyMap<number, Buffer>;
  /** Whether nothing is left behind the last. */
  readonly complete: boolean;
}

const noTlvs: Tlvs = { values: new Map(), complete: true };

function readTlvs(octets: Buffer, from: number, end: number): Tlvs {
  if (from >= end) return noTlvs;
  const values = new Map<number, Buffer>();
  let offset = from;
  while (offset + 4 <= end) {
    const tag = octets.readUInt16BE(offset);
    const next = offset + 4 + octets.readUInt16BE(offset + 2);
    if (next > end) break;
    if (!values.has(tag)) values.set(tag, octets.subarray(offset + 4, next));
    offset = next;
  }
  return { values, complete: offset === end };
}

export interface EncodeOptions {
  readonly sequenceNumber: number;
  readonly commandStatus?: number;
  /** Mandatory parameters; what is left out gets its default. */
  readonly fields?: Fields;
  /** By the package's names, such as `message_payload`. */
  readonly tlvs?: Fields;
}

/**
 * A PDU with an error status has no body. Field values are the caller's duty: a NUL inside a C-octet string
 * or a short_message over 255 octets would shift what follows, so they throw a RangeError. See also `encodeSubmitSm`.
 */
export function encodePdu(command: string, options: EncodeOptions): Buffer {
  const { id, params } = layoutNamed(command);
  const body = options.commandStatus ? [] : [...piecesOf(params, options), ...tlvPiecesOf(options)];
  const length = body.reduce((sum, { type, value }) => sum + type.size(value), headerOctets);
  const octets = Buffer.alloc(length);
  writeHeader(octets, id, options.commandStatus ?? 0, options.sequenceNumber);
  let offset = headerOctets;
  for (const { type, value } of body) {
    type.write(value, octets, offset);
    offset += type.size(value);
  }
  return octets;
}

/** @param octets of the whole PDU. */
export function writeHeader(octets: Buffer, commandId: number, status: number, sequenceNumber: number): void {
  octets.writeUInt32BE(octets.length, 0);
  octets.writeUInt32BE(commandId, 4);
  octets.writeUInt32BE(status, 8);
  octets.writeUInt32BE(sequenceNumber, 12);
}

/** A value in its place. */
interface Piece {
  readonly type: FieldType;
  readonly value: FieldValue;
}

function layoutNamed(command: string): Layout {
  const layout = layoutOfCommand.get(command);
  if (layout === undefined) throw new RangeError(`no such SMPP command: ${command}`);
  return layout;
}

function piecesOf(params: readonly Param[], { fields = {} }: EncodeOptions): Piece[] {
  return params.map(({ name, type, fallback }) => {
    const value = fields[name] ?? fallback;
    if (typeof value === 'string' && value.includes('\0')) throw new RangeError(`${name} holds a NUL`);
    if (type === octetString && (value as Buffer).length > 255) throw new RangeError(`${name} is over 255 octets`);
    return { type, value };
  });
}

function tlvPiecesOf({ tlvs = {} }: EncodeOptions): Piece[] {
  return Object.entries(tlvs).flatMap(([name, value]) => {
    const definition = smpp.tlvs[name];
    if (definition === undefined) throw new RangeError(`no such TLV: ${name}`);
    const { id, type } = definition;
    return [uint16(id), uint16(type.size(value)), { type, value }];
  });
}

function uint16(value: number): Piece {
  return { type: int16 as FieldType, value };
}

/** The tag of a TLV by the package's name for it. Throws on a name it does not have. */
export function tagOf(name: string): number {
  const definition = smpp.tlvs[name];
  if (definition === undefined) throw new RangeError(`no such TLV: ${name}`);
  return definition.id;
}

/** An integer TLV, whatever its width: peers send one octet where two are due, and the other way round. */
export function integerTlv(tlvs: ReadonlyMap<number, Buffer>, tag: number): number | null {
  const value = tlvs.get(tag);
  return value === undefined || value.length === 0 || value.length > 6 ? null : value.readUIntBE(0, value.length);
}

/** A string TLV, with or without the NUL that should end it. */
export function textTlv(tlvs: ReadonlyMap<number, Buffer>, tag: number): string | null {
  const value = tlvs.get(tag);
  if (value === undefined) return null;
  const nul = value.indexOf(0);
  return value.toString('latin1', 0, nul === -1 ? value.length : nul);
}
