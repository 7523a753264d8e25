import { randomOctets } from './randomOctets.js';

const versionAndVariant = { version: 0x70, variant: 0x80 } as const;
const counterMax = 0xfff;

/**
 * Makes UUIDv7 ids (RFC 9562 §5.7) that only grow within one process, so that an index on them is
 * always appended to at its right edge: a random id would dirty one page per row.
 * The 12 bits after the time are a counter (§6.2, method 1); the last 62 bits are random.
 */
export class IdGenerator {
  #lastMs = 0;
  #counter = 0;

  constructor(private readonly nowMs: () => number = Date.now) {}

  /** @returns 16 octets. */
  next(): Buffer {
    this.#advance();
    const id = Buffer.allocUnsafe(16);
    id.writeUIntBE(this.#lastMs, 0, 6);
    id[6] = versionAndVariant.version | (this.#counter >> 8);
    id[7] = this.#counter & 0xff;
    id.set(randomOctets(8), 8);
    id[8] = ((id[8] ?? 0) & 0x3f) | versionAndVariant.variant;
    return id;
  }

  nextText(): string {
    return idToText(this.next());
  }

  /** A clock that steps back, or more than 4,096 ids in one millisecond, borrows from the future. */
  #advance(): void {
    const nowMs = this.nowMs();
    if (nowMs > this.#lastMs) {
      this.#lastMs = nowMs;
      this.#counter = 0;
    } else if (this.#counter < counterMax) {
      this.#counter += 1;
    } else {
      this.#lastMs += 1;
      this.#counter = 0;
    }
  }
}

/** 16 octets to the usual 8-4-4-4-12 form, lower case. */
export function idToText(id: Uint8Array): string {
  return idOfHex(Buffer.from(id.buffer, id.byteOffset, id.byteLength).toString('hex'));
}

/** The same of 32 hexadecimal digits. */
export function idOfHex(digits: string): string {
  const hex = digits.toLowerCase();
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

const textForm = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** @returns 16 octets, or null when the text is no UUID. */
export function idFromText(text: string): Buffer | null {
  return textForm.test(text) ? Buffer.from(text.replaceAll('-', ''), 'hex') : null;
}
