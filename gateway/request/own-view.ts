// The gateway's own data pass the same decisions as anybody's: what a table does not wholly allow is null.
import type { DecisionTable } from '../../policies/engine/decision-table.ts';
import { ClientError } from '../errors.ts';
import { bareObject } from './bare-object.ts';
import type { Decided, Withheld } from './stages.ts';

/** How a coordinate that a table does not wholly allow is listed; without a table, that is without a purpose, none is. */
export function denialOf(table: DecisionTable | undefined, coordinate: string): Withheld | undefined {
  const decision = table?.decisions.get(coordinate);
  if (decision?.kind === 'allow') return undefined;
  const reason = decision?.kind === 'deny' ? decision.reason : 'NOT_PERMITTED';
  return { coordinate, outcome: 'DENIED', reason };
}

/**
 * For a root that only some may ask: whom no policy lets see any of it learns nothing of its existence either.
 * @throws ClientError DEED_NOT_PERMITTED, naming the root
 */
export function mustSee({ table }: Decided, coordinate: string, root: string): void {
  if (table.decisions.get(coordinate)?.kind !== 'allow') throw new ClientError('DEED_NOT_PERMITTED', root);
}

const ownFieldsByTable = new WeakMap<DecisionTable, ReadonlyMap<string, ReadonlySet<string>>>();

/** Fields a table wholly allows, by type. */
export function ownFields(table: DecisionTable): ReadonlyMap<string, ReadonlySet<string>> {
  const known = ownFieldsByTable.get(table);
  if (known !== undefined) return known;
  const allowed = new Map<string, Set<string>>();
  for (const [coordinate, decision] of table.decisions) {
    if (decision.kind !== 'allow') continue;
    const [type, field] = coordinate.split('.') as [string, string];
    allowed.set(type, (allowed.get(type) ?? new Set<string>()).add(field));
  }
  ownFieldsByTable.set(table, allowed);
  return allowed;
}

/** The value with its allowed fields alone; the others are null. */
export function ownView(
  allowed: ReadonlySet<string> | undefined,
  value: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const view = bareObject();
  for (const name of Object.keys(value)) view[name] = allowed?.has(name) === true ? value[name] : null;
  return view;
}
