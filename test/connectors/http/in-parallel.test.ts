import { expect, test } from 'vitest';
import { inParallel } from '../../../connectors/http/in-parallel.ts';

const never = new AbortController().signal;

test('no more run at once than the width, and results keep their order', async () => {
  let running = 0;
  let most = 0;
  const results = await inParallel([5, 4, 3, 2, 1], 2, never, async (item) => {
    running += 1;
    most = Math.max(most, running);
    await new Promise((resolve) => setTimeout(resolve, item));
    running -= 1;
    return item * 10;
  });
  expect(results).toEqual([50, 40, 30, 20, 10]);
  expect(most).toBe(2);
});

test('the first failure stops the others', async () => {
  const stopped: number[] = [];
  const work = inParallel([1, 2, 3], 3, never, (item, signal) => {
    if (item === 1) return Promise.reject(new Error('first'));
    return new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => {
        stopped.push(item);
        reject(new Error('stopped'));
      });
    });
  });
  await expect(work).rejects.toThrow('first');
  expect(stopped).toEqual([2, 3]);
});
