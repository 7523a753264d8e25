import type { Log } from '../../src/ports/log.js';
import type { Facts } from './facts.js';

/** A log that keeps its lines, for what must and what must never be in them. */
export class MemoryLog implements Log {
  readonly lines: string[] = [];
  readonly debug = this.#writer('debug');
  readonly info = this.#writer('info');
  readonly warn = this.#writer('warn');
  readonly error = this.#writer('error');

  /** @param facts told of each line, if given. */
  constructor(private readonly facts: Facts | null = null) {}

  child(): Log {
    return this;
  }

  get text(): string {
    return this.lines.join('\n');
  }

  #writer(level: string): (fields: object, message: string) => void {
    return (fields, message) => {
      this.lines.push(`${level} ${message} ${JSON.stringify(fields)}`);
      this.facts?.changed();
    };
  }
}
