import pino from 'pino';
import { printable } from '../domain/printable.js';
import type { Log } from '../ports/log.js';
import { type Redaction, scrubber } from './scrub.js';

export { Redaction } from './scrub.js';

export interface LoggerOptions {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly redaction: Redaction;
  /** JSON lines, or lines for a person at a terminal. */
  readonly format: 'json' | 'lines';
  readonly output: Pick<NodeJS.WritableStream, 'write'>;
}

type Fields = Readonly<Record<string, unknown>>;

const formats: Readonly<Record<LoggerOptions['format'], (fields: Fields) => string>> = {
  json: (fields) => JSON.stringify(fields),
  lines: lineForPerson,
};

/**
 * Structured logs without addresses, message texts and secrets. Each line is read back before it leaves, and what is
 * private is taken out of its values: by the field's name, and by a last look at every text. The log is for what is
 * rare, so the second reading costs nothing that matters.
 */
export function createLogger(options: LoggerOptions): Log {
  const scrub = scrubber(options.redaction);
  const format = formats[options.format];
  const destination = {
    write(line: string): void {
      options.output.write(`${format(readBack(line, scrub))}\n`);
    },
  };
  return pino(
    {
      level: options.level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    destination,
  );
}

/** A line that cannot be read back cannot be scrubbed: it stays here, and the log says so. Logging ends no gateway. */
export function readBack(line: string, scrub: (line: string) => Fields): Fields {
  try {
    return scrub(line);
  } catch {
    const time = new Date().toISOString();
    return { level: 'error', time, msg: 'left out a log line that is not JSON', octets: Buffer.byteLength(line) };
  }
}

/** `17:40:05 warn  bind refused channel=indosat status=ESME_RINVPASWD` */
function lineForPerson({ time, level, msg, ...fields }: Fields): string {
  const rest = Object.entries(fields).map(
    ([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  const said = typeof msg === 'string' ? [msg] : [];
  return printable([String(time).slice(11, 19), String(level).padEnd(5), ...said, ...rest].join(' '));
}
