/**
 * Arrays as PostgreSQL takes them in binary parameters (its source, `array_recv`): dimensions, whether there are nulls, the
 * type of the elements; the elements' number and the index of the first; then each element with its length before it.
 * Numbers are big-endian. The server reads this for half of what it takes to read an array's text, letter by letter.
 */

export type ArrayType = 'bigint' | 'integer' | 'text' | 'bytea' | 'uuid' | 'boolean';

/** Of PostgreSQL's own types: fixed numbers (`pg_type.dat`). */
const oids: Readonly<Record<ArrayType, number>> = {
  boolean: 16,
  bytea: 17,
  bigint: 20,
  integer: 23,
  text: 25,
  uuid: 2950,
};

const headerOctets = 20;
const lengthOctets = 4;
const nullLength = -1;
/** Of a UTF-16 unit in UTF-8. */
const octetsPerUnitMax = 3;

interface Writer {
  /** At most, of one that is not null. */
  octetsOf(value: unknown): number;
  /** @returns how many octets it wrote. */
  write(array: Buffer, offset: number, value: unknown): number;
}

const writers: Readonly<Record<ArrayType, Writer>> = {
  bigint: {
    octetsOf: () => 8,
    write(array, offset, value) {
      const number = value as number;
      if (!Number.isSafeInteger(number)) throw misfit('bigint');
      array.writeInt32BE(Math.floor(number / 2 ** 32), offset);
      array.writeUInt32BE(number >>> 0, offset + 4);
      return 8;
    },
  },
  integer: {
    octetsOf: () => 4,
    write(array, offset, value) {
      if (((value as number) | 0) !== value) throw misfit('integer');
      array.writeInt32BE(value as number, offset);
      return 4;
    },
  },
  boolean: {
    octetsOf: () => 1,
    write(array, offset, value) {
      array[offset] = value === true ? 1 : 0;
      return 1;
    },
  },
  text: {
    octetsOf: (value) => (value as string).length * octetsPerUnitMax,
    write: (array, offset, value) => array.write(value as string, offset, 'utf8'),
  },
  bytea: {
    octetsOf: (value) => (value as Buffer).length,
    write: (array, offset, value) => (value as Buffer).copy(array, offset),
  },
  uuid: {
    octetsOf: () => 16,
    write(array, offset, value) {
      if (Buffer.isBuffer(value)) return value.copy(array, offset, 0, 16);
      return array.write((value as string).replaceAll('-', ''), offset, 16, 'hex');
    },
  },
};

/**
 * @param values null and undefined are NULL; a bigint is a number, whole and below 2^53; a uuid is a text or 16 octets.
 * @throws TypeError on a number that is not whole or does not fit.
 */
export function binaryArray(type: ArrayType, values: readonly unknown[]): Buffer {
  const writer = writers[type];
  const array = Buffer.allocUnsafe(headerOctets + octetsAtMost(writer, values));
  let hasNulls = 0;
  let offset = headerOctets;
  for (const value of values) {
    const start = offset + lengthOctets;
    if (value === null || value === undefined) {
      hasNulls = 1;
      array.writeInt32BE(nullLength, offset);
      offset = start;
    } else {
      const octets = writer.write(array, start, value);
      array.writeInt32BE(octets, offset);
      offset = start + octets;
    }
  }
  // An empty array has no dimensions at all.
  array.writeInt32BE(values.length === 0 ? 0 : 1, 0);
  array.writeInt32BE(hasNulls, 4);
  array.writeInt32BE(oids[type], 8);
  if (values.length === 0) return array.subarray(0, 12);
  array.writeInt32BE(values.length, 12);
  array.writeInt32BE(1, 16);
  return array.subarray(0, offset);
}

function octetsAtMost(writer: Writer, values: readonly unknown[]): number {
  let octets = values.length * lengthOctets;
  for (const value of values) if (value !== null && value !== undefined) octets += writer.octetsOf(value);
  return octets;
}

/** Without the value: it may be what a citizen wrote. */
function misfit(type: ArrayType): TypeError {
  return new TypeError(`a number does not fit into ${type}`);
}
