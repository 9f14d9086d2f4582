// Looks at a saved GraphQL schema: the leaf fields of one of its types.
import { readFile } from 'node:fs/promises';
import { buildSchema, getNamedType, isLeafType, isObjectType } from 'graphql';
import { suggest } from '../../schema/suggest.ts';
import { type FoundRecord, IntrospectionProblem } from './found-record.ts';

/** @throws IntrospectionProblem, or the system error of reading the file */
export async function introspectGraphql(path: string, typeName: string): Promise<FoundRecord> {
  const text = await readFile(path, 'utf8');
  let schema;
  try {
    // An agency's own directives and federation's are not its data.
    schema = buildSchema(text, { assumeValidSDL: true });
  } catch {
    throw new IntrospectionProblem(`${path} is not a GraphQL schema`);
  }
  const type = schema.getType(typeName);
  if (!isObjectType(type)) {
    const near = suggest(typeName, Object.keys(schema.getTypeMap()));
    throw new IntrospectionProblem(
      `no type ${typeName}${near === undefined ? '' : `; did you mean ${near}?`}`,
    );
  }
  const fields = Object.values(type.getFields()).filter((field) => isLeafType(getNamedType(field.type)));
  return {
    columns: fields.map((field) => ({ name: field.name, declared: String(field.type), samples: [] })),
    manifest: [
      '# TODO: the root field that finds records by codes. 待办：按代码查询记录的根字段。',
      'query: { field: TODO, argument: codes, type: "[String!]!" }',
    ],
    top: [],
  };
}
