// Places are given by what is shown, and by nothing else.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { byShown } from '../../../gateway/request/shown-order.ts';
import { inFindingOrder } from '../../../gateway/verdict/verdict-view.ts';

const value = fc.oneof(
  fc.constant(null),
  fc.constantFrom('2024', '2024-05-01', '2025-01-01', 'a', ''),
  fc.integer({ min: -2, max: 2 }),
  fc.boolean(),
  fc.array(fc.constantFrom('a', 'b'), { maxLength: 2 }),
);
const view = fc.record({ day: value, number: value, list: value });

test('whatever order rows come in, they leave in the same', () => {
  fc.assert(
    fc.property(fc.array(view, { maxLength: 8 }), fc.infiniteStream(fc.nat()), (views, draws) => {
      const shuffled = [...views];
      for (let at = shuffled.length - 1; at > 0; at -= 1) {
        const other = draws.next().value % (at + 1);
        [shuffled[at], shuffled[other]] = [shuffled[other]!, shuffled[at]!];
      }
      const inOrder = byShown(['day', 'number', 'list']);
      expect(shuffled.sort(inOrder)).toEqual([...views].sort(inOrder));
    }),
    { numRuns: 2000 },
  );
});

test('values ascend, and what is not shown comes last', () => {
  const days = [null, '2025-01-01', '2024', '2024-05-01'].map((day) => ({ day }));
  expect(days.sort(byShown(['day'])).map(({ day }) => day)).toEqual([
    '2024',
    '2024-05-01',
    '2025-01-01',
    null,
  ]);
});

test('findings: what is in force first, then the first day as far as it is shown', () => {
  const finding = (status: string | null, from: string | null, record: string) => ({ status, from, record });
  const shown = (...findings: ReturnType<typeof finding>[]) =>
    inFindingOrder([...findings]).map(({ record }) => record);
  const [old, young, over] = [
    finding('IN_FORCE', '2024-01-01', 'old'),
    finding('IN_FORCE', '2025-01-01', 'young'),
    finding('EXPIRED', '2020-01-01', 'over'),
  ];
  expect(shown(over, young, old)).toEqual(['old', 'young', 'over']);
  const hidden = [old, young, over].map(({ status, record }) => finding(status, null, record));
  expect(shown(...hidden)).toEqual(shown(...hidden.reverse()));
  const bare = [old, young, over].map(({ record }) => finding(null, null, record));
  expect(shown(...bare)).toEqual(['old', 'over', 'young']);
});
