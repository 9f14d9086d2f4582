// What the SDL says of validity: by which fields a record tells from when to when it held, so that a list of such records
// can be asked for one day.
import { type FieldDefinitionNode, Kind, type ObjectTypeDefinitionNode } from 'graphql';

/** Fields of a record type with @valid. A `to` that is empty is open. */
export interface DeclaredValidity {
  readonly from: string;
  readonly to: string;
}

/** The argument of a list that names the day. */
export const dayArgument = 'on';

/** Reads @valid; a text says what is wrong with it, undefined that there is none. */
export function readValidity(
  node: ObjectTypeDefinitionNode,
  fields: ReadonlyMap<string, { readonly type: string }>,
): DeclaredValidity | string | undefined {
  const directive = node.directives?.find(({ name }) => name.value === 'valid');
  if (directive === undefined) return undefined;
  const given = new Map(
    directive.arguments?.map(({ name, value }) => [name.value, 'value' in value ? String(value.value) : '']),
  );
  const [from, to] = [given.get('from') ?? '', given.get('to') ?? ''];
  for (const [argument, field] of [
    ['from', from],
    ['to', to],
  ] as const)
    if (fields.get(field)?.type !== 'Date')
      return `@valid(${argument}): there is no field ${field} of type Date`;
  return { from, to };
}

/** Whether a section's field takes a day; a text says why it cannot. */
export function readDayArgument(
  node: FieldDefinitionNode,
  shape: 'one' | 'list' | 'connection',
  record: ObjectTypeDefinitionNode | undefined,
): boolean | string {
  const argument = node.arguments?.find(({ name }) => name.value === dayArgument);
  if (argument === undefined) return false;
  const { type } = argument;
  if (type.kind !== Kind.NAMED_TYPE || type.name.value !== 'Date')
    return `${node.name.value}(${dayArgument}): must be a Date that may be left out`;
  if (shape !== 'list') return `${node.name.value}(${dayArgument}): only a list can be asked for one day`;
  if (record?.directives?.some(({ name }) => name.value === 'valid') !== true)
    return `${node.name.value}(${dayArgument}): ${record?.name.value ?? 'its type'} needs @valid`;
  return true;
}
