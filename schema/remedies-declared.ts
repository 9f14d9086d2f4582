// What the SDL says of remedies: which record types can be objected to and repaired, and by which of their fields.
import type { ObjectTypeDefinitionNode } from 'graphql';

export type RepairSeverity = 'MINOR' | 'ORDINARY' | 'SERIOUS';

/** Of a record type with @remedies; without `severity` its records cannot be repaired here. */
export interface DeclaredRemedies {
  /** Field with the document number, by which a remedy names the record. */
  readonly record: string;
  /** Field with the document's date, from which the least period before a repair counts. */
  readonly dated: string;
  readonly severity?: RepairSeverity;
  /** Whether an objection may suspend the measures that rest on a record. */
  readonly suspends: boolean;
}

/** Reads @remedies; a text says what is wrong with it, undefined that there is none. */
export function readRemedies(
  node: ObjectTypeDefinitionNode,
  fields: ReadonlyMap<string, { readonly type: string }>,
): DeclaredRemedies | string | undefined {
  const directive = node.directives?.find(({ name }) => name.value === 'remedies');
  if (directive === undefined) return undefined;
  const given = new Map(
    directive.arguments?.map(({ name, value }) => [name.value, 'value' in value ? String(value.value) : '']),
  );
  const record = given.get('record') ?? '';
  const dated = given.get('dated') ?? '';
  const severity = given.get('severity') as RepairSeverity | undefined;
  if (fields.get(record)?.type !== 'String')
    return `@remedies(record): there is no field ${record} of type String`;
  if (fields.get(dated)?.type !== 'Date') return `@remedies(dated): there is no field ${dated} of type Date`;
  if (fields.get('recordStatus')?.type !== 'RecordStatus')
    return '@remedies needs a field recordStatus: RecordStatus';
  const suspends = given.get('suspends') !== 'false';
  return { record, dated, suspends, ...(severity === undefined ? {} : { severity }) };
}
