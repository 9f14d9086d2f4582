// A header over several rows, as merged cells make it: what stands above several columns belongs to each of them.

/** `处罚` over `日期` and `机关` → `处罚/日期`, `处罚/机关`; what stands in one row alone keeps its name. */
export function joinHeader(rows: readonly (readonly string[])[]): readonly string[] {
  const width = Math.max(0, ...rows.map((row) => row.length));
  const filled = rows.map((row, level) => fillRight(row, rows.slice(level + 1), width));
  return Array.from({ length: width }, (_, at) => {
    const parts = filled.map((row) => row[at] ?? '').filter((part) => part !== '');
    return [...new Set(parts)].join('/');
  });
}

/** A merged cell's text stands in its first column; only what has names below it reaches further. */
function fillRight(
  row: readonly string[],
  below: readonly (readonly string[])[],
  width: number,
): readonly string[] {
  const named = (at: number): boolean => below.some((other) => (other[at] ?? '').trim() !== '');
  const filled: string[] = [];
  for (let at = 0; at < width; at += 1) {
    const own = (row[at] ?? '').trim();
    const reaches = own === '' && at > 0 && named(at) && named(at - 1);
    filled.push(reaches ? filled[at - 1]! : own);
  }
  return filled;
}
