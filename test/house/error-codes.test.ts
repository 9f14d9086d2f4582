import ts from 'typescript';
import { expect, test } from 'vitest';
import { errorTexts, isErrorCode } from '../../gateway/errors.ts';
import { literalsOf, sourcesOf, textOf, visitNodes } from './source-files.ts';

const makers = new Set(['ClientError', 'asGraphQLError', 'errorBody', 'messageOf', 'SourceError']);
const sources = [...sourcesOf('gateway'), ...sourcesOf('connectors')];

test('every code that is raised is in the table', () => {
  const unknown: string[] = [];
  let raised = 0;
  for (const file of sources) {
    visitNodes(file, (node) => {
      if (!ts.isCallExpression(node) && !ts.isNewExpression(node)) return;
      const [code] = node.arguments ?? [];
      if (!makers.has(node.expression.getText()) || code === undefined || !ts.isStringLiteral(code)) return;
      raised += 1;
      if (!isErrorCode(code.text)) unknown.push(`${file}: ${code.text}`);
    });
  }
  expect(raised).toBeGreaterThan(20);
  expect(unknown).toEqual([]);
});

test('every code of the table can happen', () => {
  const table = 'gateway/errors.ts';
  const used = new Set(
    [...sources, ...sourcesOf('schema')].filter((file) => file !== table).flatMap(literalsOf),
  );
  expect(Object.keys(errorTexts).filter((code) => !used.has(code))).toEqual([]);
});

test('every code is documented and speaks both languages', () => {
  const page = textOf('docs/errors.md');
  for (const [code, { status, en, zh }] of Object.entries(errorTexts)) {
    expect(page).toContain(`| \`${code}\` | ${status} |`);
    expect(en, code).toMatch(/^[A-Z].*\.$/);
    expect(zh, code).toMatch(/\p{Script=Han}.*。$/u);
  }
});

test('why a field is withheld is documented', () => {
  const [, union] = /type DenialReason = (.+);/.exec(textOf('policies/engine/decision-table.ts'))!;
  const reasons = union!.split('|').map((part) => part.trim().replaceAll("'", ''));
  expect(reasons.length).toBeGreaterThan(1);
  for (const reason of reasons) expect(textOf('docs/errors.md')).toContain(`\`${reason}\``);
});
