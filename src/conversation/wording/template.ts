import { IntlMessageFormat } from 'intl-messageformat';
import { countSeptets, simplify } from '../../domain/sms/gsm7.js';
import type { ArgumentName } from './texts.js';

export type Values = Readonly<Partial<Record<ArgumentName, string>>>;

/** A text in pieces: words as they stand, and places where an argument is put. */
export type Form = readonly ({ readonly text: string } | { readonly argument: ArgumentName })[];

/** The part of the library's syntax tree that we read: https://formatjs.github.io/docs/icu-messageformat-parser */
interface Element {
  readonly type: number;
  readonly value?: string;
  readonly options?: Readonly<Record<string, { readonly value: readonly Element[] }>>;
}

const elementTypes = { literal: 0, argument: 1, select: 5 } as const;

const linkPattern = /\S+:\/\/\S*|[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)*\.\p{L}{2,}[^\s.,;]*/gu;

/** An ICU message of literals, `{argument}` and `{argument, select, …}`. */
export class Template {
  readonly #elements: readonly Element[];
  /** Without a select, joining the pieces takes a tenth of the 600 ns that the library's `format` takes. */
  readonly #plain: boolean;
  readonly #message: IntlMessageFormat;

  /** @throws SyntaxError where the text is no ICU message. */
  constructor(text: string, language: string) {
    this.#message = new IntlMessageFormat(text, language, undefined, { ignoreTag: true });
    this.#elements = this.#message.getAst();
    this.#plain = this.#elements.every(({ type }) => type === elementTypes.literal || type === elementTypes.argument);
  }

  render(values: Values): string {
    if (!this.#plain) return String(this.#message.format({ ...values }));
    let text = '';
    for (const { type, value = '' } of this.#elements) {
      text += type === elementTypes.literal ? value : (values[value as ArgumentName] ?? '');
    }
    return text;
  }

  /** The names of all arguments, those of other ICU forms included. */
  argumentNames(): ReadonlySet<string> {
    const names = new Set<string>();
    walk(this.#elements, ({ type, value = '' }) => {
      if (type !== elementTypes.literal) names.add(value);
    });
    return names;
  }

  /** What the text is made of, in each of its forms: a select gives one form for each option. */
  forms(): readonly Form[] {
    return formsOf(this.#elements);
  }

  /** Whether it uses ICU forms that are not taken, such as `{n, plural, …}`: all our values are texts. */
  usesOtherForms(): boolean {
    const known: readonly number[] = Object.values(elementTypes);
    let others = false;
    walk(this.#elements, ({ type }) => {
      others ||= !known.includes(type);
    });
    return others;
  }

  /** The characters that no GSM-7 text may hold, each once, with what could stand instead, if anything is known. */
  foreignCharacters(): ReadonlyMap<string, string | null> {
    const foreign = new Map<string, string | null>();
    walk(this.#elements, ({ type, value = '' }) => {
      if (type !== elementTypes.literal) return;
      for (const character of value) {
        if (countSeptets(character) !== null) continue;
        const instead = simplify(character);
        foreign.set(character, countSeptets(instead) === null ? null : instead);
      }
    });
    return foreign;
  }

  /** What a phone or a post would make a link of, each once: `https://…`, and any words with a dot and no blank between. */
  links(): ReadonlySet<string> {
    const links = new Set<string>();
    walk(this.#elements, ({ type, value = '' }) => {
      if (type !== elementTypes.literal) return;
      for (const [link] of value.matchAll(linkPattern)) links.add(link);
    });
    return links;
  }

  /** The most septets that the text can take when each argument takes as many as `worst` says. */
  worstSeptets(worst: Readonly<Record<ArgumentName, number>>): number {
    return worstOf(this.#elements, worst);
  }
}

function formsOf(elements: readonly Element[]): readonly Form[] {
  return elements.reduce<readonly Form[]>(
    (forms, { type, value = '', options = {} }) => {
      const piece = type === elementTypes.literal ? { text: value } : { argument: value as ArgumentName };
      const ways =
        type === elementTypes.select ? Object.values(options).flatMap((option) => formsOf(option.value)) : [[piece]];
      return forms.flatMap((form) => ways.map((way) => [...form, ...way]));
    },
    [[]],
  );
}

function worstOf(elements: readonly Element[], worst: Readonly<Record<ArgumentName, number>>): number {
  return elements.reduce((septets, { type, value = '', options = {} }) => {
    if (type === elementTypes.literal) return septets + (countSeptets(value) ?? value.length);
    if (type === elementTypes.argument) return septets + (worst[value as ArgumentName] ?? 0);
    return septets + Math.max(0, ...Object.values(options).map((option) => worstOf(option.value, worst)));
  }, 0);
}

function walk(elements: readonly Element[], visit: (element: Element) => void): void {
  for (const element of elements) {
    visit(element);
    for (const option of Object.values(element.options ?? {})) walk(option.value, visit);
  }
}
