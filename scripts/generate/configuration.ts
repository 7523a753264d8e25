import { writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import * as z from 'zod';
import { packagedFile } from '../../src/config/env.js';
import { gatewaySchema } from '../../src/config/schema.js';
import { markdownTable } from './markdownTable.js';

/**
 * Writes docs/configuration.md from the schema that checks the config, so that the two cannot differ.
 * Run it after a build: node dist/scripts/generate/configuration.js
 */

/** The part of JSON Schema that our schema makes use of. */
interface Property {
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly anyOf?: readonly Property[];
  readonly properties?: Readonly<Record<string, Property>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Property | boolean;
}

interface Row {
  readonly key: string;
  readonly value: string;
  readonly byDefault: string;
  readonly description: string;
}

const introduction = `# Configuration

Generated from \`src/config/schema.ts\` by \`scripts/generate/configuration.ts\`; edit there.

One YAML file configures the gateway: \`--config FILE\`, else the file that \`GATEWAY_CONFIG\` names, else the packaged
\`config/default.yaml\`. \`lapor-gateway check\` names every fault with its line and key, and exits 2 if there is any.
A warning is told in the same way and stops nothing.

- Unknown keys are errors. A section whose keys all have defaults may be left out.
- \`\${NAME}\` reads the environment and must be set; \`\${NAME:-default}\` need not be. \`\${file:PATH}\` reads a secret file
  without the blanks around it. \`$\${\` stands for \`\${\` itself. Inside \`{ }\` and \`[ ]\` a reference needs quotes.
- What comes out of \`\${…}\` is a text. Where a number, \`true\` or \`false\` is expected, it is read as one.
- Texts of 6 characters or more that come out of the environment or a secret file are redacted in the log, and what an
  adapter calls a secret is, whatever its length.
- \`profile: telkomsel\` in a channel takes on the keys of \`config/telcos/telkomsel.yaml\`. A file of that name in \`telcos/\`
  beside the config file wins over the packaged one; a path is relative to the config file. The channel's own keys win;
  blocks are joined key by key.
- Secret files and reply texts are relative to the config file; the files of the store are relative to the working
  directory. A key that names a length of time or an amount ends in its unit.
- YAML aliases (\`*name\`) are not taken.
`;

const adapterBlocks = `## Adapters

The blocks of \`tracker\` and of each channel have \`adapter\` and the keys of that adapter, which checks them itself.
They are in the README of its folder under \`adapters/\`.
`;

export function configurationReference(): string {
  const root = z.toJSONSchema(gatewaySchema, { io: 'input' }) as Property;
  const sections = Object.entries(root.properties ?? {}).map(([name, section]) => describeSection(name, section));
  return [introduction, ...sections, adapterBlocks].join('\n');
}

function describeSection(name: string, section: Property): string {
  return `## ${name}\n\n${section.description ?? ''}.\n\n${tableOf(rowsOf(name, section))}\n`;
}

/** Nested blocks become rows of dotted keys; the names in a record of blocks are written \`<name>\`. */
function rowsOf(path: string, block: Property): Row[] {
  const required = new Set(block.required);
  const own = Object.entries(block.properties ?? {}).flatMap(([name, property]) => {
    const key = `${path}.${name}`;
    return isBlock(property) ? rowsOf(key, property) : [rowOf(key, property, required.has(name))];
  });
  const { additionalProperties: entries } = block;
  return typeof entries === 'object' && isBlock(entries) ? [...own, ...rowsOf(`${path}.<name>`, entries)] : own;
}

function isBlock(property: Property): boolean {
  return property.properties !== undefined || typeof property.additionalProperties === 'object';
}

function rowOf(key: string, property: Property, required: boolean): Row {
  const { default: byDefault } = property;
  const isNone = byDefault === null || (Array.isArray(byDefault) && byDefault.length === 0);
  const defaultWords = isNone ? 'none' : byDefault === undefined ? '' : `\`${String(byDefault)}\``;
  return {
    key,
    value: valueWords(property),
    byDefault: required && byDefault === undefined ? '(required)' : defaultWords,
    description: property.description ?? 'The name of the adapter.',
  };
}

function tableOf(rows: readonly Row[]): string {
  const cells = rows.map((row) => [`\`${row.key}\``, row.value, row.byDefault, row.description]);
  return markdownTable([['key', 'value', 'default', 'meaning'], ...cells]);
}

const typeWords: Readonly<Record<string, string>> = {
  string: 'text',
  integer: 'whole number',
  number: 'number',
  array: 'list',
};

function valueWords(property: Property): string {
  if (property.enum !== undefined) return property.enum.map((name) => `\`${name}\``).join(', ');
  const typed = property.anyOf?.find(({ type }) => type !== 'null') ?? property;
  const word = typeWords[String(typed.type)] ?? String(typed.type);
  const least = typed.minimum ?? (typed.exclusiveMinimum === undefined ? undefined : `over ${typed.exclusiveMinimum}`);
  return least === undefined || typed.maximum === undefined ? word : `${word}, ${least} to ${typed.maximum}`;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  writeFileSync(packagedFile('docs', 'configuration.md'), configurationReference());
}
