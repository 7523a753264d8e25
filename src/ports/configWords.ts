import type * as z from 'zod';
import { nearestWord } from '../domain/nearestWord.js';

/**
 * Words for what is wrong with a config value: what was found and what was expected. A text that was found is
 * never repeated, because any text in a config may be a secret; numbers and kinds are.
 */
export function describeIssue(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined
        ? `missing; expected ${typeWord(issue.expected)}`
        : `expected ${typeWord(issue.expected)}, found ${found(issue.input)}`;
    case 'invalid_value':
      return describeChoice(issue.values, issue.input);
    case 'too_small':
      return describeSize('at least', issue.origin, Number(issue.minimum), issue.inclusive !== false, issue.input);
    case 'too_big':
      return describeSize('at most', issue.origin, Number(issue.maximum), issue.inclusive !== false, issue.input);
    case 'invalid_union':
      return describeUnion(issue);
    case 'invalid_key':
      return `not a fit name: ${issue.issues.map((reason) => reason.message).join('; ')}`;
    case 'invalid_format':
      return formatWords[issue.format];
    default:
      return undefined;
  }
}

/** Whether no value of the type that was found would do. */
export function isTypeIssue(issue: z.core.$ZodIssue): boolean {
  if (issue.code === 'invalid_union') return issue.errors.every((form) => form.length === 1 && form.every(isTypeIssue));
  if (issue.code === 'invalid_value') return issue.values.every((value) => typeof value !== 'string');
  return issue.code === 'invalid_type';
}

/** A longer list helps nobody; the reference has it. */
const mostKeysTold = 12;

/** For a key that no schema knows, with the one that was perhaps meant. */
export function unknownKey(key: string, known: readonly string[]): string {
  const near = nearestWord(key, known);
  if (near !== null) return `unknown key \`${key}\`; did you mean \`${near}\`?`;
  const tellsKnown = known.length > 0 && known.length <= mostKeysTold;
  return `unknown key \`${key}\`${tellsKnown ? `; known here: ${known.join(', ')}` : ''}`;
}

/** `a`, `b` or `c`. */
export function alternatives(names: readonly string[]): string {
  const quoted = names.map((name) => `\`${name}\``);
  return quoted.length < 2 ? quoted.join('') : `${quoted.slice(0, -1).join(', ')} or ${quoted.at(-1)}`;
}

const typeWords: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: '`true` or `false`',
  array: 'a list',
  object: 'a block of keys',
  record: 'a block of keys',
};

const formatWords: Readonly<Record<string, string>> = {
  url: 'expected a URL such as https://gateway.example.go.id',
};

function typeWord(type: string): string {
  return typeWords[type] ?? type;
}

function found(input: unknown): string {
  if (input === null) return 'nothing';
  if (typeof input === 'number') return String(input);
  if (typeof input === 'string') return 'a text';
  if (Array.isArray(input)) return 'a list';
  return typeof input === 'boolean' ? `\`${input}\`` : 'a block of keys';
}

function describeChoice(values: readonly unknown[], input: unknown): string {
  const names = values.map(String);
  const near = typeof input === 'string' ? nearestWord(input, names) : null;
  const expected = `expected ${alternatives(names)}`;
  if (near !== null) return `${expected}; did you mean \`${near}\`?`;
  return input === undefined ? `missing; ${expected}` : `${expected}, found ${otherThan(input)}`;
}

function otherThan(input: unknown): string {
  return typeof input === 'string' ? 'another text' : found(input);
}

const countedThings: Readonly<Record<string, string>> = {
  string: 'characters',
  array: 'entries',
  object: 'entries',
  record: 'entries',
};

function describeSize(bound: string, origin: string, limit: number, inclusive: boolean, input: unknown): string {
  const things = countedThings[origin];
  if (things === undefined) {
    const limitWords = inclusive ? `${bound} ${limit}` : `${bound === 'at least' ? 'more' : 'less'} than ${limit}`;
    return `expected ${limitWords}, found ${found(input)}`;
  }
  const size = sizeOf(input);
  const expected =
    limit === 1 && bound === 'at least' ? 'expected something here' : `expected ${bound} ${limit} ${things}`;
  return size === 0 ? `empty; ${expected}` : `${expected}, found ${size}`;
}

function sizeOf(input: unknown): number {
  if (typeof input === 'string' || Array.isArray(input)) return input.length;
  return typeof input === 'object' && input !== null ? Object.keys(input).length : 0;
}

/** Where every form was refused for its type, the types say it all; else the first form is the usual one. */
function describeUnion(issue: z.core.$ZodRawIssue<z.core.$ZodIssueInvalidUnion>): string {
  const first = issue.errors.map((form) => form[0]).filter((reason) => reason !== undefined);
  const types = first.flatMap((reason) => (reason.code === 'invalid_type' ? [typeWord(reason.expected)] : []));
  if (types.length === first.length && types.length > 0) {
    const expected = `expected ${types.join(' or ')}`;
    return issue.input === undefined ? `missing; ${expected}` : `${expected}, found ${found(issue.input)}`;
  }
  return first[0]?.message ?? 'matches none of the forms that are allowed here';
}
