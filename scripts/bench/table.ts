export interface Column<Row> {
  readonly title: string;
  readonly align: 'left' | 'right';
  readonly cell: (row: Row) => string;
}

/** Aligned text with a line under the titles: readable in a terminal, and a code block in a document. */
export function table<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string {
  const grid = [columns.map((column) => column.title), ...rows.map((row) => columns.map((column) => column.cell(row)))];
  const widths = columns.map((_column, at) => Math.max(...grid.map((cells) => cells[at]?.length ?? 0)));
  const lines = grid.map((cells) =>
    cells
      .map((cell, at) =>
        columns[at]?.align === 'left' ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0),
      )
      .join('  ')
      .trimEnd(),
  );
  const rule = widths.map((width) => '-'.repeat(width)).join('  ');
  return [lines[0], rule, ...lines.slice(1)].join('\n');
}
