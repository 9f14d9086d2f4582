// What the sources over HTTP have in common: rows in memory behind the sandbox's agency server, which remembers what
// it was asked and can be told to misbehave.
import {
  type Agency,
  type AgencyAnswer,
  startAgency,
} from '../../connectors/sandbox/agency/agency-server.ts';
import type { AgencyRow, AgencyRows, Asked, Bench } from './bench.ts';

/** One record type as a call asked for it, named as the server's journal names it. */
export type AskedByName = Omit<Asked, 'record'> & { readonly name: Asked['record'] };

export interface AgencyBench extends Bench {
  /** Whatever the agency can be told to do. */
  readonly agency: Agency;
}

interface Question {
  readonly path: string;
  readonly body: string;
  /** The moment the data speak of, ISO 8601. */
  readonly asOf: string;
}

export interface AgencyBenchOptions extends Pick<
  Bench,
  'name' | 'filters' | 'batch' | 'page' | 'pushesDown' | 'manifest'
> {
  /** Appended to the address. */
  readonly path?: string;
  /** Forgets what was special about the last test. */
  readonly reset?: () => void;
  /** Answers a call; `held` are the rows of the test. */
  readonly answer: (
    question: Question,
    held: AgencyRows,
  ) => Promise<Omit<AgencyAnswer, 'asked'> & { asked: AskedByName[] }>;
}

export async function startAgencyBench(options: AgencyBenchOptions): Promise<AgencyBench> {
  const { path, reset, answer, ...bench } = options;
  let held: AgencyRows = { listings: [], awards: [] };
  const agency = await startAgency({
    name: 'probe',
    port: 0,
    portVariable: 'PORT',
    now: () => new Date(),
    answer: (question) => answer(question, held),
  });
  return {
    ...bench,
    agency,
    environment: { PROBE_ADDRESS: `http://127.0.0.1:${agency.port}${path ?? ''}` },
    hold: async (next) => {
      held = next;
      reset?.();
      agency.setFault({ mode: 'none' });
      agency.clearJournal();
    },
    setFault: async (fault) => {
      agency.setFault(fault === 'slow' ? { mode: 'slow', ms: 60_000 } : { mode: fault });
    },
    calls: () =>
      agency
        .journal()
        .map((call) => call.asked.map(({ name, ...rest }) => ({ record: name as Asked['record'], ...rest }))),
    stop: () => agency.stop(),
  };
}

/** Rows but those in the states the caller does not want. */
export function wanted(rows: readonly AgencyRow[], without: readonly string[] | undefined): AgencyRow[] {
  return rows.filter(({ st }) => st === null || without?.includes(st) !== true);
}

/** `asked` with the unwanted states only where some were named. */
export function askedFor(
  name: Asked['record'],
  keys: readonly string[],
  columns: readonly string[],
  without: readonly string[] | undefined,
): AskedByName {
  return { name, keys, columns, ...(without === undefined ? {} : { without }) };
}
