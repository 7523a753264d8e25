import { relative } from 'node:path';
import type { ConfigFileFault } from '../config/fault.js';

export interface FaultPrinter {
  /** Writes one line. */
  readonly print: (line: string) => void;
  /** Whether the lines go to a terminal, which shows colours. */
  readonly colour: boolean;
}

/** The exit code for a config that cannot be run. */
export const badConfigExitCode = 2;

/** Prints each fault as `file:line:column  key  message`, in columns, and how many there are. */
export function printFaults(faults: readonly ConfigFileFault[], printer: FaultPrinter): void {
  printFindings(faults, ['fault', 'faults'], printer);
}

/** The same for what stops nothing. */
export function printWarnings(warnings: readonly ConfigFileFault[], printer: FaultPrinter): void {
  if (warnings.length > 0) printFindings(warnings, ['warning', 'warnings'], printer);
}

type Counted = readonly [one: 'fault' | 'warning', many: 'faults' | 'warnings'];

function printFindings(found: readonly ConfigFileFault[], [one, many]: Counted, { print, colour }: FaultPrinter): void {
  const paint = colour ? colours : plain;
  const rows = found.map((fault) => ({
    place: `${shortName(fault.file)}:${fault.line}:${fault.column}`,
    key: fault.key === '' ? '-' : fault.key,
    message: one === 'warning' ? `warning: ${fault.message}` : fault.message,
  }));
  const placeWidth = widest(rows.map(({ place }) => place));
  const keyWidth = widest(rows.map(({ key }) => key));
  for (const { place, key, message } of rows) {
    print(`${paint.place(place.padEnd(placeWidth))}  ${paint.key(key.padEnd(keyWidth))}  ${message}`);
  }
  print(paint[one](`${found.length} ${found.length === 1 ? one : many}`));
}

type Paint = (text: string) => string;

const plain: Readonly<Record<'place' | 'key' | 'fault' | 'warning', Paint>> = {
  place: (text) => text,
  key: (text) => text,
  fault: (text) => text,
  warning: (text) => text,
};

const colours: typeof plain = {
  place: (text) => `\u001b[36m${text}\u001b[39m`,
  key: (text) => `\u001b[1m${text}\u001b[22m`,
  fault: (text) => `\u001b[31m${text}\u001b[39m`,
  warning: (text) => `\u001b[33m${text}\u001b[39m`,
};

/** One very long name must not push every message off the screen. */
const widestColumn = 60;

function widest(texts: readonly string[]): number {
  return Math.min(widestColumn, Math.max(0, ...texts.map((text) => text.length)));
}

/** A file's name as seen from here, unless that leads up and away. */
export function shortName(file: string): string {
  const short = relative('.', file);
  return short === '' || short.startsWith('..') ? file : short;
}
