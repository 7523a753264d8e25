import type { ConfigFault, Parsed } from '../ports/config.js';
import type { KeyPath } from './fault.js';
import { type Interpolated, type Interpolation, readAsYaml } from './interpolate.js';

/**
 * Hands the parts of one config tree to those who check them, and gathers what they find wrong.
 *
 * A text that came out of `${…}` is first offered as a text, for a password of digits is still a text. Only
 * where another type is wanted, it is offered as what YAML would have read: so `port: ${PORT}` is a number, and
 * the empty text of `publicUrl: ${PUBLIC_URL:-}` is no value.
 */
export class Sections {
  readonly faults: ConfigFault[];
  readonly #interpolations: ReadonlyMap<string, Interpolation>;
  readonly #rereadPaths = new Set<string>();
  /** What is wrong with a reference is told already; what a check makes of its raw text is noise. */
  readonly #failedPaths: ReadonlySet<string>;

  constructor(private readonly tree: Interpolated) {
    this.faults = [...tree.faults];
    this.#interpolations = new Map(tree.interpolations.map((one) => [nameOf(one.path), one]));
    this.#failedPaths = new Set(tree.faults.map((fault) => nameOf(fault.path)));
  }

  at(path: KeyPath): unknown {
    return path.reduce<unknown>((node, key) => childOf(node, key), this.tree.value);
  }

  /** @returns what `parse` made of the part at `path`; null when it was faulty. */
  parse<Config>(path: KeyPath, raw: unknown, parse: (raw: unknown) => Parsed<Config>): { config: Config } | null {
    const asText = parse(raw);
    if (asText.ok) return { config: asText.config };
    const rereadRaw = this.#reread(path, raw, asText.faults);
    const parsed = rereadRaw === null ? asText : parse(rereadRaw);
    if (parsed.ok) return { config: parsed.config };
    for (const fault of parsed.faults) {
      const full = [...path, ...fault.path];
      if (!this.#failedPaths.has(nameOf(full))) this.faults.push({ path: full, message: fault.message });
    }
    return null;
  }

  fault(path: KeyPath, message: string): void {
    this.faults.push({ path, message });
  }

  /** Everything that came from outside the file and stayed a text: a port number is no secret. */
  secrets(): string[] {
    return this.tree.interpolations
      .filter((one) => !this.#rereadPaths.has(nameOf(one.path)))
      .flatMap((one) => one.secrets);
  }

  /** Everything that came from outside the file: a password may have been put where a number belongs. */
  outsideTexts(): string[] {
    return this.tree.interpolations.flatMap((one) => one.secrets);
  }

  /** A copy of `raw` where refused texts out of `${…}` are read as YAML; null where that changes nothing. */
  #reread(path: KeyPath, raw: unknown, faults: readonly ConfigFault[]): unknown {
    const readings = new Map<string, unknown>();
    for (const fault of faults) {
      const name = nameOf([...path, ...fault.path]);
      const text = this.#interpolations.get(name)?.text;
      const mayBeOther = fault.wrongType === true || text === '';
      const reading = text === undefined || !mayBeOther ? undefined : readAsYaml(text);
      if (reading === undefined) continue;
      readings.set(name, reading);
      this.#rereadPaths.add(name);
    }
    return readings.size === 0 ? null : withReadings(raw, path, readings);
  }
}

function withReadings(node: unknown, path: KeyPath, readings: ReadonlyMap<string, unknown>): unknown {
  const name = nameOf(path);
  if (readings.has(name)) return readings.get(name);
  if (Array.isArray(node)) return node.map((item, index) => withReadings(item, [...path, index], readings));
  if (typeof node !== 'object' || node === null) return node;
  return Object.fromEntries(
    Object.entries(node).map(([key, child]) => [key, withReadings(child, [...path, key], readings)]),
  );
}

function childOf(node: unknown, key: string | number): unknown {
  if (typeof node !== 'object' || node === null || !Object.hasOwn(node, key)) return undefined;
  return (node as Readonly<Record<string | number, unknown>>)[key];
}

function nameOf(path: KeyPath): string {
  return JSON.stringify(path);
}
