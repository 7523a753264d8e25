/** A row that another row speaks of. @throws when it is missing: the file is damaged, and no guess would mend it. */
export function present<Row>(row: Row | undefined, what: string, seq: number): Row {
  if (row === undefined) throw new Error(`${what} ${seq} is spoken of and not there`);
  return row;
}
