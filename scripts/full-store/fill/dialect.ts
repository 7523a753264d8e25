/** What the two databases write differently. Everything else of a filling is SQL that both take. */
export interface Dialect {
  /** A UUIDv7 of milliseconds, 12 bits and at most 48 bits, each as an SQL expression. */
  uuid(ms: string, counter: string, random: string): string;
  /** Octets of a text of plain letters. */
  octets(text: string): string;
}

/** 32 bits that follow no order, the same each time. */
export function hashOf(number: string): string {
  return `((${number}) * 2654435761 % 4294967296)`;
}

/** With zeros before it, so many digits in all. */
export function padded(number: string, digits: number): string {
  return `substr(CAST(1${'0'.repeat(digits)} + (${number}) AS TEXT), 2)`;
}
