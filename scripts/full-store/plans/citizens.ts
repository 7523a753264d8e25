import { createHash } from 'node:crypto';
import type { Part } from '../../../src/ports/channel.js';
import { numberSpread } from '../fill/recipe.js';

const numbers = 100_000_000;

/** The address of a stored sender who has a telephone, by number: not one of the twentieths. */
export function storedAddress(sender: number): string {
  return `62812${String((sender * numberSpread) % numbers).padStart(8, '0')}`;
}

/** Somebody whom no filling knows. */
export function strangerAddress(number: number): string {
  return `62899${String(number).padStart(8, '0')}`;
}

/** An SMS as the SMPP channel hands it over: without an id, known by all that it says. */
export function sms(from: string, text: string, receivedAtMs: number, given: Partial<Part> = {}): Part {
  const fingerprint = createHash('md5')
    .update(`${from} ${text} ${given.concat?.sequence ?? 0}`)
    .digest();
  return {
    key: { by: 'content', fingerprint, link: 1 },
    receivedAtMs,
    from,
    to: '1708',
    text,
    encoding: 'gsm7',
    raw: Buffer.from(text, 'latin1'),
    textOffset: 0,
    dataCoding: 0,
    concat: null,
    externalId: null,
    oddity: null,
    ...given,
  };
}

/** A post on X, which its peer names. */
export function post(from: string, externalId: string, receivedAtMs: number, given: Partial<Part> = {}): Part {
  return sms(from, `@lapor1708 lampu padam ${externalId}`, receivedAtMs, {
    key: { by: 'id', id: externalId },
    externalId,
    to: 'lapor1708',
    ...given,
  });
}

/** The parts of one long SMS. */
export function longSms(from: string, pieces: readonly string[], reference: number, receivedAtMs: number): Part[] {
  return pieces.map((piece, index) =>
    sms(from, piece, receivedAtMs, { concat: { reference, total: pieces.length, sequence: index + 1 } }),
  );
}
