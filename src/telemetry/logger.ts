import { Writable } from 'node:stream';
import pino from 'pino';
import type { Log } from '../ports/log.js';

/** Values that never leave, wherever they turn up. A reload may bring new ones; the old ones stay secrets. */
export class Redaction {
  #spelt: readonly string[] = [];

  constructor(secrets: readonly string[]) {
    this.add(secrets);
  }

  add(secrets: readonly string[]): void {
    // Within JSON a secret appears as JSON spells it.
    const spelt = secrets.filter((secret) => secret !== '').map((secret) => JSON.stringify(secret).slice(1, -1));
    // The longest first: one secret may be the beginning of another.
    this.#spelt = [...new Set([...this.#spelt, ...spelt])].sort((one, other) => other.length - one.length);
  }

  of(line: string): string {
    return this.#spelt.reduce((text, secret) => text.replaceAll(secret, '[secret]'), line);
  }
}

export interface LoggerOptions {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly redaction: Redaction;
  /** JSON lines, or lines for a person at a terminal. */
  readonly format: 'json' | 'lines';
  readonly output: NodeJS.WritableStream;
}

/** Fields that would carry a citizen's address or words, whoever puts them there. */
const privateFields = [
  'from',
  'to',
  'address',
  'msisdn',
  'text',
  'body',
  'shortMessage',
  'raw',
  'title',
  'password',
  'token',
];

/** An Indonesian mobile number in running text; ids and times do not look like one. */
const mobileNumber = /(?<![\w-])(?:\+?62|0)8\d{7,11}(?![\w-])/g;

/** Structured logs without addresses, message texts and secrets: by fields, and by a last look at each line. */
export function createLogger(options: LoggerOptions): Log {
  const scrub = (line: string) => options.redaction.of(line).replace(mobileNumber, '[number]');
  const format = options.format === 'json' ? (line: string) => line : lineForPerson;
  const destination = new Writable({
    decodeStrings: false,
    write(chunk: string | Buffer, _encoding, done) {
      options.output.write(format(scrub(chunk.toString())));
      done();
    },
  });
  return pino(
    {
      level: options.level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: privateFields.flatMap((field) => [field, `*.${field}`]), censor: '[redacted]' },
    },
    destination,
  );
}

/** `17:40:05 warn  bind refused channel=indosat status=ESME_RINVPASWD` */
function lineForPerson(json: string): string {
  const { time, level, msg, ...fields } = JSON.parse(json) as Record<string, unknown>;
  const rest = Object.entries(fields).map(
    ([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  return `${[String(time).slice(11, 19), String(level).padEnd(5), String(msg), ...rest].join(' ')}\n`;
}
