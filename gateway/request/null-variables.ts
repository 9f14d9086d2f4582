// A variable with a default may stand where null may not, and still be sent as null: the specification leaves that
// to execution. Here it is refused with the other variables, before anything is decided.
import {
  type DocumentNode,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  TypeInfo,
  isNonNullType,
  visit,
  visitWithTypeInfo,
} from 'graphql';

/** Name of a variable that is null where the schema does not take null; undefined where there is none. */
export function misplacedNull(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
): string | undefined {
  const nulls = new Set(
    operation.variableDefinitions
      ?.filter(
        ({ variable, defaultValue }) => defaultValue !== undefined && variables[variable.name.value] === null,
      )
      .map(({ variable }) => variable.name.value),
  );
  if (nulls.size === 0) return undefined;
  const types = new TypeInfo(schema);
  let found: string | undefined;
  visit(
    document,
    visitWithTypeInfo(types, {
      [Kind.OPERATION_DEFINITION]: (node) => (node === operation ? undefined : false),
      [Kind.VARIABLE_DEFINITION]: () => false,
      [Kind.VARIABLE]: ({ name }) => {
        if (nulls.has(name.value) && isNonNullType(types.getInputType())) found ??= name.value;
      },
    }),
  );
  return found;
}
