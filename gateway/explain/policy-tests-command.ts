// `npm run -s policy-tests`: are the policies still what policies/tests says they are?
import { isAbsolute, join, relative } from 'node:path';
import {
  type Miss,
  type PolicyTest,
  loadPolicyTests,
  runPolicyTest,
} from '../../policies/engine/policy-tests.ts';
import { BadFiles, type CommandIo, type ExitCode, WrongUse, runSteward } from './steward-command.ts';

const HELP = `Holds the access policies against policies/tests/*.yaml.
按 policies/tests/*.yaml 中的用例检验访问策略。

  npm run -s policy-tests

  --json   for programs
  --root   the project root ($PROJECT_ROOT, or the current folder)

Exit code: 0 all hold; 1 one does not, or the files have problems; 2 wrong use.
`;

export async function runPolicyTests(argv: readonly string[], io: CommandIo): Promise<ExitCode> {
  return runSteward(argv, io, {
    help: HELP,
    options: {},
    run: async ({ positionals }, { definition, root, json, shortPath }) => {
      if (positionals.length > 0) throw new WrongUse(`unexpected ${positionals[0]}`);
      const { catalogue, policies } = (await definition()).snapshot;
      const { tests, problems } = loadPolicyTests(join(root, 'policies'), catalogue, policies.policySet);
      if (problems.length > 0) {
        const short = (file: string): string => (isAbsolute(file) ? relative(root, file) : file);
        throw new BadFiles(problems.map((problem) => ({ ...problem, file: short(problem.file) })));
      }
      const results = tests.map((test) => ({
        test,
        misses: runPolicyTest(test, policies.policySet, catalogue),
      }));
      const failed = results.filter(({ misses }) => misses.length > 0);
      if (json) {
        const rows = results.map(({ test, misses }) => ({
          file: shortPath(test.file),
          line: test.line,
          title: test.title,
          expectations: test.expectations.length,
          misses,
        }));
        io.stdout.write(`${JSON.stringify(rows, undefined, 2)}\n`);
        return failed.length === 0 ? 0 : 1;
      }
      for (const { test, misses } of failed) {
        io.stdout.write(`FAIL ${shortPath(test.file)}:${test.line} ${test.title}\n`);
        for (const miss of misses) io.stdout.write(`     ${missText(miss, test, shortPath)}\n`);
      }
      const count = tests.reduce((sum, { expectations }) => sum + expectations.length, 0);
      io.stdout.write(
        `${tests.length} tests, ${count} expectations, ${failed.length} failed. ` +
          `共 ${tests.length} 例、${count} 项预期，${failed.length} 例不符。\n`,
      );
      return failed.length === 0 ? 0 : 1;
    },
  });
}

function missText(miss: Miss, { file }: PolicyTest, shortPath: (path: string) => string): string {
  const { coordinate, action, expected, actual, policies, line } = miss;
  const what = action === 'derive' ? `derive ${coordinate}` : coordinate;
  const by = policies.length === 0 ? '' : ` by ${policies.join(', ')}`;
  return `${shortPath(file)}:${line} ${what}: expected ${expected}, is ${actual}${by}`;
}
