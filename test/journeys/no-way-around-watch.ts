// Asks a question and tells what became of it on every side: the answer, what each agency received, and what the
// audit log kept.
import { readStatements } from '../../connectors/sandbox/postgres/statement-journal.ts';
import { auditTail } from './audit-tail.ts';
import type { Answer, Ask, RunningGateway } from './running-gateway.ts';

export interface Watched extends Answer {
  /** `court` and `procurement` columns as they were received. */
  readonly columns: readonly string[];
  /** Statements PostgreSQL executed for the registry, the personnel file and the staged deliveries. */
  readonly statements: readonly string[];
  /** Entries the audit log gained. */
  readonly kept: readonly any[];
  /** Coordinate → outcome. */
  readonly withheld: Readonly<Record<string, string>>;
  /** Whatever an agency received, as one text. */
  readonly left: string;
}

export interface Watch {
  ask(ask: Ask & { readonly operationName?: string }): Promise<Watched>;
  /** Posts a body as it is. */
  post(body: string, headers?: Readonly<Record<string, string>>): Promise<Watched>;
}

export function watch(world: RunningGateway): Watch {
  const { court, procurement, postgres } = world.sandbox;
  const newEntries = auditTail(world.auditDirectory);
  let seen = 0;
  const during = async (work: () => Promise<Answer>): Promise<Watched> => {
    newEntries();
    court.clearJournal();
    procurement.clearJournal();
    seen = (await readStatements(postgres!)).length;
    const answer = await work();
    const columns = [...court.journal(), ...procurement.journal()].flatMap(({ asked }) =>
      asked.flatMap((one) => one.columns),
    );
    const statements = (await readStatements(postgres!))
      .slice(seen)
      .map(({ text }) => text)
      .filter((text) => /FROM "(registry|hr|staging)"\."/.test(text));
    return {
      ...answer,
      columns,
      statements,
      kept: newEntries(),
      withheld: Object.fromEntries(
        (answer.body.extensions?.withheld ?? []).map(({ coordinate, outcome }) => [coordinate, outcome]),
      ),
      left: [...columns, ...statements].join('\n'),
    };
  };
  return {
    post: (body, headers) => during(() => world.post(body, headers)),
    ask: ({ query, variables, operationName, consumer, headers }) =>
      during(async () =>
        world.post(JSON.stringify({ query, variables, operationName }), {
          ...(consumer === undefined ? {} : { authorization: `Bearer ${await world.token(consumer)}` }),
          ...headers,
        }),
      ),
  };
}
