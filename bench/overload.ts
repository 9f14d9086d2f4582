// `npm run bench -- --overload`: more questions than can be answered, asked by clients who do not wait, over healthy
// agencies; once alone and once beside two busy processes. Nothing is pinned: all share the cores as they come.
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { sandboxHeap } from '../gateway/heap-limits.ts';
import { type AgenciesOptions, listening, openAgencies, post } from './agencies.ts';
import { type Busy, launch, makeBusy, memoryOf, processorTimeOf } from './children.ts';
import { type Target, load, median } from './load.ts';
import { type OpenLoopResult, openLoop } from './open-loop.ts';

export const clientCounts = [16, 64, 256] as const;
export type ClientCount = (typeof clientCounts)[number];

/** One number of clients: the sums or medians over the rounds. */
export interface OverloadRow extends OpenLoopResult {
  readonly clients: ClientCount;
  /** MB at the end of each round, the most; NaN where it cannot be told. */
  readonly memory: number;
  /** Milliseconds of the gateway's processor time for each whole answer, refusals within; NaN where it cannot be told. */
  readonly processor: number;
}

type Round = OpenLoopResult & Pick<OverloadRow, 'memory' | 'processor'>;

export interface OverloadRun {
  readonly beside: 'nothing' | 'two busy processes';
  /** Questions a second that 16 clients who wait for their answers get answered. */
  readonly waiting: number;
  readonly rows: readonly OverloadRow[];
}

/** What is asked together, as a multiple of what is answered to sixteen clients who wait for their answers. */
const OFFERED: Readonly<Record<ClientCount, number>> = { 16: 1.2, 64: 2.4, 256: 4.8 };

const plans = {
  full: { heat: 8, calibrate: 4, rounds: 5, warmUp: 0.5, seconds: 3 },
  quick: { heat: 4, calibrate: 2, rounds: 1, warmUp: 0.5, seconds: 3 },
} as const;

export async function measureOverload(
  options: AgenciesOptions & { readonly quick: boolean },
): Promise<readonly OverloadRun[]> {
  const { dist, directory, questions, quick, say } = options;
  const agencies = await openAgencies(options);
  await rm(join(directory, 'audit-overload'), { recursive: true, force: true });
  const gateway = await launch(
    dist,
    'gateway/main.js',
    agencies.environment('overload'),
    listening,
    sandboxHeap,
  );
  const [question] = questions;
  const url = `${gateway.first}/graphql`;
  const headers = agencies.authorisation(question!);
  const { length } = await post(url, question!, headers);
  await agencies.order('quiet');
  const target: Target = { url, headers, body: question!.body, length, exact: false };
  const plan = quick ? plans.quick : plans.full;

  say('Warming up …');
  await load(target, 16, { warmUp: plan.heat, seconds: 0 });
  const measure = async (beside: OverloadRun['beside']): Promise<OverloadRun> => {
    say(`Beside ${beside}: clients who wait …`);
    const waiting = (await load(target, 16, { warmUp: 1, seconds: plan.calibrate })).requestsPerSecond;
    const rounds = new Map<ClientCount, Round[]>();
    for (let round = 1; round <= plan.rounds; round += 1) {
      say(`Beside ${beside}: round ${round} of ${plan.rounds} …`);
      for (const clients of clientCounts) {
        const every = (clients / (OFFERED[clients] * waiting)) * 1000;
        const before = await processorTimeOf(gateway.child.pid!);
        const result = await openLoop(target, { clients, every, ...plan });
        const used = (await processorTimeOf(gateway.child.pid!)) - before;
        const memory = (await memoryOf(gateway.child.pid!))?.now ?? Number.NaN;
        const processor = used / result.allWhole;
        rounds.set(clients, [...(rounds.get(clients) ?? []), { ...result, memory, processor }]);
      }
    }
    return { beside, waiting, rows: clientCounts.map((clients) => rowOf(clients, rounds.get(clients)!)) };
  };
  const alone = await measure('nothing');
  const busy: readonly Busy[] = [makeBusy(), makeBusy()];
  try {
    return [alone, await measure('two busy processes')];
  } finally {
    for (const one of busy) one.end();
  }
}

function rowOf(clients: ClientCount, rounds: readonly Round[]): OverloadRow {
  const sum = (pick: (result: OpenLoopResult) => number): number =>
    rounds.reduce((total, result) => total + pick(result), 0);
  const middle = (pick: (result: (typeof rounds)[number]) => number): number =>
    median(rounds.map(pick).filter(Number.isFinite));
  return {
    clients,
    offeredPerSecond: middle((round) => round.offeredPerSecond),
    wholePerSecond: middle((round) => round.wholePerSecond),
    whole: sum((round) => round.whole),
    notWhole: sum((round) => round.notWhole),
    refused: sum((round) => round.refused),
    failed: sum((round) => round.failed),
    answered: { p50: middle((round) => round.answered.p50), p99: middle((round) => round.answered.p99) },
    refusal: { p50: middle((round) => round.refusal.p50), p99: middle((round) => round.refusal.p99) },
    allWhole: sum((round) => round.allWhole),
    processor: middle((round) => round.processor),
    memory: Math.max(...rounds.map(({ memory }) => memory)),
  };
}
