import { styleText } from 'node:util';
import { InvalidArgumentError } from 'commander';

/** Where a command that plays a citizen writes, and what ends its `--follow`. */
export interface Terminal {
  write(text: string): void;
  readonly hasColour: boolean;
  /** Fires on Ctrl-C. Called only when the command is about to wait for it. */
  interrupted(): AbortSignal;
}

export const processTerminal: Terminal = {
  write: (text) => void process.stdout.write(text),
  get hasColour() {
    return process.stdout.isTTY && process.stdout.hasColors();
  },
  interrupted: () => {
    const interrupt = new AbortController();
    process.once('SIGINT', () => interrupt.abort());
    return interrupt.signal;
  },
};

/** Who says something, with details, and under it what. */
export function said(who: string, details: string, text: string, { hasColour }: Terminal): string {
  const heading = hasColour ? `${styleText('bold', who)} ${styleText('dim', `(${details})`)}` : `${who} (${details})`;
  return `${heading}\n${text.replaceAll(/^/gm, '  ')}\n\n`;
}

/** For commander: whole seconds. */
export function seconds(given: string): number {
  if (/^\d{1,4}$/.test(given)) return Number(given);
  throw new InvalidArgumentError('Expected whole seconds.');
}
