// The overload as a table, and the goals met or missed.
import type { ClientCount, OverloadRow, OverloadRun } from './overload.ts';
import type { describeMachine } from './machine.ts';
import { machineLine } from './report.ts';

export interface OverloadReport {
  readonly machine: ReturnType<typeof describeMachine>;
  readonly runs: readonly OverloadRun[];
}

export function renderOverload({ machine, runs }: OverloadReport): string {
  return [
    '',
    machineLine(machine),
    'Q1 over the sandbox agencies, all of them healthy; clients ask at even times and do not wait.',
    ...runs.flatMap((run) => ['', ...tableOf(run), '', ...goalsOf(run)]),
  ].join('\n');
}

/** Ends with 1 where an answer was not whole or a question got neither answer nor refusal. */
export function isHonoured({ runs }: OverloadReport): boolean {
  return runs.every(({ rows }) => rows.every(({ notWhole, failed }) => notWhole + failed === 0));
}

function tableOf({ beside, waiting, rows }: OverloadRun): string[] {
  const cells = [
    ['clients', 'asked/s', 'whole/s', '× 16', 'whole', 'not whole', 'refused', 'failed', 'p50', 'p99'].concat(
      ['refusal p50', 'p99', 'memory', '× 16', 'CPU'],
    ),
    ...rows.map((row) => [
      String(row.clients),
      row.offeredPerSecond.toFixed(0),
      row.wholePerSecond.toFixed(1),
      ratio(rows, row, ({ wholePerSecond }) => wholePerSecond),
      String(row.whole),
      String(row.notWhole),
      String(row.refused),
      String(row.failed),
      ms(row.answered.p50),
      ms(row.answered.p99),
      ms(row.refusal.p50),
      ms(row.refusal.p99),
      `${row.memory.toFixed(0)} MB`,
      ratio(rows, row, ({ memory }) => memory),
      ms(row.processor),
    ]),
  ];
  const widths = cells[0]!.map((_, column) => Math.max(...cells.map((line) => line[column]!.length)));
  return [
    `Beside ${beside} (16 clients who wait: ${waiting.toFixed(1)}/s)`,
    ...cells.map((line) => line.map((cell, column) => cell.padStart(widths[column]!)).join('  ')),
  ];
}

function goalsOf({ rows }: OverloadRun): string[] {
  const most = rowOf(rows, 256);
  const share = most.wholePerSecond / rowOf(rows, 16).wholePerSecond;
  const memory = most.memory / rowOf(rows, 16).memory;
  const spoilt = rows.reduce((sum, { notWhole }) => sum + notWhole, 0);
  const slowest = Math.max(...rows.map(({ refusal }) => refusal.p99).filter(Number.isFinite), 0);
  const goal = (met: boolean, text: string, result: string): string =>
    `  ${(met ? 'met' : 'missed').padEnd(7)} ${text.padEnd(52)} ${result}`;
  return [
    goal(spoilt === 0, 'every answer given is whole', `${spoilt} were not`),
    goal(share >= 0.9, 'throughput at 256 ≥ 0.90 × that at 16', share.toFixed(2)),
    goal(slowest <= 50, 'refused within 50 ms (p99)', ms(slowest)),
    goal(memory <= 1.1, 'memory at 256 ≤ 1.10 × that at 16', memory.toFixed(2)),
  ];
}

function rowOf(rows: readonly OverloadRow[], clients: ClientCount): OverloadRow {
  return rows.find((row) => row.clients === clients)!;
}

function ratio(rows: readonly OverloadRow[], row: OverloadRow, pick: (row: OverloadRow) => number): string {
  return (pick(row) / pick(rowOf(rows, 16))).toFixed(2);
}

const ms = (milliseconds: number): string =>
  Number.isFinite(milliseconds) ? `${milliseconds.toFixed(milliseconds < 10 ? 1 : 0)} ms` : '–';
