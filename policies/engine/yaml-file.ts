// Reads a YAML file into a checked value; every problem has its line.
import { readFileSync } from 'node:fs';
import { LineCounter, type Document, isMap, isPair, isScalar, parseDocument } from 'yaml';
import type { z } from 'zod';
import type { Problem } from '../../schema/problem.ts';

/** Parses and checks `file` against `shape`. `lineOf(path)` gives the line of a member. */
export function readYamlFile<T>(
  file: string,
  shape: z.ZodType<T>,
): { value?: T; problems: Problem[]; lineOf: (path: readonly (string | number)[]) => number } {
  const lines = new LineCounter();
  const document = parseDocument(readFileSync(file, 'utf8'), { lineCounter: lines, prettyErrors: false });
  const lineOf = (path: readonly (string | number)[]): number => lineOfPath(document, lines, path);
  if (document.errors.length > 0) {
    const problems = document.errors.map((error) => ({
      file,
      line: lines.linePos(error.pos[0]).line,
      message: error.message,
    }));
    return { problems, lineOf };
  }
  const checked = shape.safeParse(document.toJS());
  if (checked.success) return { value: checked.data, problems: [], lineOf };
  const problems = checked.error.issues.map((issue) => {
    const path = issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part));
    return { file, line: lineOf(path), message: `${path.join('.')}: ${issue.message}` };
  });
  return { problems, lineOf };
}

function lineOfPath(document: Document, lines: LineCounter, path: readonly (string | number)[]): number {
  for (let length = path.length; length > 0; length -= 1) {
    const parent: unknown =
      length === 1 ? document.contents : document.getIn(path.slice(0, length - 1), true);
    const key = path[length - 1]!;
    if (isMap(parent)) {
      const pair = parent.items.find((item) => isPair(item) && isScalar(item.key) && item.key.value === key);
      const range = isScalar(pair?.key) ? pair.key.range : undefined;
      if (range) return lines.linePos(range[0]).line;
    }
    const node = document.getIn(path.slice(0, length), true) as
      { range?: readonly number[] | null } | undefined;
    if (node?.range) return lines.linePos(node.range[0]!).line;
  }
  return 1;
}
