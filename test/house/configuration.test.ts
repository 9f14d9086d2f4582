import ts from 'typescript';
import { expect, test } from 'vitest';
import { configurationKeys } from '../../gateway/config.ts';
import { filesUnder, rooms, sourcesOf, textOf, visitNodes } from './source-files.ts';

/** What the system gives every process; nobody sets it for us. */
const given = new Set(['PATH', 'HOME', 'TMPDIR', 'CI']);

/** Names read off anything called `env` or `environment`. */
function namesRead(file: string): readonly string[] {
  const names: string[] = [];
  const isEnvironment = (node: ts.Expression): boolean => /(?:^|\.)env(?:ironment)?$/.test(node.getText());
  visitNodes(file, (node) => {
    if (ts.isElementAccessExpression(node) && isEnvironment(node.expression)) {
      if (ts.isStringLiteral(node.argumentExpression)) names.push(node.argumentExpression.text);
    }
    if (ts.isPropertyAccessExpression(node) && isEnvironment(node.expression)) names.push(node.name.text);
  });
  return names.filter((name) => /^[A-Z][A-Z0-9_]+$/.test(name));
}

test('every variable that is read is documented', () => {
  const pages = ['docs/configuration.md', 'docs/sandbox.md'].map(textOf).join('\n');
  const read = new Set([...rooms, 'test'].flatMap(sourcesOf).flatMap(namesRead));
  expect(read).toContain('SANDBOX_POSTGRES_URL');
  const silent = [...read].filter((name) => !given.has(name) && !pages.includes(`\`${name}\``));
  expect(silent).toEqual([]);
});

test('only commands read a variable by its name; the gateway reads them through the table', () => {
  const gateway = sourcesOf('gateway').filter(
    (file) => !/^gateway\/(?:cli|audit|documentation|explain|onboarding)\//.test(file),
  );
  expect(gateway.flatMap((file) => namesRead(file).map((name) => `${file}: ${name}`))).toEqual([]);
});

test('a manifest takes its address from a variable or a secret file, which nothing else is called', () => {
  for (const file of filesUnder('connectors/sources', '.yaml')) {
    const [, name, secret] = /^address: (?:\$\{([A-Z][A-Z0-9_]*)\}|file:(\/\S+))$/m.exec(textOf(file)) ?? [];
    expect(name ?? secret, file).toBeDefined();
    if (name !== undefined) expect(Object.keys(configurationKeys)).not.toContain(name);
  }
});
