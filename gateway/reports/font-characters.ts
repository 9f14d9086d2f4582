// Which characters a font draws so that they can be told apart and read back: asked of its character map before
// anything is drawn, since who draws puts nothing where a font has no glyph, and says nothing.

const unicodeFull = 10;
const segmentedCoverage = 12;

/**
 * @param font an OpenType file
 * @throws RangeError where it has no character map for all of Unicode (cmap 3/10, format 12)
 */
export function charactersOf(font: Buffer): ReadonlySet<number> {
  const drawnBy = new Map<number, number>();
  for (const [codePoint, glyph] of characterMapOf(font)) {
    if (glyph === 0 || !isText(codePoint)) continue;
    const known = drawnBy.get(glyph);
    if (known === undefined || rank(codePoint) < rank(known)) drawnBy.set(glyph, codePoint);
  }
  return new Set(drawnBy.values());
}

// Private use means something else in each system; ligatures are what a font makes of their letters.
const noText = /[\p{C}\p{Zl}\p{Zp}\uFB00-\uFB06]/u;

function isText(codePoint: number): boolean {
  return !noText.test(String.fromCodePoint(codePoint));
}

/** ASCII, dashes and quotation marks, Chinese signs and ideographs, full-width forms. */
const written = [
  [0x20, 0x7e],
  [0x2013, 0x2026],
  [0x3000, 0x9fff],
  [0xff01, 0xff5e],
] as const;

/**
 * Of the characters that share a glyph (⼀ and 一, 豈 twice), the one that people write: on paper nobody can tell them
 * apart, and read back they would all be the first that was drawn.
 */
function rank(codePoint: number): number {
  const common = written.some(([first, last]) => codePoint >= first && codePoint <= last);
  return codePoint + (common ? 0 : 0x11_0000);
}

function* characterMapOf(font: Buffer): Generator<readonly [codePoint: number, glyph: number]> {
  const table = tableOf(font, 'cmap');
  const maps = Array.from({ length: table.readUInt16BE(2) }, (_, at) => 4 + at * 8)
    .filter((at) => table.readUInt16BE(at) === 3 && table.readUInt16BE(at + 2) === unicodeFull)
    .map((at) => table.subarray(table.readUInt32BE(at + 4)));
  const map = maps.find((each) => each.readUInt16BE(0) === segmentedCoverage);
  if (map === undefined) throw new RangeError('the font has no character map for all of Unicode');
  for (let group = 0; group < map.readUInt32BE(12); group += 1) {
    const [first, last, glyph] = [0, 4, 8].map((at) => map.readUInt32BE(16 + group * 12 + at)) as [
      number,
      number,
      number,
    ];
    for (let codePoint = first; codePoint <= last; codePoint += 1)
      yield [codePoint, glyph + codePoint - first];
  }
}

function tableOf(font: Buffer, tag: string): Buffer {
  for (let at = 12, left = font.readUInt16BE(4); left > 0; at += 16, left -= 1) {
    if (font.toString('latin1', at, at + 4) !== tag) continue;
    const start = font.readUInt32BE(at + 8);
    return font.subarray(start, start + font.readUInt32BE(at + 12));
  }
  throw new RangeError(`the font has no table ${tag}`);
}
