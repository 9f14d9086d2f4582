// Reduces a transform's test to two tables: what it reads as what, and what it refuses.
import { expect, test } from 'vitest';
import type { Value } from '../../../connectors/contract.ts';
import type { Transform } from '../../../connectors/transforms/transform.ts';

export function expectTransform(
  transform: Transform,
  tables: { readonly reads: readonly (readonly [unknown, Value])[]; readonly refuses: readonly unknown[] },
): void {
  test.each(tables.reads)('%j is read as %j', (raw, value) => {
    expect(transform(raw)).toEqual({ ok: true, value });
  });
  test.each(tables.refuses.map((raw) => [raw]))('%j is refused, and not repeated', (raw) => {
    const refused = transform(raw);
    expect(refused.ok).toBe(false);
    if (!refused.ok && typeof raw === 'string') expect(refused.reason).not.toContain(raw);
  });
  test.each([[null], [''], ['  '], ['\u3000']])('%j is nothing', (raw) => {
    expect(transform(raw)).toEqual({ ok: true, value: null });
  });
}
