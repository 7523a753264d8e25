import { writeFileSync } from 'node:fs';
import { argv } from 'node:process';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';

/** A file under docs/ that is made from the code, and never edited by hand. */
export interface GeneratedDocument {
  readonly file: string;
  build(): object;
}

const root = fileURLToPath(new URL('../../../', import.meta.url));
const lineMaxColumns = 120;

export function pathOf(document: GeneratedDocument): string {
  return `${root}docs/${document.file}`;
}

/** Writes the file when its module is the one that node was started with. */
export function writeIfMain(moduleUrl: string, document: GeneratedDocument): void {
  if (argv[1] === fileURLToPath(moduleUrl)) writeFileSync(pathOf(document), textOf(document));
}

/** The file's text, formatted as `biome format` does it, so that the two do not fight over it. */
export function textOf(document: GeneratedDocument): string {
  const expanded = JSON.stringify(document.build(), null, 2);
  // JSON.stringify puts every element of a list on a line; the formatter joins short lists of plain values.
  const joined = expanded.replaceAll(/^(.*)\[\n([^[\]{}]+?)\n *\](,?)$/gm, (list, before, elements, after) => {
    const line = `${before}[${elements.trim().replaceAll(/,\n\s+/g, ', ')}]${after}`;
    return line.length <= lineMaxColumns ? line : list;
  });
  return `${joined}\n`;
}

/**
 * JSON Schema (draft 2020-12) of what crosses the wire. The zod schemas that the gateway fills are strict, to catch its
 * own slips; a published one must let fields pass that a later version adds, or a tracker that validates would
 * refuse every report on the day the gateway is upgraded.
 */
export function openJsonSchema(schema: z.ZodType): Record<string, unknown> {
  const generated = z.toJSONSchema(schema, {
    io: 'input',
    override: ({ jsonSchema }) => {
      if (jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
      // zod spells `date-time` and `uuid` out as patterns that nobody can read.
      if (jsonSchema.format !== undefined) delete jsonSchema.pattern;
    },
  });
  return { ...generated };
}
