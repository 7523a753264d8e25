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

/** Total: never throws, never reads outside `start` to `end`, which must hold a whole header. */
export function decodePdu(octets: Buffer, start: number, end: number): Decoded {
  const header = {
    commandId: octets.readUInt32BE(start + 4),
    commandStatus: octets.readUInt32BE(start + 8),
    sequenceNumber: octets.readUInt32BE(start + 12),
  };
  const definition = smpp.commandsById[header.commandId];
  if (definition === undefined) return { kind: 'unknown', ...header };
  const { command, params = {} } = definition;
  const body = octets.subarray(start + headerOctets, end);
  const fields: Record<string, FieldValue> = {};
  let offset = 0;
  for (const [name, { type }] of Object.entries(params)) {
    const value = readField(type, body, offset);
    if (value === null) {
      if (isResponse(header.commandId)) break;
      return { kind: 'malformed', command, answer: faultAnswer(type), fields, ...header };
    }
    fields[name] = value;
    offset += type.size(value);
  }
  const tlvs = readTlvs(body, offset);
  if (tlvs.complete || isResponse(header.commandId)) {
    return { kind: 'pdu', command, fields, tlvs: tlvs.values, ...header };
  }
  return { kind: 'malformed', command, answer: commandStatus.ESME_RINVTLVSTREAM, fields, ...header };
}

/**
 * The longest C-octet strings have 65 octets: addresses in data_sm, message ids (SMPP 3.4 §4.7.1, §4.4.2). Peers stretch
 * that; far beyond it is no address, and would be carried about and stored as one.
 */
export const maxStringOctets = 255;

/**
 * @returns null where the value does not end inside the body, or is a string longer than any; the package's readers would
 *   run on or fall short.
 */
function readField(type: FieldType, body: Buffer, offset: number): FieldValue | null {
  if (offset >= body.length) return null;
  try {
    const value = type.read(body, offset);
    if (typeof value === 'string' && value.length > maxStringOctets) return null;
    return offset + type.size(value) > body.length || cutShort(type, body, offset, value) ? null : value;
  } catch {
    return null;
  }
}

function cutShort(type: FieldType, body: Buffer, offset: number, value: FieldValue): boolean {
  return type === smpp.types.buffer && Buffer.isBuffer(value) && value.length !== body[offset];
}

function faultAnswer(type: FieldType): number {
  return type === smpp.types.buffer ? commandStatus.ESME_RINVMSGLEN : commandStatus.ESME_RINVCMDLEN;
}

function readTlvs(body: Buffer, from: number): { values: ReadonlyMap<number, Buffer>; complete: boolean } {
  if (from >= body.length) return { values: noTlvs, complete: true };
  const values = new Map<number, Buffer>();
  let offset = from;
  while (offset + 4 <= body.length) {
    const tag = body.readUInt16BE(offset);
    const next = offset + 4 + body.readUInt16BE(offset + 2);
    if (next > body.length) break;
    if (!values.has(tag)) values.set(tag, body.subarray(offset + 4, next));
    offset = next;
  }
  return { values, complete: offset === body.length };
}

const noTlvs: ReadonlyMap<number, Buffer> = new Map();

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
 * or a short_message over 255 octets would shift what follows, so they throw a RangeError.
 */
export function encodePdu(command: string, options: EncodeOptions): Buffer {
  const { id, params } = layoutOf(command);
  const body = options.commandStatus ? [] : [...piecesOf(params, options), ...tlvPiecesOf(options)];
  const length = body.reduce((sum, { type, value }) => sum + type.size(value), headerOctets);
  // One piece of memory for the whole: one for each field was an eighth of all that the whole way allocates.
  const octets = Buffer.alloc(length);
  octets.writeUInt32BE(length, 0);
  octets.writeUInt32BE(id, 4);
  octets.writeUInt32BE(options.commandStatus ?? 0, 8);
  octets.writeUInt32BE(options.sequenceNumber, 12);
  let offset = headerOctets;
  for (const { type, value } of body) {
    // The package's own writer makes a Buffer of each string before it copies it.
    if (type === smpp.types.cstring && typeof value === 'string') octets.write(value, offset, 'latin1');
    else type.write(value, octets, offset);
    offset += type.size(value);
  }
  return octets;
}

/** A value in its place. */
interface Piece {
  readonly type: FieldType;
  readonly value: FieldValue;
}

interface Param {
  readonly name: string;
  readonly type: FieldType;
  readonly fallback: FieldValue;
}

interface Layout {
  readonly id: number;
  readonly params: readonly Param[];
}

const layouts = new Map<string, Layout>();

function layoutOf(command: string): Layout {
  const known = layouts.get(command);
  if (known !== undefined) return known;
  const definition = smpp.commands[command];
  if (definition === undefined) throw new RangeError(`no such SMPP command: ${command}`);
  const params = Object.entries(definition.params ?? {}).map(([name, { type, default: own }]) => {
    return { name, type, fallback: (own ?? type.default) as FieldValue };
  });
  const layout = { id: definition.id, params };
  layouts.set(command, layout);
  return layout;
}

function piecesOf(params: readonly Param[], { fields = {} }: EncodeOptions): Piece[] {
  return params.map(({ name, type, fallback }) => {
    const value = fields[name] ?? fallback;
    if (typeof value === 'string' && value.includes('\0')) throw new RangeError(`${name} holds a NUL`);
    if (type === smpp.types.buffer && (value as Buffer).length > 255)
      throw new RangeError(`${name} is over 255 octets`);
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
  return { type: smpp.types.int16 as FieldType, value };
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
