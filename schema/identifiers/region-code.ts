// Owns region codes (行政区划代码, GB/T 2260) as shapes and as a hierarchy: that of the digits, and for codes that are no more
// that of what they became. Retired and unassigned codes are accepted here.
import { canonicalText } from './canonical-text.ts';
import { endedRegions } from './region-changes.ts';

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
 * The regions a region lies in, nearest first, without itself; a province has none. A code that is no more on a day lies in
 * what it became and where that lies: 卢湾 310103 in 黄浦 310101 since 2011; one that was divided, where all its parts lie.
 * Each line goes on as that of its first member does, so that it is a line of Cedar's hierarchy, too.
 * @param on YYYY-MM-DD; without it all changes known have happened
 */
export function regionAncestors(code: RegionCode, on?: string): readonly RegionCode[] {
  const ended = endedRegions.get(code);
  if (ended === undefined || (on !== undefined && on < ended.ended)) return ancestorsByDigits(code);
  const [first, ...others] = ended.successors.map((successor) => [
    successor as RegionCode,
    ...regionAncestors(successor as RegionCode, on),
  ]);
  return first!.filter((region) => others.every((line) => line.includes(region)));
}

/** Ended codes that lie in a region though their digits do not say so: 莱城 371202 in 济南 370100. */
export function movedInto(region: string): readonly RegionCode[] {
  return movedByRegion.get(region) ?? [];
}

/**
 * xxyyzz → xxyy00 → xx0000. yy = 90 is no prefecture but a drawer for counties that answer to the province
 * directly (省直辖, such as 429004), so it is skipped.
 */
function ancestorsByDigits(code: RegionCode): readonly RegionCode[] {
  const province = `${code.slice(0, 2)}0000` as RegionCode;
  if (code === province) return [];
  const prefecture = `${code.slice(0, 4)}00` as RegionCode;
  const direct = code === prefecture || prefecture === province || code.slice(2, 4) === '90';
  return direct ? [province] : [prefecture, province];
}

const movedByRegion = new Map<string, RegionCode[]>();
for (const key of endedRegions.keys()) {
  const code = key as RegionCode;
  const before = ancestorsByDigits(code);
  for (const region of regionAncestors(code).filter((each) => !before.includes(each)))
    movedByRegion.set(region, [...(movedByRegion.get(region) ?? []), code]);
}
