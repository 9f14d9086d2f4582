import { expect, test } from 'vitest';
import { inGroups } from '../../../gateway/remedies/in-groups.ts';

/** Statements as they were asked; each is answered, or fails, when the test says so. */
function statements() {
  const asked: { keys: readonly string[]; answer: (rows: readonly string[]) => void; fail: () => void }[] =
    [];
  const lookUp = inGroups(
    (keys: readonly string[]) =>
      new Promise<readonly string[]>((resolve, reject) =>
        asked.push({ keys, answer: resolve, fail: () => reject(new Error('lost')) }),
      ),
    (row) => row[0]!,
  );
  return { asked, lookUp };
}
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('what is asked meanwhile is asked together, and everybody gets the rows of its own keys', async () => {
  const { asked, lookUp } = statements();
  const all = [lookUp(['a']), lookUp(['b']), lookUp(['c', 'd']), lookUp(['d', 'e'])];
  await turn();
  expect(asked.map(({ keys }) => keys)).toEqual([['a'], ['b']]);
  asked[0]!.answer(['a1']);
  await turn();
  expect(asked[2]!.keys).toEqual(['c', 'd', 'e']);
  asked[1]!.answer([]);
  asked[2]!.answer(['c1', 'd1', 'd2', 'e1']);
  expect(await Promise.all(all)).toEqual([['a1'], [], ['c1', 'd1', 'd2'], ['d1', 'd2', 'e1']]);
});

test('nobody is served by a statement that began before it asked', async () => {
  const { asked, lookUp } = statements();
  const early = lookUp(['a']);
  await turn();
  const late = lookUp(['a']);
  asked[0]!.answer([]);
  await turn();
  asked[1]!.answer(['a1']);
  expect([await early, await late]).toEqual([[], ['a1']]);
});

test('a statement that fails fails its own group, and a statement that hangs holds up nobody else', async () => {
  const { asked, lookUp } = statements();
  const hanging = lookUp(['a']);
  const second = lookUp(['b']);
  const [third, fourth] = [lookUp(['c']), lookUp(['d'])];
  await turn();
  asked[1]!.fail();
  await expect(second).rejects.toThrow('lost');
  await turn();
  asked[2]!.fail();
  await expect(third).rejects.toThrow('lost');
  await expect(fourth).rejects.toThrow('lost');
  const fifth = lookUp(['e']);
  await turn();
  asked[3]!.answer(['e1']);
  expect(await fifth).toEqual(['e1']);
  asked[0]!.answer([]);
  expect(await hanging).toEqual([]);
});
