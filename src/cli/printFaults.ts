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
export function printFaults(faults: readonly ConfigFileFault[], { print, colour }: FaultPrinter): void {
  const paint = colour ? colours : plain;
  const rows = faults.map((fault) => ({
    place: `${shortName(fault.file)}:${fault.line}:${fault.column}`,
    key: fault.key === '' ? '-' : fault.key,
    message: fault.message,
  }));
  const placeWidth = widest(rows.map(({ place }) => place));
  const keyWidth = widest(rows.map(({ key }) => key));
  for (const { place, key, message } of rows) {
    print(`${paint.place(place.padEnd(placeWidth))}  ${paint.key(key.padEnd(keyWidth))}  ${message}`);
  }
  print(paint.summary(`${faults.length} ${faults.length === 1 ? 'fault' : 'faults'}`));
}

type Paint = (text: string) => string;

const plain: Readonly<Record<'place' | 'key' | 'summary', Paint>> = {
  place: (text) => text,
  key: (text) => text,
  summary: (text) => text,
};

const colours: typeof plain = {
  place: (text) => `\u001b[36m${text}\u001b[39m`,
  key: (text) => `\u001b[1m${text}\u001b[22m`,
  summary: (text) => `\u001b[31m${text}\u001b[39m`,
};

/** One very long name must not push every message off the screen. */
const widestColumn = 60;

function widest(texts: readonly string[]): number {
  return Math.min(widestColumn, Math.max(0, ...texts.map((text) => text.length)));
}

/** As seen from here, unless that leads up and away. */
function shortName(file: string): string {
  const short = relative('.', file);
  return short === '' || short.startsWith('..') ? file : short;
}
