import { existsSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { expect, test } from 'vitest';
import { AUDIT_HELP } from '../../gateway/audit/report.ts';
import { issueToken } from '../../gateway/cli/issue-token.ts';
import { help as startHelp } from '../../gateway/cli/start-texts.ts';
import { REPORT_HELP } from '../../gateway/reports/command.ts';
import { runDocsCommand } from '../../gateway/documentation/command.ts';
import { readmeSteps, missingPieces } from './readme-steps.ts';
import { filesUnder, rooms, sourcesOf, textOf } from './source-files.ts';

const pages = ['README.md', ...filesUnder('docs', '.md')];
const { scripts } = JSON.parse(textOf('package.json')) as { readonly scripts: Record<string, string> };

/** `npm run -s token -- --consumer x` → { script: 'token', flags: ['--consumer'] }. */
function npmCommands(
  text: string,
): readonly { readonly script: string; readonly flags: readonly string[] }[] {
  return [...text.matchAll(/npm (?:run (?:-s )?([a-z][\w-]*)|(start|test))(?: (--[^\n`|#)"]*))?/g)].map(
    ([, run, direct, rest]) => ({
      script: run ?? direct!,
      flags: (rest ?? '').match(/(?<=\s)--[a-z][\w-]*/g) ?? [],
    }),
  );
}

test('every npm command that is written anywhere exists', () => {
  const unknown = [...pages, ...rooms.flatMap(sourcesOf), '.ci/run'].flatMap((file) =>
    npmCommands(textOf(file))
      .filter(({ script }) => scripts[script] === undefined)
      .map(({ script }) => `${file}: ${script}`),
  );
  expect(unknown).toEqual([]);
  expect(pages.flatMap((file) => npmCommands(textOf(file))).length).toBeGreaterThan(10);
});

test('every flag of a command that is written anywhere is in its --help', async () => {
  let docsHelp = '';
  const write = (text: string): void => void (docsHelp += text);
  await runDocsCommand(['--help'], { stdout: { write }, stderr: { write }, env: {} });
  const { stdout: tokenHelp } = await issueToken(['--help'], { env: {}, cwd: '.', now: 0 });
  const helps: Readonly<Record<string, string>> = {
    audit: AUDIT_HELP,
    check: textOf('gateway/cli/check.ts'),
    docs: docsHelp,
    report: REPORT_HELP,
    start: startHelp,
    token: tokenHelp,
    ...Object.fromEntries(
      ['deliveries', 'explain', 'impact', 'policy-report', 'policy-tests', 'who-can-see'].map((name) => [
        name,
        textOf(`gateway/explain/${name}-command.ts`),
      ]),
    ),
  };
  for (const file of pages) {
    for (const { script, flags } of npmCommands(textOf(file))) {
      if (helps[script] === undefined) continue;
      for (const flag of flags.filter((name) => name !== '--help'))
        expect(helps[script], `${file}: npm run ${script}`).toContain(flag);
    }
  }
});

test('what a page links to or names is there', () => {
  const gone: string[] = [];
  for (const page of pages) {
    const text = textOf(page).replaceAll(/^```[\s\S]*?^```/gm, '');
    for (const [, target] of text.matchAll(/\]\((?!https?:|#)([^)#]+)(?:#[^)]*)?\)/g)) {
      if (!existsSync(normalize(join(dirname(page), target!)))) gone.push(`${page}: ${target}`);
    }
    for (const [, path] of text.matchAll(
      /`((?:gateway|connectors|policies|schema|test|bench|docs|\.ci)\/[\w./-]+)`/g,
    )) {
      if (!existsSync(path!)) gone.push(`${page}: ${path}`);
    }
  }
  expect(gone).toEqual([]);
});

test('the README leads to a Chinese page at once', () => {
  expect(textOf('README.md').split('\n').slice(0, 4).join('\n')).toContain('](docs/zh.md)');
});

test('the README and its Chinese page show commands that CI runs', () => {
  expect(readmeSteps(textOf('README.md')).length).toBeGreaterThanOrEqual(6);
  expect(readmeSteps(textOf('docs/zh.md')).length).toBeGreaterThanOrEqual(2);
});

test('an answer of the README must occur in the output, in its order, whatever its layout', () => {
  const [step] = readmeSteps(
    '<!-- run -->\n```sh\ncurl\n```\n\n<!-- answer -->\n```json\n{ "a": 1 … "b": 2 }\n```\n',
  );
  expect(missingPieces(step!, '{"a":1,"x":0,"b":2}')).toEqual([]);
  expect(missingPieces(step!, '{"b":2}{"a":1')).toEqual(['"b":2}']);
  expect(missingPieces(step!, '{"a":1}')).toEqual(['"b":2}']);
});
