// The graphql transport's source: an agency's own schema, executed by graphql-js.
import { type GraphQLResolveInfo, Kind, buildSchema, graphql } from 'graphql';
import { startAgency } from '../../connectors/sandbox/agency/agency-server.ts';
import type { AgencyRows, Asked, Bench } from './bench.ts';

const schema = buildSchema(`
  type Query { listings(codes: [String!]!, without: [String!]): [Row!] awards(codes: [String!]!): [Row!] }
  type Row { code: String doc: String amt: String day: String st: String }
`);

type AskedByName = Omit<Asked, 'record'> & { readonly name: string };

export interface GraphqlBench extends Bench {
  readonly agency: Awaited<ReturnType<typeof startAgency>>;
  /** Makes one root field fail while the other answers. */
  breakField(record: Asked['record']): void;
}

export async function startGraphqlBench(): Promise<GraphqlBench> {
  let rows: AgencyRows = { listings: [], awards: [] };
  let broken: Asked['record'] | undefined;
  const agency = await startAgency({
    name: 'probe',
    port: 0,
    portVariable: 'PORT',
    now: () => new Date(),
    answer: async ({ body }) => {
      const asked: AskedByName[] = [];
      const resolve =
        (record: Asked['record']) =>
        (
          { codes, without }: { codes: string[]; without?: string[] },
          _context: unknown,
          info: GraphQLResolveInfo,
        ) => {
          asked.push({
            name: record,
            keys: codes,
            columns: columnsOf(info),
            ...(without === undefined ? {} : { without }),
          });
          if (broken === record) throw new Error(`no ${record} for ${codes.join()}`);
          return rows[record].filter(({ st }) => st === null || without?.includes(st) !== true);
        };
      const { query, variables } = JSON.parse(body) as { query: string; variables: Record<string, unknown> };
      const result = await graphql({
        schema,
        source: query,
        variableValues: variables,
        rootValue: { listings: resolve('listings'), awards: resolve('awards') },
      });
      return { status: 200, body: result, asked };
    },
  });
  return {
    name: 'graphql',
    filters: false,
    environment: { PROBE_ADDRESS: `http://127.0.0.1:${agency.port}/graphql` },
    agency,
    breakField: (record) => {
      broken = record;
    },
    hold: async (next) => {
      rows = next;
      broken = undefined;
      agency.setFault({ mode: 'none' });
      agency.clearJournal();
    },
    manifest: () => ({
      top: 'transport: graphql',
      listings:
        "query: { field: listings, argument: codes, type: '[String!]!' }\n    filters: { status: { excludeArgument: without, type: '[String!]' } }",
      awards: "query: { field: awards, argument: codes, type: '[String!]!' }",
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

function columnsOf(info: GraphQLResolveInfo): string[] {
  return info.fieldNodes.flatMap((node) =>
    (node.selectionSet?.selections ?? []).flatMap((selection) =>
      selection.kind === Kind.FIELD ? [selection.name.value] : [],
    ),
  );
}
