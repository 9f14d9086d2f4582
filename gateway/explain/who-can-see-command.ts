// `npm run -s who-can-see`: one field, and what every consumer sees of it under every purpose it holds.
import type { RecordField } from '../../schema/catalogue.ts';
import type { PolicySnapshot } from '../request/snapshot.ts';
import { columns } from './columns.ts';
import { type Explanation, explainFor } from './explanation.ts';
import { type CommandIo, type ExitCode, WrongUse, known, runSteward } from './steward-command.ts';
import { deriveText, outcomeText } from './wording.ts';

const HELP = `Who may see a field: every consumer, every purpose it holds.
某字段对各调用方、各用途的可见性。

  npm run -s who-can-see -- <Type.field>

  --json   for programs
  --root   the project root ($PROJECT_ROOT, or the current folder)

Case number and user are given where the purpose demands them; where giving more changes the outcome, a second line
says so. "+verdict": its facts may feed a verdict.

Exit code: 0 shown; 1 the files have problems; 2 wrong use.
`;

/** What one consumer sees under one purpose, with no more given than `caseGiven` and `userGiven`. */
export interface Viewing {
  readonly consumer: string;
  readonly purpose: string;
  readonly caseGiven: boolean;
  readonly userGiven: boolean;
  readonly outcome: string;
  readonly derive: string;
  readonly policies: readonly string[];
}

export async function runWhoCanSee(argv: readonly string[], io: CommandIo): Promise<ExitCode> {
  return runSteward(argv, io, {
    help: HELP,
    options: {},
    run: async ({ positionals }, { definition, json }) => {
      const [coordinate, ...rest] = positionals;
      if (coordinate === undefined || rest.length > 0) throw new WrongUse('Name one field. 须指明一个字段。');
      const { snapshot } = await definition();
      const field = known({ en: 'field', zh: '字段' }, coordinate, snapshot.catalogue.coordinates);
      const viewings = whoCanSee(snapshot, field);
      if (json) {
        io.stdout.write(`${JSON.stringify({ coordinate, viewings }, undefined, 2)}\n`);
        return 0;
      }
      const rows = viewings.map((one) => [
        one.consumer,
        one.purpose + givenText(one),
        one.outcome + one.derive,
        one.policies.join(', '),
      ]);
      io.stdout.write(
        columns([['consumer 调用方', 'purpose 用途', 'outcome 结果', 'policies 策略'], ...rows]),
      );
      return 0;
    },
  });
}

/** In the order of the consumers and their purposes. */
export function whoCanSee(snapshot: PolicySnapshot, { coordinate }: RecordField): readonly Viewing[] {
  const { consumers, purposes } = snapshot.policies.policySet.consumers;
  return [...consumers.values()].flatMap((consumer) =>
    consumer.purposes.flatMap((name) => {
      const purpose = purposes.get(name)!;
      const viewing = (caseGiven: boolean, userGiven: boolean): Viewing => {
        const explainer = explainFor(snapshot, { consumer, purpose, caseGiven, userGiven });
        const explanation = explainer.explain(coordinate)!;
        return {
          consumer: consumer.name,
          purpose: name,
          caseGiven,
          userGiven,
          outcome: outcomeText(explanation),
          derive: deriveText(explanation),
          policies: policiesOf(explanation),
        };
      };
      const least = viewing(purpose.caseRequired, purpose.userRequired);
      const most = viewing(true, true);
      const same = least.outcome === most.outcome && least.derive === most.derive;
      return same ? [least] : [least, most];
    }),
  );
}

function policiesOf({ policies, derive }: Explanation): readonly string[] {
  return [...new Set([...policies, ...derive.policies].map(({ id }) => id))];
}

function givenText({ caseGiven, userGiven }: Viewing): string {
  const given = [...(caseGiven ? ['case'] : []), ...(userGiven ? ['user'] : [])];
  return given.length === 0 ? '' : ` (${given.join(', ')})`;
}
