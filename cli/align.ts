/** Rows as lines whose columns stand under each other; the last one is not padded. */
export function align(rows: readonly (readonly string[])[], gap = "  "): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, at) => {
      widths[at] = Math.max(widths[at] ?? 0, at === row.length - 1 ? 0 : widthOf(cell));
    });
  }
  return rows.map((row) =>
    row
      .map((cell, at) => (at === row.length - 1 ? cell : cell + " ".repeat((widths[at] ?? 0) - widthOf(cell))))
      .join(gap)
      .trimEnd(),
  );
}

function widthOf(text: string): number {
  return [...text].length;
}

/** The lines moved in. */
export function indent(lines: readonly string[]): string[] {
  return lines.map((line) => `  ${line}`);
}
