// `npm run -s check`: are SDL, policies, rules and manifests sound and do they fit each other? `--live` also holds every
// source against its manifest. Nothing is started.
import { parseArgs } from 'node:util';
import type { Subject } from '../../connectors/contract.ts';
import { unprovenIn } from '../../connectors/unproven.ts';
import { calendarWarning } from '../../policies/engine/working-days.ts';
import { beijingDay } from '../../schema/identifiers/calendar-date.ts';
import { parseCitizenId } from '../../schema/identifiers/citizen-id.ts';
import { parseUscc } from '../../schema/identifiers/uscc.ts';
import { formatProblem } from '../../schema/problem.ts';
import { type Definition, readDefinition } from '../gateway.ts';
import { StartupRefused } from '../startup-refused.ts';
import { reportLive } from '../onboarding/live-report.ts';

const help = `npm run -s check [-- --live [--organization CODE] [--person ID] [--accept SOURCE.RECORD …]]

  Checks schema/, policies/ and connectors/sources/ under PROJECT_ROOT (default: here), offline.
  Addresses that manifests name are taken from the environment; without --live they may be missing.

  --live           asks every source for a few rows and reports what departs from its manifest: missing columns, values
                   that cannot be read, codes it does not list; counts all keys of databases and deliveries, and tells
                   of rows nobody can find; needs the addresses and DATABASE_URL
  --organization   with --live: a subject (USCC) to ask about where a source answers by codes alone
  --person         with --live: likewise, a citizen id
  --accept         with --live: a record type of a database that has fewer records than before, and should
  --help           this text

  Says, too, when the days off of the next year are not entered and clocks may end in it.

  Exit code 0: sound. 1: problems, one a line. 2: wrong usage.`;

async function main(): Promise<number> {
  let live: boolean;
  let subjects: readonly Subject[];
  let accepted: readonly string[];
  try {
    const { values } = parseArgs({
      options: {
        live: { type: 'boolean' },
        organization: { type: 'string' },
        person: { type: 'string' },
        accept: { type: 'string', multiple: true },
        help: { type: 'boolean' },
      },
    });
    if (values.help === true) {
      console.log(help);
      return 0;
    }
    live = values.live === true;
    subjects = [
      ...(values.organization === undefined ? [] : [subjectOf('Organization', values.organization)]),
      ...(values.person === undefined ? [] : [subjectOf('Person', values.person)]),
    ];
    accepted = values.accept ?? [];
    if (subjects.length + accepted.length > 0 && !live) throw new Error('a subject is for --live');
  } catch {
    console.error(help);
    return 2;
  }
  const root = process.env['PROJECT_ROOT'] ?? process.cwd();
  let definition: Definition;
  try {
    definition = await readDefinition(root, process.env, { addressesRequired: live });
  } catch (error) {
    if (!(error instanceof StartupRefused)) throw error;
    for (const problem of error.problems) console.error(formatProblem(problem));
    console.error(`${error.problems.length} problems. 共 ${error.problems.length} 处问题。`);
    return 1;
  }
  const { catalogue, policies } = definition.snapshot;
  const rules = [...policies.rulebook.scenes.values()].flatMap((scene) => scene.rules).length;
  console.log(
    `OK: ${definition.manifests.length} sources, ${catalogue.coordinates.size} fields, ` +
      `${policies.policySet.policies.length} policies (version ${policies.policySet.version}), ` +
      `${rules} rules (version ${policies.rulebook.version})`,
  );
  const warning = calendarWarning(policies.remedyLaw.calendar, beijingDay(new Date()));
  if (warning !== undefined) console.log(warning);
  for (const { source, record, cure } of definition.manifests.flatMap(unprovenIn))
    console.log(`${source} ${record}: nobody is CLEAR by it 不能据此判定 CLEAR. ${cure.en}. ${cure.zh}。`);
  if (!live) return 0;
  return reportLive(console.log, definition.manifests, {
    subjects,
    accepted,
    stagingUrl: process.env['DATABASE_URL'],
  });
}

function subjectOf(kind: Subject['kind'], text: string): Subject {
  const parsed = kind === 'Organization' ? parseUscc(text) : parseCitizenId(text);
  if (!parsed.ok) throw new Error('not an identifier');
  return { kind, id: parsed.value };
}

process.exitCode = await main();
