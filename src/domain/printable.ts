const unprintable = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu;

/**
 * A text from outside, fit for a terminal: an agency's name or a citizen's title may hold escape sequences that would
 * move the cursor, colour the screen or rename the window.
 */
export function printable(text: string): string {
  return text.replaceAll(unprintable, ' ');
}

/** JSON fit for a terminal: the same characters escaped, of which `JSON.stringify` escapes only the first 32. */
export function printableJson(value: unknown): string {
  return JSON.stringify(value).replaceAll(unprintable, (found) =>
    Array.from({ length: found.length }, (_, at) => escapeOf(found.charCodeAt(at))).join(''),
  );
}

function escapeOf(codeUnit: number): string {
  return `\\u${codeUnit.toString(16).padStart(4, '0')}`;
}
