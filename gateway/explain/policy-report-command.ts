// `npm run -s policy-report`: how much every policy decides, and which decide nothing.
import { type Participation, participationOf } from '../../policies/engine/participation.ts';
import { columns } from './columns.ts';
import { type CommandIo, type ExitCode, WrongUse, runSteward } from './steward-command.ts';

const HELP = `How much every access policy decides, over every consumer, purpose it holds, field and action.
各访问策略实际起作用的范围。

  npm run -s policy-report [-- --fail-on-dead]

  --fail-on-dead  exit with 1 if a policy decides nothing
  --json          for programs
  --root          the project root ($PROJECT_ROOT, or the current folder)

  cells   consumer × purpose × field × action it takes part in; 0 is dead: no registered consumer ever meets it
  alone   of these, how many would come out otherwise without it; 0 means that others say the same already

Exit code: 0 shown; 1 a dead policy (with --fail-on-dead), or the files have problems; 2 wrong use.
`;

export async function runPolicyReport(argv: readonly string[], io: CommandIo): Promise<ExitCode> {
  return runSteward(argv, io, {
    help: HELP,
    options: { 'fail-on-dead': { type: 'boolean' } },
    run: async ({ values, positionals }, { definition, json, shortPath }) => {
      if (positionals.length > 0) throw new WrongUse(`unexpected ${positionals[0]}`);
      const { catalogue, policies } = (await definition()).snapshot;
      const report = participationOf(policies.policySet, catalogue);
      const placeOf = ({ policy }: Participation): string => `${shortPath(policy.file)}:${policy.line}`;
      const dead = report.filter(({ cells }) => cells === 0);
      if (json) {
        const rows = report.map((one) => ({
          policy: one.policy.id,
          place: placeOf(one),
          cells: one.cells,
          alone: one.alone,
          dead: one.cells === 0,
          where: one.where,
        }));
        io.stdout.write(`${JSON.stringify(rows, undefined, 2)}\n`);
      } else {
        const head = ['policy 策略', 'cells 参与', 'alone 独立决定', 'place 位置'];
        const rows = report.map((one) => [
          one.policy.id,
          String(one.cells),
          one.cells > 0 && one.alone === 0 ? '0 redundant 冗余' : String(one.alone),
          placeOf(one),
        ]);
        io.stdout.write(columns([head, ...rows]));
        for (const one of dead) {
          io.stdout.write(`${placeOf(one)} ${one.policy.id} decides nothing. 该策略不起任何作用。\n`);
        }
        io.stdout.write(
          `${report.length} policies, ${dead.length} dead. 共 ${report.length} 条，无效 ${dead.length} 条。\n`,
        );
      }
      return values['fail-on-dead'] === true && dead.length > 0 ? 1 : 0;
    },
  });
}
