import { randomOctets } from './randomOctets.js';

/** 16 letters of 5 bits: nobody guesses one, and 80 bits never meet by chance. */
const randomLetters = 16;
/** Seconds of the Unix clock in 7 letters of 5 bits: until the year 3058. */
const timeLetters = 7;
/** In ascending order, so that a later second is a greater text. */
const base32 = '0123456789abcdefghjkmnpqrstvwxyz';

/**
 * A pseudonym for a sender: random, so that nobody gets from it to an address without the table of senders.
 *
 * It begins with the second at which the sender first wrote, which the first report tells as well. So an index on refs is
 * appended to at its right edge; wholly random ones cost a page for each citizen who writes for the first time, and
 * after an appeal on television nearly all do.
 */
export function newSenderRef(nowMs: number): string {
  let ref = '';
  let seconds = Math.floor(nowMs / 1000);
  for (let letter = 0; letter < timeLetters; letter += 1) {
    ref = base32[seconds % 32] + ref;
    seconds = Math.floor(seconds / 32);
  }
  for (const byte of randomOctets(randomLetters)) ref += base32[byte & 31];
  return `s_${ref}`;
}
