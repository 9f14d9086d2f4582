// Lines texts up in columns on a terminal, where a Chinese character is two columns wide.

/** Columns a text takes. */
export function widthOf(text: string): number {
  let width = 0;
  for (const character of text) {
    width += /[\p{Script=Han}\u3000-\u303f\uff00-\uff60“”（）。，、；：]/u.test(character) ? 2 : 1;
  }
  return width;
}

/** Rows as lines, each column as wide as its widest text; the last one is not padded. */
export function columns(rows: readonly (readonly string[])[], gap = '  '): string {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((text, index) => (widths[index] = Math.max(widths[index] ?? 0, widthOf(text))));
  }
  return rows
    .map((row) =>
      row
        .map((text, index) =>
          index === row.length - 1 ? text : text + ' '.repeat(widths[index]! - widthOf(text)),
        )
        .join(gap)
        .trimEnd(),
    )
    .map((line) => `${line}\n`)
    .join('');
}
