// What a query wants of the gateway's data about its sources and may not have. Noted by coordinate, once, as for
// every other field.
import { type SelectionSetNode, getNamedType, isObjectType } from 'graphql';
import type { DecisionTable } from '../../policies/engine/decision-table.ts';
import { denialOf } from './own-view.ts';
import { type ReadableOperation, selectedFields } from './selection.ts';
import type { Withheld } from './stages.ts';

/** The root it looks under. */
export const sourcesRoot = 'sources';

/** Withheld coordinates under `sources`. Without a table, that is without a purpose, nothing classified is shown. */
export function ownWithheld(
  reading: ReadableOperation,
  classified: (coordinate: string) => boolean,
  table: DecisionTable | undefined,
): readonly Withheld[] {
  const withheld = new Map<string, Withheld>();
  const visit = (typeName: string, sets: readonly SelectionSetNode[]): void => {
    const type = reading.schema.getType(typeName);
    if (!isObjectType(type)) return;
    for (const node of selectedFields(reading, type, sets)) {
      const field = type.getFields()[node.name.value];
      if (field === undefined) continue;
      const coordinate = `${typeName}.${field.name}`;
      if (classified(coordinate)) {
        const denial = denialOf(table, coordinate);
        if (denial !== undefined) {
          withheld.set(coordinate, denial);
          continue;
        }
      }
      if (node.selectionSet !== undefined) visit(getNamedType(field.type).name, [node.selectionSet]);
    }
  };
  const query = reading.schema.getQueryType()!;
  for (const node of selectedFields(reading, query, [reading.operation.selectionSet])) {
    if (node.name.value !== sourcesRoot || node.selectionSet === undefined) continue;
    visit(getNamedType(query.getFields()[sourcesRoot]!.type).name, [node.selectionSet]);
  }
  return [...withheld.values()];
}
