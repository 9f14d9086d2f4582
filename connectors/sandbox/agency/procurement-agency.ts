// The procurement supervisor's own GraphQL endpoint. It keeps nothing: every record is made from the code that
// asks for it.
import { Kind, type GraphQLResolveInfo, type SelectionSetNode } from 'graphql';
import { createSchema, createYoga } from 'graphql-yoga';
import { castMember } from '../generator/cast.ts';
import { indexOfOrgCode, indexOfUscc } from '../generator/organisation.ts';
import { bansOf, contractsOf, misconductOf } from '../generator/procurement-records.ts';
import type { World } from '../generator/world.ts';
import { startAgency, type About, type Agency, type Asked } from './agency-server.ts';

/** Path of the endpoint. */
export const PROCUREMENT_PATH = '/graphql';

const typeDefs = /* GraphQL */ `
  type Query {
    banList(subjectCodes: [String!]!, withoutStates: [String!]): [Ban!]!
    misconductEvents(subjectCodes: [String!]!): [MisconductEvent!]!
    contracts(subjectCodes: [String!]!): [Contract!]!
  }
  type Ban {
    subjectCode: String!
    docNo: String
    circumstances: String
    penalty: String
    legalBasis: String
    authority: String
    authorityRegion: String
    decidedAt: String
    publishedAt: String
    startDate: String
    endDate: String
    state: String!
  }
  type MisconductEvent {
    subjectCode: String!
    eventNo: String
    conductCode: String
    conduct: String
    points: Int
    cycle: String
    decidedBy: String
    decidedAt: String
    publicUntil: String
  }
  type Contract {
    subjectCode: String!
    contractNo: String
    side: String
    counterparty: String
    title: String
    amount: String
    signedAt: String
    acceptance: String
    acceptedAt: String
    payBy: String
    paidAt: String
    paidAmount: String
  }
`;

interface Context {
  readonly world: World;
  readonly about: About;
  readonly asked: Asked[];
}

type Item = { readonly subjectCode: string; readonly state?: string };

/** Starts the supervisor. @throws PortInUse */
export function startProcurement(options: {
  readonly world: World;
  readonly port: number;
  readonly now: () => Date;
}): Promise<Agency> {
  const yoga = createYoga<Context>({
    schema: createSchema({
      typeDefs,
      resolvers: {
        Query: {
          banList: listOf(bansOf),
          misconductEvents: listOf(misconductOf),
          contracts: listOf(contractsOf),
        },
      },
    }),
    graphqlEndpoint: PROCUREMENT_PATH,
    landingPage: false,
    graphiql: false,
    maskedErrors: false,
    logging: false,
  });
  return startAgency({
    name: 'procurement',
    port: options.port,
    portVariable: 'SANDBOX_PROCUREMENT_PORT',
    now: options.now,
    answer: async ({ method, path, contentType, body, about }) => {
      const asked: Asked[] = [];
      const response = await yoga.fetch(
        `http://127.0.0.1${path}`,
        {
          method,
          headers: { 'content-type': contentType, accept: 'application/json' },
          ...(method !== 'GET' && method !== 'HEAD' && { body }),
        },
        { world: options.world, about, asked },
      );
      const text = await response.text();
      return { status: response.status, body: text === '' ? null : (JSON.parse(text) as unknown), asked };
    },
  });
}

function listOf(recordsOf: (world: World, index: number) => readonly Item[]) {
  return (
    _root: unknown,
    given: { readonly subjectCodes: readonly string[]; readonly withoutStates?: readonly string[] | null },
    { world, about, asked }: Context,
    info: GraphQLResolveInfo,
  ): readonly Item[] => {
    const { subjectCodes } = given;
    const without = given.withoutStates ?? [];
    asked.push({
      name: info.fieldName,
      keys: subjectCodes,
      columns: columnsOf(info),
      ...(without.length === 0 ? {} : { without }),
    });
    if (about === 'nobody') return [];
    if (about === 'foreign') return foreignRows(world);
    return [...new Set(subjectCodes)].flatMap((code) => {
      const index = indexOfUscc(world, code) ?? indexOfOrgCode(world, code);
      // Filed under exactly the code asked for: an old record is not found by the USCC.
      const items = index === undefined ? [] : recordsOf(world, index);
      return items.filter((item) => item.subjectCode === code && !without.includes(item.state ?? ''));
    });
  };
}

/** Rows that every list can hold: only the key and what its type makes of a ban. */
function foreignRows(world: World): readonly Item[] {
  return bansOf(world, castMember('banned-firm').index);
}

function columnsOf(info: GraphQLResolveInfo): readonly string[] {
  const columns = new Set<string>();
  const walk = (selections: SelectionSetNode | undefined): void => {
    for (const selection of selections?.selections ?? []) {
      if (selection.kind === Kind.FIELD) columns.add(selection.name.value);
      else if (selection.kind === Kind.INLINE_FRAGMENT) walk(selection.selectionSet);
      else walk(info.fragments[selection.name.value]?.selectionSet);
    }
  };
  for (const node of info.fieldNodes) walk(node.selectionSet);
  return [...columns];
}
