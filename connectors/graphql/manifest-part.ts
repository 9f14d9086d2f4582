// What a manifest says of a GraphQL endpoint: the root field of each record type and the argument that takes keys, or
// the entity of a federation subgraph.
import { z } from 'zod';
import { credentialsPart } from '../credentials/manifest-part.ts';
import { duration } from '../manifest-words.ts';

const graphqlName = z.string().regex(/^[_A-Za-z][_0-9A-Za-z]*$/, 'is not a GraphQL name');

const fieldPath = z
  .string()
  .regex(
    /^[_A-Za-z][_0-9A-Za-z]*(?:\.[_A-Za-z][_0-9A-Za-z]*)*$/,
    'write a path of fields such as page.nodes',
  );

const listType = z
  .string()
  .regex(/^\[[_A-Za-z][_0-9A-Za-z]*!?\]!?$/, 'write the type of a list argument, such as [String!]!');

const query = z.strictObject({
  field: graphqlName,
  argument: graphqlName,
  type: listType,
  /** Fields from the root field down to the list of records; none: the root field is that list. */
  at: fieldPath.optional(),
  /** Fields from the root field down to the number of records that must have come, or to whether there are more. */
  count: fieldPath.optional(),
  more: fieldPath.optional(),
});

const entity = z.strictObject({
  type: graphqlName,
  /** The field of the entity's @key. */
  key: graphqlName,
  /** Fields from the entity down to the list of its records; none: the entity is the one record. */
  at: fieldPath.optional(),
});

const filters = z
  .record(z.string(), z.strictObject({ excludeArgument: graphqlName, type: listType }))
  .optional();

export const graphqlPart = {
  protocols: ['http:', 'https:'],
  top: {
    ...credentialsPart,
    /** `at`: fields from a root field down to the moment of which the data speak. */
    freshness: z.strictObject({ maxAge: duration, at: fieldPath.optional() }).optional(),
  },
  record: { query: query.optional(), entity: entity.optional(), filters },
} as const;

export type QueryOptions = z.output<typeof query>;
export type EntityOptions = z.output<typeof entity>;
