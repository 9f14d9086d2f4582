// The graphql transport's sources: an agency's own schema, and a Federation 2 subgraph, both executed by graphql-js.
import { buildSubgraphSchema } from '@apollo/subgraph';
import {
  type GraphQLFieldResolver,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  Kind,
  type SelectionSetNode,
  buildSchema,
  graphql,
  parse,
} from 'graphql';
import type { AgencyRow, AgencyRows, Asked } from './bench.ts';
import { type AgencyBench, type AskedByName, askedFor, startAgencyBench, wanted } from './agency-bench.ts';

export interface GraphqlBench extends AgencyBench {
  /** Makes one root field fail while the other answers. */
  breakField(record: Asked['record']): void;
  /** Makes `amt` of the row with that `doc` fail while everything else answers. */
  breakRow(doc: string): void;
  /** Makes every operation fail before it runs. */
  breakAll(): void;
  /** What the agency says of how old its data are. */
  speakOf(moment: string | null): void;
}

interface Breakage {
  moment: string | null;
  field: Asked['record'] | undefined;
  row: string | undefined;
  all: boolean;
}

/** What resolvers share in one operation. */
interface Context {
  readonly held: AgencyRows;
  readonly broken: Breakage;
  readonly asked: AskedByName[];
}

const endpoint = buildSchema(`
  type Query { listings(codes: [String!]!, without: [String!]): [Row!] awards(codes: [String!]!): Page load: Load }
  type Load { last: Moment }
  type Moment { at: String }
  type Page { found: Found }
  type Found { nodes: [Row!] }
  type Row { code: String doc: String amt: String day: String st: String }
`);

export function startGraphqlBench(): Promise<GraphqlBench> {
  return start({
    name: 'graphql',
    filters: false,
    schema: endpoint,
    rootOf: ({ held, broken, asked }) => {
      const rowsOf = (
        record: Asked['record'],
        { codes, without }: { codes: string[]; without?: string[] },
        info: GraphQLResolveInfo,
        path: readonly string[] = [],
      ): unknown[] => {
        asked.push(askedFor(record, codes, columnsIn(info.fieldNodes[0]!.selectionSet, path), without));
        if (broken.field === record) throw new Error(`no ${record} for ${codes.join()}`);
        return wanted(held[record], without).map((row) => breakable(row, broken));
      };
      return {
        load: () => ({ last: broken.moment === null ? null : { at: broken.moment } }),
        listings: (
          given: { codes: string[]; without?: string[] },
          _context: unknown,
          info: GraphQLResolveInfo,
        ) => rowsOf('listings', given, info),
        awards: (given: { codes: string[] }, _context: unknown, info: GraphQLResolveInfo) => ({
          found: { nodes: rowsOf('awards', given, info, ['found', 'nodes']) },
        }),
      };
    },
    listings:
      "query: { field: listings, argument: codes, type: '[String!]!' }\n    filters: { status: { excludeArgument: without, type: '[String!]' } }",
    awards: "query: { field: awards, argument: codes, type: '[String!]!', at: found.nodes }",
  });
}

const subgraph = buildSubgraphSchema({
  typeDefs: parse(`
    extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])
    type Query { version: String }
    type Subject @key(fields: "code") { code: ID! listings: [Row!] awards: Page }
    type Page { nodes: [Row!] }
    type Row { doc: String amt: String day: String st: String }
  `),
  resolvers: {
    Subject: {
      // A federation reference resolver: its info is third, which the declared field resolver does not know.
      __resolveReference: ((
        { code }: { readonly code: string },
        context: Context,
        info: GraphQLResolveInfo,
      ): unknown => {
        const { held, broken, asked } = context;
        noteEntity(asked, code, info);
        const rowsOf = (record: Asked['record']) => held[record].filter((row) => row.code === code);
        if (rowsOf('listings').length + rowsOf('awards').length === 0) return null;
        const failing = (record: Asked['record']): unknown[] => {
          if (broken.field === record) throw new Error(`no ${record} for ${code}`);
          return rowsOf(record).map((row) => breakable(row, broken));
        };
        return { code, listings: () => failing('listings'), awards: () => ({ nodes: failing('awards') }) };
      }) as unknown as GraphQLFieldResolver<unknown, unknown>,
    },
  },
});

export function startSubgraphBench(): Promise<GraphqlBench> {
  return start({
    name: 'graphql, entities of a subgraph',
    filters: true,
    pushesDown: false,
    schema: subgraph,
    rootOf: () => undefined,
    listings: 'entity: { type: Subject, key: code, at: listings }',
    awards: 'entity: { type: Subject, key: code, at: awards.nodes }',
  });
}

interface Endpoint {
  readonly name: string;
  readonly filters: boolean;
  readonly pushesDown?: false;
  readonly schema: GraphQLSchema;
  readonly listings: string;
  readonly awards: string;
  readonly rootOf: (context: Context) => unknown;
}

async function start({ schema, listings, awards, rootOf, ...kind }: Endpoint): Promise<GraphqlBench> {
  const broken: Breakage = { field: undefined, row: undefined, all: false, moment: null };
  const bench = await startAgencyBench({
    ...kind,
    path: '/graphql',
    reset: () => Object.assign(broken, { field: undefined, row: undefined, all: false, moment: null }),
    answer: async ({ body }, held) => {
      const context: Context = { held, broken, asked: [] };
      const { query, variables } = JSON.parse(body) as { query: string; variables: Record<string, unknown> };
      if (broken.all) return { status: 200, body: { errors: [{ message: body }] }, asked: [] };
      const result = await graphql({
        schema,
        source: query,
        variableValues: variables,
        rootValue: rootOf(context),
        contextValue: context,
      });
      return { status: 200, body: result, asked: context.asked };
    },
    manifest: () => ({ top: 'transport: graphql', listings, awards }),
  });
  return {
    ...bench,
    breakField: (record) => {
      broken.field = record;
    },
    breakRow: (doc) => {
      broken.row = doc;
    },
    breakAll: () => {
      broken.all = true;
    },
    speakOf: (moment) => {
      broken.moment = moment;
    },
  };
}

function breakable(row: AgencyRow, broken: Breakage): unknown {
  if (row.doc !== broken.row) return row;
  const fail = (): never => {
    throw new Error(`no amount of ${row.doc}`);
  };
  return { ...row, amt: fail };
}

/** Representations come one by one; together they are one question of their root field. */
function noteEntity(asked: AskedByName[], code: string, info: GraphQLResolveInfo): void {
  const [fragment] = info.fieldNodes[0]!.selectionSet!.selections;
  if (fragment?.kind !== Kind.INLINE_FRAGMENT) throw new Error('an entity is asked for by its type');
  const fields = namesIn(fragment.selectionSet);
  const name = fields.includes('awards') ? 'awards' : 'listings';
  const columns = [
    'code',
    ...columnsIn(fragment.selectionSet, name === 'awards' ? ['awards', 'nodes'] : [name]),
  ];
  const known = asked.findIndex((one) => one.name === name);
  const keys = known === -1 ? [code] : [...asked[known]!.keys, code];
  asked.splice(known === -1 ? asked.length : known, 1, { name, keys, columns });
}

function columnsIn(set: SelectionSetNode | undefined, path: readonly string[]): string[] {
  let at = set;
  for (const name of path) {
    const inner = at?.selections.find((one) => one.kind === Kind.FIELD && one.name.value === name);
    at = inner?.kind === Kind.FIELD ? inner.selectionSet : undefined;
  }
  return namesIn(at);
}

function namesIn(set: SelectionSetNode | undefined): string[] {
  return (set?.selections ?? []).flatMap((one) => (one.kind === Kind.FIELD ? [one.name.value] : []));
}
