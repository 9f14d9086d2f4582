// Plan → answers. One call per source, all at once; a slow source costs only its own section.
import type { Connector, SourceAnswer } from '../../connectors/contract.ts';
import { underEffects } from '../remedies/effects.ts';
import { type Fetched, type Planned, enter } from './stages.ts';

/** Asks every source of the plan. Never rejects: a source's failure is its answer. */
export async function fetchAll(
  planned: Planned,
  connectors: ReadonlyMap<string, Connector>,
  signal: AbortSignal,
): Promise<Fetched> {
  const answers = new Map<string, SourceAnswer>();
  await Promise.all(
    [...planned.fetches].map(async ([source, request]) => {
      const connector = connectors.get(source);
      const answer = connector === undefined ? notConfigured : await connector.fetch(request, signal);
      answers.set(source, withRemedies(planned, source, answer));
    }),
  );
  return enter<'fetched', Fetched>({ planned, answers } as unknown as Fetched);
}

function withRemedies({ remedies }: Planned, source: string, answer: SourceAnswer): SourceAnswer {
  const foundBy = remedies?.foundBy.get(source);
  const effects = remedies?.effects.get(source);
  return foundBy === undefined || effects === undefined ? answer : underEffects(answer, effects, foundBy);
}

const notConfigured: SourceAnswer = {
  state: 'UNAVAILABLE',
  asOf: null,
  rows: new Map(),
  invalidSubjects: new Set(),
  failure: { code: 'SOURCE_UNREACHABLE', detail: 'no connector is configured' },
};
