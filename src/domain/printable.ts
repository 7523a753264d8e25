/**
 * A text from outside, fit for a terminal: an agency's name or a citizen's title may hold escape sequences that would
 * move the cursor, colour the screen or rename the window.
 */
export function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ');
}
