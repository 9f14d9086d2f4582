import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { describe, expect, test } from 'vitest';
import { intakeTroubles, openBackoff, troubleOf } from '../../../connectors/file/intake-trouble.ts';

const caught = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );
const drain = async (path: string): Promise<void> => {
  for await (const _ of createReadStream(path)) void _;
};

describe('an error while a delivery is taken in is coded', () => {
  test('when the file went away or is none', async () => {
    expect(troubleOf(await caught(open(join(tmpdir(), 'no such file'))))).toBe('FILE_UNREADABLE');
    expect(troubleOf(await caught(drain(tmpdir())))).toBe('FILE_UNREADABLE');
  });

  test('when the staging database does not answer', async () => {
    const client = new pg.Client({ host: '127.0.0.1', port: 1, connectionTimeoutMillis: 1000 });
    client.on('error', () => undefined);
    expect(troubleOf(await caught(client.connect()))).toBe('STAGING_UNREACHABLE');
    expect(troubleOf(new Error('Connection terminated unexpectedly'))).toBe('STAGING_UNREACHABLE');
  });

  test.each([
    ['EACCES', 'FILE_UNREADABLE'],
    ['ELOOP', 'FILE_UNREADABLE'],
    ['ENOSPC', 'DISK_FULL'],
    ['53100', 'STAGING_FULL'],
    ['57P01', 'STAGING_UNREACHABLE'],
    ['42501', 'LOAD_FAILED'],
  ])('%s is %s', (code, expected) => {
    expect(troubleOf(Object.assign(new Error('x'), { code }))).toBe(expected);
    expect(intakeTroubles).toContain(expected);
  });
});

test('what fails is tried again after one second, then two, up to a minute, and at once after it went well', () => {
  let now = 0;
  const backoff = openBackoff(() => now);
  expect(backoff.due('a')).toBe(true);
  const waits = Array.from({ length: 8 }, () => backoff.failed('a'));
  expect(waits).toEqual([1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000]);
  expect([backoff.due('a'), backoff.due('b')]).toEqual([false, true]);
  now = 60_000;
  expect(backoff.due('a')).toBe(true);
  backoff.succeeded('a');
  expect(backoff.failed('a')).toBe(1000);
});
