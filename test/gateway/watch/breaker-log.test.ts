import { expect, test } from 'vitest';
import { logBreakers } from '../../../gateway/watch/breaker-log.ts';

test('each change of a breaker is one line that says what it is now and why', () => {
  const lines: unknown[] = [];
  const write =
    (level: string) =>
    (context: object, message: string): void =>
      void lines.push({ level, ...context, message });
  const watch = logBreakers({ info: write('info'), warn: write('warn'), error: write('error') });
  watch.breakerChanged('court', 'open', { asked: 9, failed: 5, code: 'SOURCE_TIMEOUT' });
  watch.breakerChanged('court', 'half-open', { asked: 0, failed: 0, code: 'SOURCE_TIMEOUT' });
  watch.breakerChanged('court', 'closed', { asked: 1, failed: 0, code: 'SOURCE_TIMEOUT' });
  watch.shed('court');
  expect(lines).toEqual([
    {
      ...{ level: 'warn', source: 'court', breaker: 'open', asked: 9, failed: 5, code: 'SOURCE_TIMEOUT' },
      message: 'a source keeps failing and is not asked for now',
    },
    expect.objectContaining({ level: 'info', breaker: 'half-open' }),
    expect.objectContaining({ level: 'info', breaker: 'closed', message: 'a source answers again' }),
  ]);
});
