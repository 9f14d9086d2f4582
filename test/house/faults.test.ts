import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { textOf } from './source-files.ts';

const page = textOf('docs/faults.md');
const rows = page.split('\n').filter((line) => /^\| (?!Failure|---)/.test(line));

test('every test named in the fault table exists', () => {
  const gone = rows.filter((row) => {
    const [, file, title] = /`(test\/[\w./-]+)`: (.+) \|$/.exec(row) ?? [];
    return file === undefined || !existsSync(file) || !textOf(file).includes(`'${title}'`);
  });
  expect(gone).toEqual([]);
  expect(rows.length).toBeGreaterThan(20);
});

test('every code of a source and every state of a section occurs in the fault table', () => {
  const [, codes] = /type SourceFailureCode =([^;]+);/.exec(textOf('connectors/contract.ts'))!;
  const named = [...codes!.matchAll(/'(\w+)'/g)].map(([, code]) => code!);
  expect(named).toContain('SOURCE_SUSPENDED');
  const [, states] = /enum SectionState \{([^}]+)\}/.exec(textOf('schema/credit.graphql'))!;
  const all = [...states!.matchAll(/^\s+([A-Z]+)\s*$/gm)].map(([, state]) => state!);
  expect(all).toContain('DENIED');
  expect([...named, ...all].filter((word) => !rows.some((row) => row.includes(`\`${word}\``)))).toEqual([]);
});
