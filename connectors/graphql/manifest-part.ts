// What a manifest says of a GraphQL endpoint: the root field of each record type and the argument that takes keys.
import { z } from 'zod';
import { credentialsPart } from '../credentials/manifest-part.ts';

const graphqlName = z.string().regex(/^[_A-Za-z][_0-9A-Za-z]*$/, 'is not a GraphQL name');

const listType = z
  .string()
  .regex(/^\[[_A-Za-z][_0-9A-Za-z]*!?\]!?$/, 'write the type of a list argument, such as [String!]!');

const query = z.strictObject({
  field: graphqlName,
  argument: graphqlName,
  type: listType,
});

const filters = z
  .record(z.string(), z.strictObject({ excludeArgument: graphqlName, type: listType }))
  .optional();

export const graphqlPart = {
  protocols: ['http:', 'https:'],
  top: { ...credentialsPart },
  record: { query, filters },
} as const;

export type QueryOptions = z.output<typeof query>;
