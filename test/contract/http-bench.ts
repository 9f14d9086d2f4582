// The http transport's source: a paged JSON service in an envelope, on loopback.
import { startAgency } from '../../connectors/sandbox/agency/agency-server.ts';
import type { AgencyRows, Asked, Bench } from './bench.ts';

export const HTTP_BATCH = 10;
export const HTTP_PAGE = 3;

export interface HttpBench extends Bench {
  /** Whatever the agency can be told to do. */
  readonly agency: Awaited<ReturnType<typeof startAgency>>;
  /** Replaces the whole answer. */
  answerWith(body: unknown): void;
}

interface Query {
  readonly query: { readonly codes: string[]; readonly columns: string[]; readonly without?: string[] };
  readonly page: number;
  readonly size: number;
}

export async function startHttpBench(): Promise<HttpBench> {
  let rows: AgencyRows = { listings: [], awards: [] };
  let fixed: unknown;
  const agency = await startAgency({
    name: 'probe',
    port: 0,
    portVariable: 'PORT',
    now: () => new Date(),
    answer: async ({ path, body, asOf }) => {
      const { query, page, size } = JSON.parse(body) as Query;
      const record = path === '/listings' ? 'listings' : 'awards';
      const { without } = query;
      const asked = [
        {
          name: record,
          keys: query.codes,
          columns: query.columns,
          ...(without === undefined ? {} : { without }),
        },
      ];
      if (fixed !== undefined) return { status: 200, body: fixed, asked };
      // This agency answers for everybody it knows: picking subjects is the connector's business.
      const held = rows[record].filter(({ st }) => st === null || without?.includes(st) !== true);
      const pages = Math.ceil(held.length / size);
      const items = held.slice((page - 1) * size, page * size).map((row) => {
        const columns = query.columns.map((column) => [column, row[column as keyof typeof row]]);
        return Object.fromEntries(columns) as unknown;
      });
      return { status: 200, body: { code: 0, data: { items, pages, asOf } }, asked };
    },
  });
  return {
    name: 'http',
    filters: false,
    environment: { PROBE_ADDRESS: `http://127.0.0.1:${agency.port}` },
    agency,
    answerWith: (body) => {
      fixed = body;
    },
    hold: async (next) => {
      rows = next;
      fixed = undefined;
      agency.setFault({ mode: 'none' });
      agency.clearJournal();
    },
    manifest: () => ({
      top: `transport: http
http:
  path: /listings
  keys: { at: query.codes, max: ${HTTP_BATCH} }
  columns: { at: query.columns }
  paging: { pageAt: page, sizeAt: size, size: ${HTTP_PAGE}, pagesAt: data.pages }
  envelope: { okAt: code, okIs: 0, items: data.items, asOf: data.asOf }`,
      listings: 'filters: { status: { excludeAt: query.without } }',
      awards: 'path: /awards',
    }),
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
