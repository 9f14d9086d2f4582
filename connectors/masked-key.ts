// Keys of which the agency shows a part: `4202**********1234`. Whatever sign covers a place, the canonical mask has `*`
// for one place and `…` for any number of them.

/** Signs that publications put over a place. X covers places too, and is a place of codes as well. */
const COVERS = /[*＊×✕✖●○•■□◼◾#＃?？_·﹡✱]/g;
const ANY = /(?:…|\.{3,}|⋯)+/g;
/** As many X in a row as no code has by chance. */
const CROSSES = /X{4,}/g;

/** Places that must be known for a mask to speak of anybody. */
const LEAST_KNOWN = 4;

/** Whether a canonical text is a masked key rather than a wrong one. */
export function hasMask(text: string): boolean {
  return text.search(COVERS) !== -1 || text.search(ANY) !== -1 || text.search(CROSSES) !== -1;
}

/** The canonical mask; undefined where it says next to nothing, or holds what is no part of a key. */
export function maskedKey(text: string): string | undefined {
  const mask = text
    .replace(ANY, '…')
    .replace(COVERS, '*')
    .replace(CROSSES, (crosses) => '*'.repeat(crosses.length));
  if (!/^[0-9A-Z*…]+$/.test(mask)) return undefined;
  return mask.replace(/[*…]/g, '').length < LEAST_KNOWN ? undefined : mask;
}

export const isMask = (key: string): boolean => key.includes('*') || key.includes('…');

/** Whether a canonical mask could stand for `key`; a mask of another length may cover any number of places. */
export function maskCouldBe(mask: string, key: string): boolean {
  if (mask.length === key.length && !mask.includes('…')) return fits(mask, key);
  const parts = mask.includes('…')
    ? mask.split('…')
    : [mask.slice(0, mask.indexOf('*')), mask.slice(mask.lastIndexOf('*') + 1)];
  const head = parts[0]!;
  const tail = parts.at(-1)!;
  if (head.length + tail.length > key.length) return false;
  return fits(head, key.slice(0, head.length)) && fits(tail, key.slice(key.length - tail.length));
}

function fits(mask: string, key: string): boolean {
  for (let at = 0; at < mask.length; at += 1) if (mask[at] !== '*' && mask[at] !== key[at]) return false;
  return true;
}
