import type { YAMLError } from 'yaml';

type Code = YAMLError['code'];

const words: Partial<Record<Code, string>> = {
  DUPLICATE_KEY: 'this key stands twice in one block; keep one of the two',
  TAB_AS_INDENT: 'indented with a tab; YAML takes spaces only',
  BAD_INDENT: 'the indentation fits no block above',
  MISSING_CHAR: 'a closing quote or bracket, or a comma or colon, is missing',
  BLOCK_AS_IMPLICIT_KEY: 'a second `key: value` on this line; put a text that contains a colon in quotes',
  MULTILINE_IMPLICIT_KEY: 'a key without its colon, or a text over several lines without quotes',
  BAD_SCALAR_START: 'a text may not begin with this sign; put it in quotes',
  BAD_DQ_ESCAPE: 'unknown \\ escape in double quotes; write \\\\ for a backslash, or use single quotes',
  TAG_RESOLVE_FAILED: 'a YAML tag (`!name`) is not known here; put a text that begins with ! in quotes',
  MULTIPLE_DOCS: 'a second document begins here (`---`); a config is one document',
  NON_STRING_KEY: 'a key must be a text',
};

/** `{ token: ${NAME} }`: YAML takes the inner brace for a block. Only quotes help. */
const unquotedReferenceInBraces = /[{[].*\$\{/;

/** What is wrong with the YAML, without repeating what stands there. */
export function yamlFaultWords(code: Code, lineText: string): string {
  if (code === 'UNEXPECTED_TOKEN' && unquotedReferenceInBraces.test(lineText)) {
    return `not valid YAML: inside { } or [ ] a reference needs quotes: "\${NAME}"`;
  }
  return words[code] ?? 'not valid YAML: something stands here that does not belong; is a quote or a colon missing?';
}
