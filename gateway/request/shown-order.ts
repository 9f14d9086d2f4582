// The order of what is shown, by nothing but what is shown: a place in a list tells no more than the list says.
// INVARIANT: what looks alike is interchangeable, so that no masked, derived or condition-only value places a row.
import type { Manifest } from '../../connectors/manifest.ts';

/** Values by name, as they are shown. */
type Shown = Readonly<Record<string, unknown>>;

const orders = new WeakMap<readonly Manifest[], ReadonlyMap<string, readonly string[]>>();

/** Record type → fields by which its manifest orders it. */
export function recordOrders(manifests: readonly Manifest[]): ReadonlyMap<string, readonly string[]> {
  let known = orders.get(manifests);
  if (known === undefined) {
    known = new Map(
      manifests.flatMap(({ records }) =>
        [...records.values()].map(({ record, order }) => [record, order] as const),
      ),
    );
    orders.set(manifests, known);
  }
  return known;
}

/** Compares by each of `names` in turn: ascending, nulls last. */
export function byShown(names: readonly string[]): (a: Shown, b: Shown) => number {
  return (a, b) => {
    for (const name of names) {
      const compared = compareValues(a[name] ?? null, b[name] ?? null);
      if (compared !== 0) return compared;
    }
    return 0;
  };
}

function compareValues(left: unknown, right: unknown): number {
  if (left === right) return 0;
  if (left === null) return 1;
  if (right === null) return -1;
  // A number that is masked in one row and whole in another is a text here and a number there.
  if (typeof left !== typeof right) return typeof left < typeof right ? -1 : 1;
  if (typeof left === 'object') return compareValues(JSON.stringify(left), JSON.stringify(right));
  return (left as string) < (right as string) ? -1 : 1;
}
