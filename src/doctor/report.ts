import { styleText } from 'node:util';
import { printable, printableJson } from '../domain/printable.js';
import type { Stage } from '../ports/diagnosis.js';
import { type DoctorLanguage, type DoctorTexts, tell } from './texts.js';

/** How the doctor's findings are put on paper. */
export interface Report {
  channel(id: string, kind: string): void;
  stage(id: string, stage: Stage): void;
  /** The channel's adapter has no live test. */
  untestable(id: string): void;
  end(failed: readonly string[]): void;
}

type Print = (line: string) => void;

/**
 * For a person: one line a stage, and under a failure what is likely and what to do. What is told may quote the peer, as the
 * name that an SMSC gives itself.
 */
export class LineReport implements Report {
  constructor(
    private readonly texts: DoctorTexts,
    private readonly language: DoctorLanguage,
    private readonly print: Print,
    private readonly hasColour: boolean,
  ) {}

  channel(id: string, kind: string): void {
    this.print(`${this.#paint('bold', id)} (${kind})`);
  }

  stage(_id: string, stage: Stage): void {
    const { title, what, causes, remedies } = tell(stage, this.texts);
    const mark = this.texts.frame[stage.result].padEnd(this.#markWidth);
    const time = stage.result === 'waiting' ? '' : `${stage.elapsedMs} ms`;
    this.print(
      `  ${this.#paint(colourOf[stage.result], mark)}  ${title.padEnd(this.#titleWidth)}  ${time.padStart(8)}  ${printable(`${stage.target}  ${what}`)}`,
    );
    const meaning = stage.meaning?.[this.language];
    if (meaning !== undefined) this.print(`      ${this.texts.frame.meaning} ${printable(meaning)}`);
    this.#list(this.texts.frame.causes, causes);
    this.#list(this.texts.frame.remedies, remedies);
  }

  untestable(id: string): void {
    this.print(`${this.#paint('bold', id)}  ${this.texts.frame.untestable}`);
  }

  end(failed: readonly string[]): void {
    const { allWell, someFailed } = this.texts.frame;
    if (failed.length === 0) this.print(this.#paint('green', allWell));
    else this.print(this.#paint('red', `${someFailed} ${failed.join(', ')}`));
  }

  get #titleWidth(): number {
    return Math.max(...Object.values(this.texts.stages).map(({ title }) => title.length));
  }

  get #markWidth(): number {
    const { passed, failed, skipped, waiting } = this.texts.frame;
    return Math.max(...[passed, failed, skipped, waiting].map(({ length }) => length));
  }

  #list(heading: string, items: readonly string[]): void {
    if (items.length === 0) return;
    this.print(`      ${this.#paint('bold', heading)}`);
    for (const item of items) this.print(`      - ${printable(item)}`);
  }

  #paint(style: Colour, text: string): string {
    return this.hasColour ? styleText(style, text, { validateStream: false }) : text;
  }
}

type Colour = 'bold' | 'green' | 'red' | 'yellow' | 'cyan';

const colourOf: Readonly<Record<Stage['result'], Colour>> = {
  passed: 'green',
  failed: 'red',
  skipped: 'yellow',
  waiting: 'cyan',
};

/** For a program: one JSON object a line, a stage each, and a last one with the outcome. */
export class JsonReport implements Report {
  constructor(
    private readonly texts: DoctorTexts,
    private readonly language: DoctorLanguage,
    private readonly print: Print,
  ) {}

  channel(): void {
    // Each stage names its channel.
  }

  stage(id: string, stage: Stage): void {
    const { what, causes, remedies } = tell(stage, this.texts);
    const { name, target, result, elapsedMs, facts, reason } = stage;
    const meaning = stage.meaning?.[this.language] ?? null;
    const told = {
      channel: id,
      stage: name,
      target,
      result,
      elapsedMs,
      reason,
      what,
      meaning,
      causes,
      remedies,
      facts,
    };
    this.print(printableJson(told));
  }

  untestable(id: string): void {
    this.print(JSON.stringify({ channel: id, result: 'untestable' }));
  }

  end(failed: readonly string[]): void {
    this.print(JSON.stringify({ ok: failed.length === 0, failed }));
  }
}
