import { countSeptets, simplify } from '../../domain/sms/gsm7.js';

/**
 * Makes words that others wrote fit for an SMS of ours: one line, in the GSM 7-bit alphabet. One character
 * outside it would turn the whole text into UCS-2, with 70 characters a segment instead of 160.
 */
export function toGsm7(words: string): string {
  const simple = simplify(words.normalize('NFC'));
  const text = countSeptets(simple) === null ? Array.from(simple, nearestCharacters).join('') : simple;
  return text.replaceAll(/\s+/g, ' ').trim();
}

/** `👍`: a question mark in its place would make a question of `Sudah selesai 👍`. */
const picture = /^[\p{Extended_Pictographic}\p{Emoji_Modifier}\p{Regional_Indicator}]$/u;

/**
 * Without its marks a letter often is in the alphabet (`ç` as `c`). What has no likeness becomes a question mark, so that
 * it is seen that something stood there; pictures are left out.
 */
function nearestCharacters(character: string): string {
  if (countSeptets(character) !== null) return character;
  if (/^\s$/.test(character)) return ' ';
  const bare = simplify(character.normalize('NFKD').replaceAll(/[\p{M}\p{Cf}\p{Cc}]/gu, ''));
  if (countSeptets(bare) !== null) return bare;
  return picture.test(character) ? '' : '?';
}

const ellipsis = '...';

/**
 * @param text within the GSM 7-bit alphabet.
 * @returns at most `maxSeptets` of it, cut between words where that loses little, with `...` where it was cut.
 */
export function cutToSeptets(text: string, maxSeptets: number): string {
  if (septetsOf(text) <= maxSeptets) return text;
  const room = maxSeptets - ellipsis.length;
  if (room < 0) return '';
  const fitting = longestFitting(text, room);
  const space = text[fitting.length] === ' ' ? fitting.length : fitting.lastIndexOf(' ');
  // A word that fills more than half of the room is cut through: to drop it would drop nearly all.
  const kept = space > fitting.length / 2 ? fitting.slice(0, space) : fitting;
  return `${kept.replace(/[\s.,;:-]+$/, '')}${ellipsis}`;
}

function longestFitting(text: string, maxSeptets: number): string {
  let septets = 0;
  let end = 0;
  for (const character of text) {
    septets += septetsOf(character);
    if (septets > maxSeptets) break;
    end += character.length;
  }
  return text.slice(0, end);
}

/** @param text within the GSM 7-bit alphabet. */
export function septetsOf(text: string): number {
  const septets = countSeptets(text);
  if (septets === null) throw new Error('a text outside the GSM 7-bit alphabet was to be measured');
  return septets;
}
