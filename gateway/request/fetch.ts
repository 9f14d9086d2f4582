// Plan → answers. One call per source, all at once; a slow source costs only its own section.
import type { Connector, SourceAnswer } from '../../connectors/contract.ts';
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
      answers.set(source, connector === undefined ? notConfigured : await connector.fetch(request, signal));
    }),
  );
  return enter<'fetched', Fetched>({ planned, answers } as unknown as Fetched);
}

const notConfigured: SourceAnswer = {
  state: 'UNAVAILABLE',
  asOf: null,
  rows: new Map(),
  invalidSubjects: new Set(),
  failure: { code: 'SOURCE_UNREACHABLE', detail: 'no connector is configured' },
};
