import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { ConfigFault } from '../ports/config.js';
import type { KeyPath } from './fault.js';
import { fileReason } from './fileReason.js';

export type Environment = Readonly<Record<string, string | undefined>>;

/** A text that held `${…}`, with what came from outside the file. */
export interface Interpolation {
  readonly path: KeyPath;
  readonly text: string;
  /** The pieces that the environment or a secret file gave; defaults stand in the config for all to read. */
  readonly secrets: readonly string[];
}

export interface Interpolated {
  readonly value: unknown;
  readonly interpolations: readonly Interpolation[];
  readonly faults: readonly ConfigFault[];
}

export interface InterpolationSources {
  readonly env: Environment;
  /** What the paths of secret files are relative to. */
  readonly directory: string;
}

type Piece = { readonly text: string; readonly secret: boolean } | { readonly fault: string };

const expectedForms = `expected \${NAME}, \${NAME:-default} or \${file:PATH}`;

/**
 * Replaces `${NAME}`, `${NAME:-default}` and `${file:PATH}` in every text of a tree; `$${` stands for `${`.
 * What is put in is not looked at again. A text with a faulty reference is left as it was.
 */
export function interpolate(value: unknown, sources: InterpolationSources): Interpolated {
  const interpolations: Interpolation[] = [];
  const faults: ConfigFault[] = [];

  const walk = (node: unknown, path: KeyPath): unknown => {
    if (typeof node === 'string') return node.includes('${') ? replace(node, path) : node;
    if (Array.isArray(node)) return node.map((item, index) => walk(item, [...path, index]));
    if (typeof node !== 'object' || node === null) return node;
    return Object.fromEntries(Object.entries(node).map(([key, child]) => [key, walk(child, [...path, key])]));
  };

  const replace = (template: string, path: KeyPath): string => {
    const secrets: string[] = [];
    const wrong: string[] = [];
    const text = template.replaceAll(
      /(\$?)\$\{([^}]*)(\}?)/g,
      (whole, dollar: string, inside: string, close: string) => {
        if (dollar !== '') return whole.slice(1);
        const piece =
          close === '' ? { fault: `\`\${\` without its \`}\`; ${expectedForms}` } : resolvePiece(inside, sources);
        if ('fault' in piece) {
          wrong.push(piece.fault);
          return whole;
        }
        if (piece.secret) secrets.push(piece.text);
        return piece.text;
      },
    );
    faults.push(...wrong.map((message) => ({ path, message })));
    if (wrong.length > 0) return template;
    interpolations.push({ path, text, secrets });
    return text;
  };

  return { value: walk(value, []), interpolations, faults };
}

const variable = /^([A-Za-z_][A-Za-z0-9_]*)(?::-(.*))?$/s;
const secretFile = /^file:(.+)$/s;

function resolvePiece(inside: string, sources: InterpolationSources): Piece {
  const path = inside.match(secretFile)?.[1];
  if (path !== undefined) return readSecretFile(path, sources.directory);
  const [, name, fallback] = inside.match(variable) ?? [];
  if (name === undefined) return { fault: `a reference that cannot be read; ${expectedForms}` };
  const value = sources.env[name];
  if (value !== undefined && value !== '') return { text: value, secret: true };
  if (fallback !== undefined) return { text: fallback, secret: false };
  return { fault: `the environment variable ${name} is ${value === undefined ? 'not set' : 'empty'}` };
}

function readSecretFile(path: string, directory: string): Piece {
  const file = resolve(directory, path);
  try {
    const text = readFileSync(file, 'utf8').trim();
    return text === '' ? { fault: `the secret file ${file} is empty` } : { text, secret: true };
  } catch (error) {
    return { fault: `the secret file ${file} cannot be read: ${fileReason(error)}` };
  }
}

/**
 * What YAML would have read, had the text stood there itself; undefined when that is a text, too.
 * The empty text is null: `publicUrl: ${PUBLIC_URL:-}` leaves the key without a value.
 */
export function readAsYaml(text: string): number | boolean | null | undefined {
  if (text === '') return null;
  if (text === 'true' || text === 'false') return text === 'true';
  return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : undefined;
}
