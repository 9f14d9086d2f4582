// The table a person reads: every figure beside its yardstick of the same run, and the goals met or missed.
import type { AuditCost } from './audit-alone.ts';
import type { Machine } from './machine.ts';
import type { ColdTable } from './other-policies.ts';
import type { PolicyCost } from './policy-cost.ts';
import type { QuestionName } from './questions.ts';
import type { Result } from './rounds.ts';
import { type CallCounts, ownState } from './call-counts.ts';
import { type StartUp, contenderNames } from './stage.ts';

export interface Report {
  readonly machine: Machine;
  readonly quick: boolean;
  readonly questions: readonly { readonly name: QuestionName; readonly title: string }[];
  readonly results: readonly Result[];
  readonly failures: readonly string[];
  readonly roundTrips: Readonly<Record<QuestionName, CallCounts>>;
  readonly startUp: StartUp;
  /** Of the gateway over the sandbox, MB, after the run; null where it cannot be told. */
  readonly memory: { readonly now: number; readonly highest: number } | null;
  readonly policies: PolicyCost;
  readonly audit: AuditCost;
  readonly coldTable: ColdTable;
}

export function renderReport(report: Report): string {
  const { machine, startUp, memory, audit, coldTable, roundTrips, failures } = report;
  const trips = Object.entries(roundTrips).map(
    ([name, calls]) =>
      `${name} ${Object.entries(calls)
        .filter(([, count]) => count > 0)
        .sort()
        .map(([source, count]) => `${source} ${count}`)
        .join(', ')}`,
  );
  return [
    '',
    machineLine(machine),
    ...(report.quick ? ['A quick run: one short round, good for a first look only.'] : []),
    '',
    ...report.questions.flatMap(({ name, title }) => [`${name}: ${title}`, ...table(report, name), '']),
    `Gateway (sandbox)  memory after the run ${memory === null ? 'unknown' : `${memory.now.toFixed(0)} MB, highest ${memory.highest.toFixed(0)} MB`}`,
    `Start to first answer  ${seconds(startUp.total)}: sandbox ${seconds(startUp.sandbox)}${startUp.sandboxFirstTime ? ' (the first time)' : ''}, gateway ${seconds(startUp.gateway)}`,
    `Policies on Q1  processes under the policies ${report.policies.own.map(ms).join(', ')} an answer, with everything allowed ${report.policies.open.map(ms).join(', ')}`,
    `Audit alone  intent and outcome durable: p50 ${ms(audit.p50)}, p99 ${ms(audit.p99)}`,
    `Cold decision table  ${ms(coldTable.median)} for ${coldTable.coordinates} fields under ${coldTable.policies} policies`,
    `Round trips  ${trips.join(' · ')}`,
    '',
    'Goals',
    ...goalsOf(report).map(
      ({ text, result, verdict }) => `  ${verdict.padEnd(7)} ${text.padEnd(64)} ${result}`,
    ),
    '',
    failures.length === 0
      ? 'Every answer was right.'
      : `FAILED\n${failures.map((line) => `  ${line}`).join('\n')}`,
  ].join('\n');
}

export function machineLine(machine: Machine): string {
  const { date, cpu, cores, memoryGigabytes, node, platform, pinned, load } = machine;
  const placed = pinned
    ? 'servers on core 0, load and agencies on the others'
    : 'nothing pinned: server and load share the cores';
  return `${date} · ${cpu}, ${cores} cores, ${memoryGigabytes} GB · Node ${node}, ${platform} · ${placed} · load before the run ${load.toFixed(1)}`;
}

function table({ results }: Report, question: QuestionName): string[] {
  const cells = [
    ['server', 'requests/s', '× raw-json', 'p50', 'p99', 'p50 alone', 'p99 alone', 'CPU', '× raw-json'],
    ...results
      .filter((result) => result.question === question && result.connections === 16)
      .map((result) => {
        const alone = find(results, result.server, question, 1);
        return [
          result.server,
          Math.round(result.requestsPerSecond).toLocaleString('en-GB'),
          shareOf(results, result.server, question).toFixed(2),
          ms(result.p50),
          ms(result.p99),
          ms(alone.p50),
          ms(alone.p99),
          result.processor === null ? 'unknown' : ms(result.processor),
          processorShareOf(results, result.server, question),
        ];
      }),
  ];
  const widths = cells[0]!.map((_, column) => Math.max(...cells.map((row) => row[column]!.length)));
  return cells.map(
    (row) =>
      `  ${row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!))).join('  ')}`,
  );
}

type Verdict = 'met' | 'missed' | 'unknown';
interface Goal {
  readonly text: string;
  readonly result: string;
  readonly verdict: Verdict;
}

/** The goals of today and, marked as such, those the compiled plans are to reach. */
export function goalsOf(report: Report): readonly Goal[] {
  const { results, memory, startUp, roundTrips } = report;
  const share = (question: QuestionName): number => shareOf(results, contenderNames.inMemory, question);
  const q1 = find(results, contenderNames.inMemory, 'Q1', 16).requestsPerSecond;
  const apollo = find(results, contenderNames.apollo, 'Q1', 16).requestsPerSecond;
  const atLeast = (text: string, value: number, least: number): Goal => ({
    text: `${text} ≥ ${least.toFixed(2)} × raw-json`,
    result: value.toFixed(2),
    verdict: value >= least ? 'met' : 'missed',
  });
  const startLimit = startUp.sandboxFirstTime ? 6000 : 1500;
  const counts = [roundTrips.Q1, roundTrips.Q2].flatMap((calls) =>
    Object.entries(calls).flatMap(([source, count]) => (source === ownState || count === 0 ? [] : [count])),
  );
  return [
    atLeast('Q1, in-memory sources, everything on', share('Q1'), 0.09),
    {
      text: 'Q1, in-memory sources, no slower than Apollo Server without it',
      result: `${(q1 / apollo).toFixed(2)} ×`,
      verdict: q1 >= apollo ? 'met' : 'missed',
    },
    policyGoal(report),
    {
      text: 'cold decision table, 300 fields and 200 policies, ≤ 50 ms',
      result: ms(report.coldTable.median),
      verdict: report.coldTable.median <= 50 ? 'met' : 'missed',
    },
    {
      text: 'gateway process, default sandbox, ≤ 200 MB after the run',
      result: memory === null ? 'unknown' : `${memory.now.toFixed(0)} MB`,
      verdict: memory === null ? 'unknown' : memory.now <= 200 ? 'met' : 'missed',
    },
    {
      text: 'one round trip per source for Q1 and Q2',
      result: `at most ${Math.max(...counts)}`,
      verdict: counts.every((count) => count === 1) ? 'met' : 'missed',
    },
    {
      text: `start to first answer ≤ ${seconds(startLimit)}`,
      result: seconds(startUp.total),
      verdict: startUp.total <= startLimit ? 'met' : 'missed',
    },
    atLeast('later: Q1', share('Q1'), 0.7),
    atLeast('later: Q2', share('Q2'), 0.6),
    atLeast('later: Q3', share('Q3'), 0.4),
  ];
}

/** What the policies cost on Q1, by processor time: the same query, everything allowed. */
function policyGoal({ policies: { cost } }: Report): Goal {
  return {
    text: 'policies on Q1 ≤ 5 % over everything allowed (processor time)',
    result: Number.isFinite(cost) ? `${(cost * 100).toFixed(1)} %` : 'unknown',
    verdict: Number.isFinite(cost) ? (cost <= 0.05 ? 'met' : 'missed') : 'unknown',
  };
}

function find(
  results: readonly Result[],
  server: string,
  question: QuestionName,
  connections: number,
): Result {
  return results.find(
    (result) =>
      result.server === server && result.question === question && result.connections === connections,
  )!;
}

function shareOf(results: readonly Result[], server: string, question: QuestionName): number {
  const yardstick = find(results, contenderNames.rawJson, question, 16).requestsPerSecond;
  return find(results, server, question, 16).requestsPerSecond / yardstick;
}

/** The yardstick's processor time for an answer over the server's: what others on the machine disturb least. */
function processorShareOf(results: readonly Result[], server: string, question: QuestionName): string {
  const yardstick = find(results, contenderNames.rawJson, question, 16).processor;
  const own = find(results, server, question, 16).processor;
  return yardstick === null || own === null ? 'unknown' : (yardstick / own).toFixed(2);
}

/** "none" where nothing was answered in the measured time, which is slow and not wrong. */
function ms(milliseconds: number): string {
  if (!Number.isFinite(milliseconds)) return 'none';
  return `${milliseconds < 10 ? milliseconds.toFixed(2) : milliseconds.toFixed(1)} ms`;
}
const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(1)} s`;
