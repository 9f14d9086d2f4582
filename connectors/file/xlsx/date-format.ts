// Which number formats show a date: a workbook keeps dates as numbers of days, and only the cell's format tells them from
// amounts.

/** Formats without a code of their own that are dates or times; 27–36 and 50–58 are those of Chinese workbooks. */
const BUILT_IN: readonly (readonly [number, number])[] = [
  [14, 22],
  [27, 36],
  [45, 47],
  [50, 58],
];

/** `code` as the workbook defines it; undefined where it relies on a built-in format. */
export function isDateFormat(id: number, code: string | undefined): boolean {
  if (code === undefined) return BUILT_IN.some(([from, to]) => id >= from && id <= to);
  const [positive = ''] = code.split(';');
  const bare = positive
    .replace(/"[^"]*"/g, '')
    .replace(/[\\_*]./g, '')
    .replace(/\[[^\]]*\]/g, '');
  return /[ymdhs]/i.test(bare) && !/^general$/i.test(bare.trim());
}
