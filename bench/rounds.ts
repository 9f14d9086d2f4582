// Alternating rounds: every server gets its turn in every round, so that a noisy minute hits all of them, and
// what is reported is the median over the rounds.
import { processorTimeOf } from './children.ts';
import { type Measurement, load, median } from './load.ts';
import type { Question, QuestionName } from './questions.ts';
import type { Contender } from './stage.ts';

export const connectionCounts = [16, 1] as const;

/** Medians over the rounds. */
export interface Result {
  readonly server: string;
  readonly question: QuestionName;
  readonly connections: number;
  readonly requestsPerSecond: number;
  /** Of each round, in order. */
  readonly rounds: readonly number[];
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  /** Milliseconds of processor time an answer took; null where it cannot be told. */
  readonly processor: number | null;
}

interface Run extends Measurement {
  readonly processor: number;
}

/** A machine that others use gives few answers a second: it is not warmed for ever. */
const mostTurns = 5;

/**
 * Seconds. `heat` is for the compilers in the servers, before anything is measured; twice as long for Q1, and again
 * until there were `answers`: what is not compiled yet says nothing about what is warm. With four
 * servers and three questions a full run loads for about 75 s, a quick one for about 15 s.
 */
const plans = {
  full: {
    rounds: 3,
    heat: 0.9,
    answers: 1200,
    16: { warmUp: 0.2, seconds: 1 },
    1: { warmUp: 0.1, seconds: 0.4 },
  },
  quick: {
    rounds: 1,
    heat: 0.6,
    answers: 300,
    16: { warmUp: 0.1, seconds: 0.4 },
    1: { warmUp: 0.05, seconds: 0.25 },
  },
} as const;

export async function measureRounds(
  contenders: readonly Contender[],
  questions: readonly Question[],
  { quick, say }: { readonly quick: boolean; readonly say: (line: string) => void },
): Promise<{ readonly results: readonly Result[]; readonly failures: readonly string[] }> {
  const plan = quick ? plans.quick : plans.full;
  const failures: string[] = [];
  const runs = new Map<string, Run[]>();
  const once = async (
    contender: Contender,
    question: Question,
    connections: 1 | 16,
    times: { readonly warmUp: number; readonly seconds: number },
  ): Promise<Run> => {
    const before = await processorTimeOf(contender.child.pid!);
    const measured = await load(contender.target(question), connections, times);
    const silent = measured.allAnswers === 0 ? ['nothing was answered'] : [];
    for (const failure of [...measured.failures, ...silent])
      failures.push(`${contender.name}, ${question.name}, ${connections} connections: ${failure}`);
    const used = (await processorTimeOf(contender.child.pid!)) - before;
    return { ...measured, processor: used / measured.allAnswers };
  };
  say('Warming up …');
  for (const contender of contenders) {
    for (const question of questions) {
      const warmUp = question.name === 'Q1' ? 2 * plan.heat : plan.heat;
      let answered = 0;
      for (let turn = 0; turn < mostTurns && answered < plan.answers; turn += 1)
        answered += (await once(contender, question, 16, { warmUp, seconds: 0 })).allAnswers;
    }
  }
  for (let round = 1; round <= plan.rounds; round += 1) {
    say(`Round ${round} of ${plan.rounds} …`);
    for (const question of questions) {
      for (const connections of connectionCounts) {
        for (const contender of contenders) {
          const key = `${contender.name} ${question.name} ${connections}`;
          const measured = await once(contender, question, connections, plan[connections]);
          runs.set(key, [...(runs.get(key) ?? []), measured]);
        }
      }
    }
  }
  const results = questions.flatMap((question) =>
    connectionCounts.flatMap((connections) =>
      contenders.map(({ name: server }): Result => {
        const measured = runs.get(`${server} ${question.name} ${connections}`) ?? [];
        const rounds = measured.map(({ requestsPerSecond }) => requestsPerSecond);
        return {
          server,
          question: question.name,
          connections,
          requestsPerSecond: median(rounds),
          rounds,
          p50: median(measured.map(({ p50 }) => p50)),
          p99: median(measured.map(({ p99 }) => p99)),
          processor: numberOrNull(median(measured.map(({ processor }) => processor))),
        };
      }),
    ),
  );
  return { results, failures };
}

function numberOrNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
