// What the policies cost: the same gateway under the policies and under ones that allow everything. Two processes of one
// program differ by a tenth, so several of each are weighed, by their processor time, in alternating slices.
import { processorTimeOf } from './children.ts';
import { load } from './load.ts';
import type { Question } from './questions.ts';
import type { Contender, PolicyPair } from './stage.ts';

/** Milliseconds of processor time for an answer; one figure a process, in the order they were started. */
export interface PolicyCost {
  readonly own: readonly number[];
  readonly open: readonly number[];
  /** Mean of `own` over mean of `open`, less one; NaN where processor time cannot be told. */
  readonly cost: number;
}

const plans = {
  full: { pairs: 3, heat: 3, slices: 10, seconds: 0.5 },
  quick: { pairs: 1, heat: 0, slices: 3, seconds: 0.3 },
} as const;

interface Weighed {
  readonly contender: Contender;
  milliseconds: number;
  answers: number;
}

/** `first`: the pair that runs already and is warm. What was wrong is told in sentences. */
export async function measurePolicyCost(
  question: Question,
  first: PolicyPair,
  anotherPair: () => Promise<PolicyPair>,
  { quick }: { readonly quick: boolean },
): Promise<{ readonly cost: PolicyCost; readonly failures: readonly string[] }> {
  const plan = quick ? plans.quick : plans.full;
  const failures: string[] = [];
  const run = async (contender: Contender, seconds: number): Promise<number> => {
    const measured = await load(contender.target(question), 16, { warmUp: 0, seconds });
    for (const failure of measured.failures)
      failures.push(`${contender.name}, cost of the policies: ${failure}`);
    return measured.allAnswers;
  };
  const pairs = [first];
  while (pairs.length < plan.pairs) {
    const pair = await anotherPair();
    await run(pair.own, plan.heat);
    await run(pair.open, plan.heat);
    pairs.push(pair);
  }
  const weigh = (contender: Contender): Weighed => ({ contender, milliseconds: 0, answers: 0 });
  const weighed = pairs.map(({ own, open }) => [weigh(own), weigh(open)] as const);
  for (let slice = 0; slice < plan.slices; slice += 1) {
    for (const one of weighed.flat()) {
      const { pid } = one.contender.child;
      const before = await processorTimeOf(pid!);
      one.answers += await run(one.contender, plan.seconds);
      one.milliseconds += (await processorTimeOf(pid!)) - before;
    }
  }
  const figures = (place: 0 | 1): number[] =>
    weighed.map((pair) => pair[place].milliseconds / pair[place].answers);
  const [own, open] = [figures(0), figures(1)];
  return { cost: { own, open, cost: mean(own) / mean(open) - 1 }, failures };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
