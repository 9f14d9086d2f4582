// Text as a workbook writes it (ECMA-376, ST_Xstring): _xHHHH_ stands for a character that XML cannot hold, most often the
// line end somebody pasted with a code, and _x005F_ for an underscore that would look like the start of one.

/** One `t` or `v` element decoded. What would be no text (NUL, half a surrogate pair) stays as it is written. */
export function unescapeText(text: string): string {
  if (!text.includes('_x')) return text;
  const decoded = text.replace(/_x([0-9A-Fa-f]{4})_/g, (written, code: string) =>
    code === '0000' ? written : String.fromCharCode(Number.parseInt(code, 16)),
  );
  return /\p{Surrogate}/u.test(decoded) ? text : decoded;
}
