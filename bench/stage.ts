// Sets the stage: the sandbox, the answers and rows the yardsticks need, and the servers to be compared.
import type { ChildProcess } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sandboxHeap } from '../gateway/heap-limits.ts';
import { listening, openAgencies, post } from './agencies.ts';
import type { Captured, CapturedRows } from './captured.ts';
import { ask, launch, pin, stop } from './children.ts';
import type { Target } from './load.ts';
import { allowEverything } from './other-policies.ts';
import type { Question, QuestionName } from './questions.ts';
import type { CallCounts } from './call-counts.ts';

export interface StageOptions {
  readonly root: string;
  /** Folder of the built entries. */
  readonly dist: string;
  /** Folder for everything the bench writes. */
  readonly directory: string;
  readonly questions: readonly Question[];
  /** Core the compared servers are kept on; undefined: not kept. */
  readonly serverCore: number | undefined;
  readonly say: (line: string) => void;
}

export interface Contender {
  readonly name: string;
  readonly child: ChildProcess;
  target(question: Question): Target;
}

export interface Stage {
  readonly contenders: readonly Contender[];
  /** Starts another in-memory gateway and another that allows everything. */
  readonly anotherPair: () => Promise<PolicyPair>;
  /** The gateway over the sandbox agencies, whose memory is weighed. */
  readonly gateway: ChildProcess;
  /** Calls per source of each question, as the agencies and PostgreSQL counted them. */
  readonly roundTrips: Readonly<Record<QuestionName, CallCounts>>;
  readonly startUp: StartUp;
}

/** The same gateway twice: under the policies, and under policies that allow everything. */
export interface PolicyPair {
  readonly own: Contender;
  readonly open: Contender;
}

/** Milliseconds. `total`: sandbox and then gateway until the first answer. */
export interface StartUp {
  readonly sandboxFirstTime: boolean;
  readonly sandbox: number;
  readonly gateway: number;
  readonly total: number;
}

export const contenderNames = {
  rawJson: 'raw-json',
  apollo: 'apollo-plain',
  inMemory: 'gateway (in-memory sources)',
  open: 'gateway (in-memory, all allowed)',
  sandbox: 'gateway (sandbox)',
} as const;

/** Starts everything that is compared. Throws when an answer is not what it should be. */
export async function setStage(options: StageOptions): Promise<Stage> {
  const { dist, directory, questions } = options;
  const agencies = await openAgencies(options);
  const { authorisation, environment, order } = agencies;

  for (const name of ['recording', 'sandbox'])
    await rm(join(directory, `audit-${name}`), { recursive: true, force: true });
  const recorder = await launch(dist, 'bench/servers/gateway.js', environment('recording'), listening);
  const answers: Partial<Record<QuestionName, Captured['answers'][QuestionName]>> = {};
  const lengths: Partial<Record<QuestionName, number>> = {};
  const roundTrips: Partial<Record<QuestionName, CallCounts>> = {};
  for (const question of questions) {
    // The first question of a kind also makes what later ones find made: connections, tables of the own state.
    await post(`${recorder.first}/graphql`, question, authorisation(question));
    await order('forget');
    const text = await post(`${recorder.first}/graphql`, question, authorisation(question));
    answers[question.name] = parseAnswer(question, text);
    lengths[question.name] = text.length;
    roundTrips[question.name] = await order('count');
  }
  const rows = await ask(recorder.child, 'rows', (message) => message['rows'] as CapturedRows | undefined);
  await stop(recorder.child);
  await order('quiet');
  const file = join(directory, 'captured.json');
  await writeFile(file, JSON.stringify({ answers, rows }));

  const gatewayStart = performance.now();
  const gateway = await launch(dist, 'gateway/main.js', environment('sandbox'), listening, sandboxHeap);
  const [opening] = questions;
  await post(`${gateway.first}/graphql`, opening!, authorisation(opening!));
  const gatewayTime = performance.now() - gatewayStart;

  const launchInMemory = async (name: string, root?: string): ReturnType<typeof launch<string>> => {
    const directoryOfLog = join(directory, `audit-${name}`);
    await rm(directoryOfLog, { recursive: true, force: true });
    const started = await launch(
      dist,
      'bench/servers/gateway.js',
      { ...environment(name, root), BENCH_CAPTURED: file },
      listening,
    );
    if (options.serverCore !== undefined) await pin(started.child.pid!, options.serverCore);
    return started;
  };
  const openRoot = join(directory, 'allow-everything');
  await allowEverything(options.root, openRoot);
  const inMemory = await launchInMemory('in-memory');
  const open = await launchInMemory('in-memory-open', openRoot);
  const openLengths: Partial<Record<QuestionName, number>> = {};
  for (const question of questions) {
    openLengths[question.name] = (
      await post(`${open.first}/graphql`, question, authorisation(question))
    ).length;
  }
  const plain = {
    ...process.env,
    NODE_ENV: 'production',
    PROJECT_ROOT: options.root,
    BENCH_CAPTURED: file,
  };
  const rawJson = await launch(dist, 'bench/servers/raw-json.js', plain, listening);
  const apollo = await launch(dist, 'bench/servers/apollo-plain.js', plain, listening);
  if (options.serverCore !== undefined) {
    for (const { child } of [gateway, rawJson, apollo]) await pin(child.pid!, options.serverCore);
  }

  const ours = (
    name: string,
    { child, first: url }: Awaited<typeof gateway>,
    expected = lengths,
  ): Contender => ({
    name,
    child,
    target: (question) => ({
      url: `${url}/graphql`,
      headers: authorisation(question),
      body: question.body,
      length: expected[question.name]!,
      exact: false,
    }),
  });
  const apolloLengths: Partial<Record<QuestionName, number>> = {};
  for (const question of questions) {
    const text = await post(apollo.first, question, {});
    sameData(question, answers[question.name]!, parseAnswer(question, text));
    apolloLengths[question.name] = text.length;
  }
  let pairs = 1;
  return {
    anotherPair: async () => {
      pairs += 1;
      return {
        own: ours(contenderNames.inMemory, await launchInMemory(`in-memory-${pairs}`)),
        open: ours(
          contenderNames.open,
          await launchInMemory(`in-memory-open-${pairs}`, openRoot),
          openLengths,
        ),
      };
    },
    roundTrips: roundTrips as Stage['roundTrips'],
    gateway: gateway.child,
    startUp: {
      sandboxFirstTime: agencies.firstTime,
      sandbox: agencies.milliseconds,
      gateway: gatewayTime,
      total: agencies.milliseconds + gatewayTime,
    },
    contenders: [
      {
        name: contenderNames.rawJson,
        child: rawJson.child,
        target: ({ name, body }) => ({
          url: `${rawJson.first}/${name}`,
          headers: {},
          body,
          length: JSON.stringify(answers[name]).length,
          exact: true,
        }),
      },
      {
        name: contenderNames.apollo,
        child: apollo.child,
        target: ({ name, body }) => ({
          url: apollo.first,
          headers: {},
          body,
          length: apolloLengths[name]!,
          exact: true,
        }),
      },
      ours(contenderNames.inMemory, inMemory),
      ours(contenderNames.open, open, openLengths),
      ours(contenderNames.sandbox, gateway),
    ],
  };
}

/** An answer without errors in which every section is known. */
function parseAnswer({ name }: Question, text: string): Captured['answers'][QuestionName] {
  const answer = JSON.parse(text) as Captured['answers'][QuestionName] & { readonly errors?: unknown };
  if (answer.errors !== undefined) throw new Error(`${name}: ${JSON.stringify(answer.errors)}`);
  const unknown = /"state":"(UNAVAILABLE|INVALID|STALE)"/.exec(text);
  if (unknown !== null) throw new Error(`${name}: a section is ${unknown[1]}`);
  return answer;
}

function sameData(
  { name }: Question,
  ours: Captured['answers'][QuestionName],
  theirs: Captured['answers'][QuestionName],
): void {
  const wanted = name === 'Q3' ? undefined : JSON.stringify(ours.data);
  if (wanted !== undefined && wanted !== JSON.stringify(theirs.data)) {
    throw new Error(`${name}: ${contenderNames.apollo} answers something else than the gateway`);
  }
}
