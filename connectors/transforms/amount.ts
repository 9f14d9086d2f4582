// An amount of money with what stands around the number: a sign or name of the yuan, a unit. What is written in the cell
// counts; any other currency, and a unit that contradicts the column's, is refused.
import { type DecimalParts, readDecimal, shift } from './decimal-text.ts';
import { halfWidth } from './transform.ts';

const IN_FRONT = '(?<front>[￥¥]|RMB|CNY|人民币)';
const BEHIND = '(?<unit>十|百|千|百万|千万|[万亿]|万亿)?(?<yuan>元|圆)?(?<behind>人民币|RMB|CNY)?[整正]?';
const AMOUNT = new RegExp(
  `^${IN_FRONT}? ?(?<number>[-+]?[0-9][0-9.,]*(?:[eE][+-]?[0-9]+)?) ?${BEHIND}$`,
  'i',
);

/** Decimal places by which a unit moves the point. */
const PLACES: ReadonlyMap<string, number> = new Map([
  ['十', 1],
  ['百', 2],
  ['千', 3],
  ['万', 4],
  ['百万', 6],
  ['千万', 7],
  ['亿', 8],
  ['万亿', 12],
]);

/**
 * The amount in yuan, exactly. `places`: the unit of a bare number, 0 for yuan and 4 for 万元. In a column of 万元 a cell
 * that says 元, or the currency and no unit, may mean either and is refused.
 */
export function readAmount(text: string, places: 0 | 4): DecimalParts | undefined {
  const bare = readDecimal(text);
  if (bare !== undefined) return shift(bare, places);
  const found = AMOUNT.exec(halfWidth(text).replace(/\s+/g, ' ').trim())?.groups;
  if (found === undefined) return undefined;
  const number = readDecimal(found['number']!);
  if (number === undefined) return undefined;
  const unit = found['unit'];
  if (unit === undefined) return places === 0 ? number : undefined;
  // Ten, a hundred, a thousand alone are words of a sentence rather than units.
  if (places === 0 && found['yuan'] === undefined && !/[万亿]/.test(unit)) return undefined;
  return shift(number, PLACES.get(unit)!);
}
