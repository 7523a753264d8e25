import type { PersonalNumberKind } from './names.js';

export interface MaskedText {
  readonly text: string;
  /** Whether anything was masked. */
  readonly found: boolean;
}

type Label = '[NIK/KK]' | '[telepon]' | '[rekening]' | '[BPJS]' | '[email]' | '[nomor]';

const labels: Readonly<Record<PersonalNumberKind, Label>> = {
  identity: '[NIK/KK]',
  phone: '[telepon]',
  account: '[rekening]',
  insurance: '[BPJS]',
};

/** A stretch of the text, and what is put in its place. */
interface Mask {
  readonly start: number;
  readonly end: number;
  readonly label: Label;
}

/**
 * Puts a label in the place of what identifies a person: NIK and KK, numbers of phones, bank accounts and BPJS, e-mail
 * addresses; also where the digits are set apart by blanks or signs. Tracking ids, amounts, dates, coordinates
 * and small numbers stay. In doubt it is masked: the words themselves are kept, sealed, in the raw part.
 *
 * @param cues words that tell what the digits near them are, in small letters.
 */
export function maskPersonalData(text: string, cues: ReadonlyMap<string, PersonalNumberKind>): MaskedText {
  const masks = [...emailMasks(text), ...numberMasks(text, cues)];
  if (masks.length === 0) return { text, found: false };
  masks.sort((one, other) => one.start - other.start);
  let masked = '';
  let from = 0;
  for (const { start, end, label } of masks) {
    // Where two overlap, the first one's label stands for both.
    if (start >= from) masked += text.slice(from, start) + label;
    from = Math.max(from, end);
  }
  return { text: masked + text.slice(from), found: true };
}

/** Lengths are bounded, so that a long text without an end to its address costs no more than its length. */
const emailPattern = /[\p{L}\p{N}._%+-]{1,64}@[\p{L}\p{N}-]{1,63}(?:\.[\p{L}\p{N}-]{1,63}){1,5}/gu;

/** `budi @ gmail.com`, `budi(at)gmail.com`, `budi@gmail,com`: so loose a form must end as an address does. */
const looseEmailPattern =
  /[\p{L}\p{N}._%+-]{1,64} ?(?:@|[([]at[)\]]) ?[\p{L}\p{N}-]{1,63}(?:[.,][\p{L}\p{N}-]{2,20}){0,2}[.,](?:com|net|org|co|id|gov|edu)(?![\p{L}\p{N}])/giu;

const atSign = /@|[([]at[)\]]/i;

function emailMasks(text: string): Mask[] {
  if (!atSign.test(text)) return [];
  return [...text.matchAll(emailPattern), ...text.matchAll(looseEmailPattern)].map((match) => ({
    start: match.index,
    end: match.index + match[0].length,
    label: '[email]',
  }));
}

/**
 * Digits that may belong together: with up to eight blanks and signs between them, whichever they are. People set a NIK
 * apart with `*`, `|` or `:` as well, and copied ones come with signs that nobody sees (U+200B, U+00AD).
 */
const runPattern = /\d+(?:[^\p{L}\p{M}\p{N}]{1,8}\d+)*/gu;
const leastDigits = 8;

function numberMasks(text: string, cues: ReadonlyMap<string, PersonalNumberKind>): Mask[] {
  const digits = withPlainDigits(text);
  const masks: Mask[] = [];
  runPattern.lastIndex = 0;
  for (let match = runPattern.exec(digits); match !== null; match = runPattern.exec(digits)) {
    if (match[0].length < leastDigits) continue;
    const run = { start: match.index, end: match.index + match[0].length };
    masks.push(...runMasks(digits, run, cueNear(digits, run, cues)));
  }
  return masks;
}

const beyondAscii = /[^\p{ASCII}]/u;
const otherDigit = /(?!\d)\p{Nd}/gu;

/** Digits of other scripts as 0 to 9, without moving anything. */
function withPlainDigits(text: string): string {
  if (!beyondAscii.test(text)) return text;
  return text.replace(otherDigit, (digit) => {
    const value = digitValue(digit.codePointAt(0) ?? 0);
    return String(value).padEnd(digit.length, '\u200b');
  });
}

/** Each script's digits stand in a row of ten, from one whose predecessor is no digit. */
function digitValue(codePoint: number): number {
  let value = 0;
  while (value < 9 && /\p{Nd}/u.test(String.fromCodePoint(codePoint - value - 1))) value += 1;
  return value;
}

interface Stretch {
  readonly start: number;
  readonly end: number;
}

/** Digits held together by single signs, such as `12-05-2024` or `1.500.000`; or a group of digits alone. */
interface Unit extends Stretch {
  readonly digits: string;
  /** An amount, a date, a coordinate, a ticket: whole in itself, and part of no longer number. */
  readonly settled: boolean;
  /** `90000`: an amount, unless it stands in the middle of sixteen digits: `51080 11203 90000 2`. */
  readonly round: boolean;
}

const unitPattern = /\d+(?:[./_\u2010-\u2015-]\d+)*/g;

function runMasks(text: string, run: Stretch, cue: PersonalNumberKind | null): Mask[] {
  const units = unitsOf(text, run);
  const masks: Mask[] = [];
  for (let index = 0; index < units.length; ) {
    const { taken, label } = numberAt(units, index, cue, text);
    const [first, last] = [units[index], units[index + taken - 1]];
    if (label !== null && first !== undefined && last !== undefined) {
      masks.push({ start: startWithSign(text, first.start), end: last.end, label });
    }
    index += taken;
  }
  return masks;
}

function unitsOf(text: string, run: Stretch): Unit[] {
  const units: Unit[] = [];
  unitPattern.lastIndex = run.start;
  for (let match = unitPattern.exec(text); match !== null; match = unitPattern.exec(text)) {
    if (match.index >= run.end) break;
    units.push(unitOf(text, match.index, match[0]));
  }
  return units;
}

function unitOf(text: string, start: number, written: string): Unit {
  const digits = written.replace(/\D/g, '');
  const before = text.slice(Math.max(0, start - 4), start);
  const settled = isSettled(written, digits, before);
  return { start, end: start + written.length, digits, settled, round: !settled && roundAmount.test(written) };
}

/** Thousands are set apart with dots; an amount does not begin with 0, and 62.8… is a phone unless `Rp` says otherwise. */
const amount = /^[1-9]\d{0,2}(?:\.\d{3})+$/;
const decimal = /^\d{1,3}\.\d{4,8}$/;
/** `15000000`: without dots, but round. */
const roundAmount = /^[1-9]\d{0,4}0{4,}$/;
const date = /^(?:[0-3]?\d([./-])[01]?\d\1(?:\d{4}|\d{2})|\d{4}-[01]\d-[0-3]\d)$/;
const rupiah = /rp[.\s]?\s?$/i;
const longestAmountDigits = 14;
const longestTicketDigits = 12;

function isSettled(written: string, digits: string, before: string): boolean {
  if (digits.length > longestAmountDigits) return false;
  if (rupiah.test(before)) return true;
  if (/#\s?$/.test(before)) return digits.length <= longestTicketDigits;
  if (date.test(written) || decimal.test(written)) return true;
  return amount.test(written) && !/^62\.8/.test(written);
}

/** What begins at a unit: how many units it takes, and its label where it is to be masked. */
function numberAt(
  units: readonly Unit[],
  index: number,
  cue: PersonalNumberKind | null,
  text: string,
): { taken: number; label: Label | null } {
  const unit = units[index];
  if (unit === undefined || unit.settled) return { taken: 1, label: null };
  const alone = unit.round ? null : labelOf(unit.digits, hasPlus(text, unit.start), cue);
  if (alone !== null) return { taken: 1, label: alone };
  const sixteen = sixteenFrom(openUnits(units, index, ({ settled }) => settled));
  if (sixteen !== null || unit.round) return sixteen ?? { taken: 1, label: null };
  const open = openUnits(units, index, ({ settled, round }) => settled || round);
  const joined = cuedFrom(open, cue) ?? phoneFrom(open, hasPlus(text, unit.start)) ?? landlineFrom(open, text);
  return joined ?? { taken: 1, label: null };
}

/** No number has more groups than digits; a bound, so that a text of nothing but digits costs no more than its length. */
const mostUnits = 20;

function openUnits(units: readonly Unit[], index: number, isEnd: (unit: Unit) => boolean): readonly Unit[] {
  const near = units.slice(index, index + mostUnits);
  const end = near.findIndex(isEnd);
  return end === -1 ? near : near.slice(0, end);
}

const identityDigits = 16;
/** Nothing but accounts, cards and the like is written in so many digits. */
const longNumberDigits = 13;

function labelOf(digits: string, plus: boolean, cue: PersonalNumberKind | null): Label | null {
  if (digits.length < leastDigits) return null;
  if (isPhone(digits, plus)) return labels.phone;
  if (cue !== null && digits.length < identityDigits) return labels[cue];
  if (digits.length === identityDigits) return cue === 'account' ? labels.account : labels.identity;
  if (digits.length === longNumberDigits && digits.startsWith('000')) return labels.insurance;
  return digits.length >= longNumberDigits ? '[nomor]' : null;
}

/** Mobile numbers with and without 0 or 62 before them, land lines with their area code, foreign ones with `+`. */
const phone = /^(?:0[2-9]\d{7,12}|62[2-9]\d{7,11}|8[1-9]\d{8,10}|0062\d{8,12})$/;

function isPhone(digits: string, plus: boolean): boolean {
  return plus ? digits.length <= 15 : phone.test(digits);
}

type Joined = { readonly taken: number; readonly label: Label } | null;

/** `5108 0112 0390 0002` */
function sixteenFrom(open: readonly Unit[]): Joined {
  let digits = 0;
  for (let taken = 1; taken <= open.length && digits < identityDigits; taken += 1) {
    digits += open[taken - 1]?.digits.length ?? 0;
    if (digits !== identityDigits) continue;
    const areOthers = open.slice(0, taken).every((unit) => isYear(unit) || unit.round);
    return areOthers ? null : { taken, label: labels.identity };
  }
  return null;
}

/** `2021 2022 2023 2024` has sixteen digits, too; so have `50000, 100000, 20000`. */
function isYear({ digits }: Unit): boolean {
  return /^(?:19|20)\d\d$/.test(digits);
}

const longestCuedDigits = 20;

/** `rek BRI 1234 01 012345 53 4`: what follows the word and belongs together. */
function cuedFrom(open: readonly Unit[], cue: PersonalNumberKind | null): Joined {
  if (cue === null || cue === 'phone') return null;
  let digits = 0;
  let taken = 0;
  for (const unit of open) {
    if (digits + unit.digits.length > longestCuedDigits) break;
    digits += unit.digits.length;
    taken += 1;
  }
  return digits >= leastDigits ? { taken, label: labels[cue] } : null;
}

/** `0812 3456 7890`, `+62 812-3456-789` */
function phoneFrom(open: readonly Unit[], plus: boolean): Joined {
  if (!plus && !/^(?:08\d|62$|628|8[1-9]\d$)/.test(open[0]?.digits ?? '')) return null;
  let digits = '';
  let found: Joined = null;
  for (let taken = 1; taken <= Math.min(open.length, 6); taken += 1) {
    digits += open[taken - 1]?.digits ?? '';
    if (digits.length > 14) break;
    if (digits.length >= 10 && isPhone(digits, plus)) found = { taken, label: labels.phone };
  }
  return found;
}

/** `(0361) 123456`, `021 5551234` */
function landlineFrom(open: readonly Unit[], text: string): Joined {
  const [area, number] = open;
  if (area === undefined || number === undefined || !/^0[2-79]\d{1,2}$/.test(area.digits)) return null;
  const isNumber = number.digits.length >= 5 && number.digits.length <= 8;
  return isNumber && !text.slice(area.end, number.start).includes(',') ? { taken: 2, label: labels.phone } : null;
}

function hasPlus(text: string, start: number): boolean {
  return text[start - 1] === '+';
}

/** `+62…` goes with its sign. */
function startWithSign(text: string, start: number): number {
  return hasPlus(text, start) ? start - 1 : start;
}

const reachBefore = 40;
const reachAfter = 16;
const wordsBefore = 4;
const wordsAfter = 2;

/** What a word shortly before, or right after, says of the digits: `norek bri a/n Budi 1234567890`, `1234567890 (BCA)`. */
function cueNear(text: string, run: Stretch, cues: ReadonlyMap<string, PersonalNumberKind>): PersonalNumberKind | null {
  const before = lettersOf(text.slice(Math.max(0, run.start - reachBefore), run.start)).slice(-wordsBefore);
  const cue = firstCue(before.reverse(), cues);
  return cue ?? firstCue(lettersOf(text.slice(run.end, run.end + reachAfter)).slice(0, wordsAfter), cues);
}

function firstCue(words: readonly string[], cues: ReadonlyMap<string, PersonalNumberKind>): PersonalNumberKind | null {
  for (const word of words) {
    const cue = cues.get(word);
    if (cue !== undefined) return cue;
  }
  return null;
}

function lettersOf(text: string): string[] {
  return text.toLowerCase().match(/\p{L}+/gu) ?? [];
}
