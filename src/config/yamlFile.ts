import { readFileSync, statSync } from 'node:fs';
import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  visit,
} from 'yaml';
import { type ConfigFileFault, type KeyPath, keyName } from './fault.js';
import { fileReason } from './fileReason.js';
import { yamlFaultWords } from './yamlWords.js';

/** A config is some kilobytes; whatever is this large was named by mistake. */
const largestFileBytes = 1024 * 1024;

export type YamlRead =
  | { readonly ok: true; readonly yaml: YamlFile }
  | { readonly ok: false; readonly faults: readonly ConfigFileFault[] };

/** A YAML file that knows on which line each of its keys stands. */
export class YamlFile {
  /** Plain objects, arrays and scalars; null for an empty file. */
  readonly value: unknown;

  constructor(
    readonly file: string,
    private readonly source: string,
    private readonly document: Document,
    private readonly lines: LineCounter,
  ) {
    this.value = document.toJS();
  }

  /** A fault at a key. Where the key itself is missing, it stands at the innermost block that is there. */
  fault(path: KeyPath, message: string): ConfigFileFault {
    return this.#faultAtOffset(this.#locate(path).offset, path, message);
  }

  /** A fault at `words` inside the text of a key, for a text may run over several lines. */
  faultInText(path: KeyPath, words: string, message: string): ConfigFileFault {
    const { offset, node } = this.#locate(path);
    const [start, end] = node?.range ?? [offset, offset];
    const within = this.source.slice(start, end).indexOf(words);
    return this.#faultAtOffset(within < 0 ? offset : start + within, path, message);
  }

  #faultAtOffset(offset: number, path: KeyPath, message: string): ConfigFileFault {
    const { line, col } = this.lines.linePos(offset);
    return { file: this.file, line, column: col, key: keyName(path), message };
  }

  #locate(path: KeyPath): { offset: number; node: Node | null } {
    let node: Node | null = this.document.contents;
    let offset = node?.range?.[0] ?? 0;
    for (const key of path) {
      const child = childOf(node, key);
      if (child === null) return { offset, node: null };
      offset = child.offset ?? offset;
      node = child.node;
    }
    return { offset, node };
  }
}

/** The key's place for a map's entry, the item's own for a list's. */
function childOf(node: Node | null, key: string | number): { offset: number | undefined; node: Node | null } | null {
  if (isSeq(node)) {
    const item = node.items[Number(key)];
    return isNode(item) ? { offset: item.range?.[0], node: item } : null;
  }
  if (!isMap(node)) return null;
  const pair = node.items.find((entry) => isScalar(entry.key) && String(entry.key.value) === String(key));
  if (pair === undefined || !isScalar(pair.key)) return null;
  return { offset: pair.key.range?.[0], node: isNode(pair.value) ? pair.value : null };
}

/** Reads a file, or says with line and column why it is no YAML that we take. Never throws. */
export function readYamlFile(file: string): YamlRead {
  let source: string;
  try {
    if (statSync(file).size > largestFileBytes) return unreadable(file, `larger than ${largestFileBytes} bytes`);
    source = readFileSync(file, 'utf8');
  } catch (error) {
    return unreadable(file, fileReason(error));
  }
  const lines = new LineCounter();
  // Our own words are used for syntax faults, because the library's may quote what stands there: perhaps a secret.
  const document = parseDocument(source, { lineCounter: lines, prettyErrors: false, stringKeys: true });
  const faults = [...syntaxFaults(file, source, document, lines), ...aliasFaults(file, document, lines)];
  if (faults.length > 0) return { ok: false, faults };
  return { ok: true, yaml: new YamlFile(file, source, document, lines) };
}

/** What follows a first syntax error is mostly its echo, so one is told; duplicate keys are told all. */
function syntaxFaults(file: string, source: string, document: Document, lines: LineCounter): ConfigFileFault[] {
  const problems = [...document.errors, ...document.warnings];
  const firstSyntax = problems.find((problem) => problem.code !== 'DUPLICATE_KEY');
  return problems
    .filter((problem) => problem.code === 'DUPLICATE_KEY' || problem === firstSyntax)
    .map((problem) => {
      const { line, col } = lines.linePos(problem.pos[0]);
      const lineText = source.split('\n', line)[line - 1] ?? '';
      const key = problem.code === 'DUPLICATE_KEY' ? source.slice(problem.pos[0]).match(/^[\w-]+/)?.[0] : undefined;
      return { file, line, column: col, key: key ?? '', message: yamlFaultWords(problem.code, lineText) };
    });
}

/** Aliases would let one fault stand in many places, and a small file grow without bound. */
function aliasFaults(file: string, document: Document, lines: LineCounter): ConfigFileFault[] {
  const faults: ConfigFileFault[] = [];
  visit(document, {
    Node: (_, node) => {
      if (!isAlias(node)) return;
      const { line, col } = lines.linePos(node.range?.[0] ?? 0);
      faults.push({
        file,
        line,
        column: col,
        key: '',
        message:
          'a YAML alias (`*name`) is not taken here: write the value out, or put a text that begins with * in quotes',
      });
    },
  });
  return faults;
}

function unreadable(file: string, reason: string): YamlRead {
  return { ok: false, faults: [{ file, line: 1, column: 1, key: '', message: `cannot be read: ${reason}` }] };
}
