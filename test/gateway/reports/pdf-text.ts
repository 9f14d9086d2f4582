// Reads the text of a PDF back as a reader's search does: glyphs in the order drawn, by the font's own map to Unicode.
import { inflateSync } from 'node:zlib';

/** What was drawn, without the ends of lines: a text is found however it was broken. */
export function textOf(pdf: Buffer): string {
  const streams = inflated(pdf);
  const map = streams.find((stream) => stream.includes('begincmap'))!;
  const texts = new Map<number, string>();
  for (const [, first, list] of map.matchAll(/<([0-9a-f]+)> <[0-9a-f]+> \[([^\]]*)\]/g)) {
    [...list!.matchAll(/<([0-9a-f ]*)>/g)].forEach(([, hex], at) => {
      const units = hex!.split(' ').map((unit) => Number.parseInt(unit, 16));
      texts.set(Number.parseInt(first!, 16) + at, String.fromCharCode(...units));
    });
  }
  return streams
    .filter((stream) => / TJ\b/.test(stream))
    .flatMap((stream) => [...stream.matchAll(/\[([^\]]*)\] TJ/g)])
    .flatMap(([, shown]) => [...shown!.matchAll(/<([0-9a-f]+)>/g)].map(([, hex]) => hex!))
    .flatMap((hex) => hex.match(/.{4}/g)!)
    .map((glyph) => texts.get(Number.parseInt(glyph, 16)) ?? '\ufffd')
    .join('');
}

function inflated(pdf: Buffer): string[] {
  return [...pdf.toString('latin1').matchAll(/stream\r?\n/g)].flatMap(({ index, 0: { length } }) => {
    try {
      return [inflateSync(pdf.subarray(index + length), { finishFlush: 2 }).toString('latin1')];
    } catch {
      return [];
    }
  });
}
