// Owns region codes (行政区划代码, GB/T 2260) as shapes and as a hierarchy derived from the digits alone.
// Names and the dates of codes are data elsewhere: retired and unassigned codes are accepted here.
import { canonicalText } from './canonical-text.ts';

/** Six digits xxyyzz: province, prefecture, county. `420281` is 大冶 in 黄石 in 湖北. */
export type RegionCode = string & { readonly __brand: 'RegionCode' };

export type RegionCodeResult =
  | { readonly ok: true; readonly value: RegionCode }
  | { readonly ok: false; readonly reason: 'EMPTY' | 'TOO_LONG' | 'FORMAT' };

/** Any six digits: whether a code was ever assigned is not decided here. */
export function parseRegionCode(text: string): RegionCodeResult {
  const canonical = canonicalText(text);
  if (!canonical.ok) return canonical;
  if (!/^[0-9]{6}$/.test(canonical.value)) return { ok: false, reason: 'FORMAT' };
  return { ok: true, value: canonical.value as RegionCode };
}

/**
 * The regions a region lies in, nearest first, without itself; a province has none.
 * xxyyzz → xxyy00 → xx0000. yy = 90 is no prefecture but a drawer for counties that answer to the province
 * directly (省直辖, such as 429004), so it is skipped.
 */
export function regionAncestors(code: RegionCode): readonly RegionCode[] {
  const province = `${code.slice(0, 2)}0000` as RegionCode;
  if (code === province) return [];
  const prefecture = `${code.slice(0, 4)}00` as RegionCode;
  const direct = code === prefecture || prefecture === province || code.slice(2, 4) === '90';
  return direct ? [province] : [prefecture, province];
}
