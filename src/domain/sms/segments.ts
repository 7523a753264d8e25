import { countSeptets, isPlain, simplify } from './gsm7.js';

/** How the air interface counts: septets for GSM 03.38, UTF-16 code units for UCS-2. */
interface Capacity {
  readonly alone: number;
  /** What is left beside a 6-octet UDH with an 8-bit reference (3GPP TS 23.040 §9.2.3.24.1). */
  readonly concatenated: number;
}

const capacities: Readonly<Record<SegmentEncoding, Capacity>> = {
  gsm7: { alone: 160, concatenated: 153 },
  ucs2: { alone: 70, concatenated: 67 },
};

export type SegmentEncoding = 'gsm7' | 'ucs2';

export interface SplitText {
  readonly encoding: SegmentEncoding;
  /** The text of each segment, in order; together they are the whole text. Never empty. */
  readonly segments: readonly string[];
}

export interface SplitOptions {
  /** False sends everything as UCS-2: for a peer whose default alphabet cannot carry the text. */
  readonly allowGsm7?: boolean;
}

/**
 * Splits a text as handsets expect it: GSM 03.38 where the text fits it once fancy punctuation is made
 * plain (160 septets, or 153 a segment), else UCS-2 (70 units, or 67). An escape pair, a surrogate pair or
 * a character made of several code points stays in one segment.
 */
export function splitText(text: string, options: SplitOptions = {}): SplitText {
  // Nearly every reply: one look at it instead of three.
  if (options.allowGsm7 !== false && text.length <= capacities.gsm7.alone && isPlain(text)) {
    return { encoding: 'gsm7', segments: [text] };
  }
  const wellFormed = text.toWellFormed();
  const simple = simplify(wellFormed);
  const septets = options.allowGsm7 === false ? null : countSeptets(simple);
  if (septets !== null && septets <= capacities.gsm7.alone) return { encoding: 'gsm7', segments: [simple] };
  if (septets !== null) {
    return { encoding: 'gsm7', segments: fill([...simple], septetsOf, capacities.gsm7) };
  }
  const characters = [...graphemes.segment(wellFormed)].flatMap(({ segment }) => unbroken(segment));
  return { encoding: 'ucs2', segments: fill(characters, unitsOf, capacities.ucs2) };
}

const graphemes = new Intl.Segmenter('und', { granularity: 'grapheme' });

/** A grapheme has no longest length (a letter may carry hundreds of marks): past a segment's size it must break. */
function unbroken(grapheme: string): string[] {
  return grapheme.length <= capacities.ucs2.concatenated ? [grapheme] : [...grapheme];
}

function septetsOf(character: string): number {
  return countSeptets(character) ?? 0;
}

function unitsOf(character: string): number {
  return character.length;
}

function fill(characters: readonly string[], sizeOf: (character: string) => number, capacity: Capacity): string[] {
  const total = characters.reduce((sum, character) => sum + sizeOf(character), 0);
  if (total <= capacity.alone) return [characters.join('')];
  const segments: string[] = [];
  let segment = '';
  let used = 0;
  for (const character of characters) {
    const size = sizeOf(character);
    if (used + size > capacity.concatenated) {
      segments.push(segment);
      segment = '';
      used = 0;
    }
    segment += character;
    used += size;
  }
  return [...segments, segment];
}
