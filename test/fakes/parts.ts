import { createHash } from 'node:crypto';
import type { Part, PartKey } from '../../src/ports/channel.js';

/** When the tests' first part arrives: a fixed moment, so that no test depends on the day it runs. */
export const startMs = Date.UTC(2026, 10, 21, 2, 30);

export const citizen = '6281234500001';
export const neighbour = '6281234500002';

/** As an adapter without ids of its own makes one: everything that the part says, and nothing of how it came. */
export function contentKey(link: number, ...said: readonly unknown[]): PartKey {
  return { by: 'content', fingerprint: createHash('md5').update(JSON.stringify(said)).digest(), link };
}

export function idKey(id: string): PartKey {
  return { by: 'id', id };
}

let nextId = 1;

/** A whole SMS that no other test part repeats, unless its key is given. */
export function smsPart(given: Partial<Part> = {}): Part {
  const text = given.text === undefined ? 'Lampu jalan padam di kec. Sukasada' : given.text;
  return {
    key: idKey(`part-${nextId++}`),
    receivedAtMs: startMs,
    from: citizen,
    to: '1708',
    text,
    encoding: 'gsm7',
    raw: Buffer.from(text ?? '\u0001\u0002', 'latin1'),
    textOffset: 0,
    dataCoding: 0,
    concat: null,
    externalId: null,
    oddity: null,
    ...given,
  };
}

/** The parts of one long SMS, in order, each with its 6-octet header before the text. */
export function longSms(pieces: readonly string[], reference: number, given: Partial<Part> = {}): Part[] {
  return pieces.map((piece, index) => {
    const header = Buffer.from([5, 0, 3, reference & 0xff, pieces.length, index + 1]);
    return smsPart({
      text: piece,
      raw: Buffer.concat([header, Buffer.from(piece, 'latin1')]),
      textOffset: header.length,
      concat: { reference, total: pieces.length, sequence: index + 1 },
      ...given,
    });
  });
}

/** Something that no decoder reads as text. */
export function binaryPart(given: Partial<Part> = {}): Part {
  const raw = Buffer.from([0x06, 0x05, 0x04, 0x15, 0x82, 0x00, 0x00, 0xff]);
  return smsPart({ text: null, raw, encoding: 'binary', dataCoding: 4, oddity: 'binary', ...given });
}

/** A part that no store can write: a time is a whole number. It stands for any fault within one operation. */
export function unwritablePart(): Part {
  return smsPart({ receivedAtMs: startMs + 0.5 });
}
