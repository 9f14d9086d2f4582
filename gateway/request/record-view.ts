// A record as this caller may see it: decided per coordinate, masked, the rest null. Condition-only columns
// end here.
import type { RecordRow, Value } from '../../connectors/contract.ts';
import type { Decision, DecisionTable, FieldOutcome } from '../../policies/engine/decision-table.ts';
import { type RowFacts, nothingTried } from '../../policies/engine/evaluate.ts';
import { applyMask } from '../../policies/masks/mask.ts';
import type { RecordField, RecordType } from '../../schema/catalogue.ts';
import { bareObject } from './bare-object.ts';
import { byShown } from './shown-order.ts';
import type { Withheld } from './stages.ts';

/** Values by field name; null prototype. */
export type View = Readonly<Record<string, Value>>;

/** Shows the records of one type and notes what had to be withheld. */
export interface RecordViewer {
  /** Views of the rows the caller may see, ordered by what they show. */
  show(rows: readonly RecordRow[]): View[];
  /** Whether the caller may see any of them, be it masked. */
  sees(rows: readonly RecordRow[]): boolean;
  /** One value of one row, decided like any other; null where withheld. */
  value(row: RecordRow, field: string): Value;
  /** What was worked out from `fields` of a row: withheld if any of them is, and shown through all their masks. */
  derived(row: RecordRow, fields: readonly string[], value: Value): Value;
}

const denied: FieldOutcome = { kind: 'deny', reason: 'FORBIDDEN' };

interface Column {
  readonly field: RecordField;
  readonly decision: Decision;
}

const columnsByTable = new WeakMap<DecisionTable, Map<string, ReadonlyMap<string, Column>>>();

/** Every field of a record type with its decision, by name. */
function columnsOf(record: RecordType, table: DecisionTable): ReadonlyMap<string, Column> {
  const ofTable = columnsByTable.get(table) ?? new Map<string, ReadonlyMap<string, Column>>();
  columnsByTable.set(table, ofTable);
  let columns = ofTable.get(record.name);
  if (columns === undefined) {
    columns = new Map(
      [...record.fields.values()].map((field) => [
        field.name,
        { field, decision: table.decisions.get(field.coordinate)! },
      ]),
    );
    ofTable.set(record.name, columns);
  }
  return columns;
}

/** `order`: fields by which rows are ordered first, as far as they are shown; then by all that is shown. */
export function recordViewer(
  record: RecordType,
  shown: ReadonlySet<string>,
  order: readonly string[],
  table: DecisionTable,
  today: string,
  noteWithheld: (withheld: Withheld) => void,
): RecordViewer {
  const grant = table.records.get(record.name)!;
  const all = columnsOf(record, table);
  const columns = [...all.values()].filter(({ field }) => shown.has(field.name));
  // Where nothing depends on the row, nothing is tried on it.
  const conditional = !grant.always || columns.some(({ decision }) => decision.kind === 'row');
  const factsOf = (row: RecordRow): RowFacts =>
    conditional ? { row, today, tried: nothingTried() } : { row, today };
  let inOrder: ReturnType<typeof byShown> | undefined;
  const decided = (field: RecordField, decision: Decision, facts: RowFacts): Value => {
    const value = facts.row[field.name] ?? null;
    const outcome = decision.kind === 'row' ? decision.decide(facts) : decision;
    if (outcome.kind === 'allow') return value;
    if (decision.kind === 'row') noteConditional(field, outcome, noteWithheld);
    return outcome.kind === 'mask' ? applyMask(outcome.mask, value, field.type) : null;
  };
  // A finding cites several fields of one row.
  let cited: RowFacts | undefined;
  const citedFacts = (row: RecordRow): RowFacts =>
    cited?.row === row ? cited : (cited = { row, today, tried: nothingTried() });
  const outcomeOf = (row: RecordRow, name: string): FieldOutcome => {
    const column = all.get(name);
    if (column === undefined) return denied;
    const { field, decision } = column;
    if (decision.kind === 'deny') {
      noteWithheld({ coordinate: field.coordinate, outcome: 'DENIED', reason: decision.reason });
      return decision;
    }
    // A verdict's rows hold what its rules read. A column that was not fetched is not an absent one: a forbid
    // over it would not fire.
    if (decision.kind !== 'row' && grant.always) return decision;
    for (const read of grant.visibilityReads) if (!(read in row)) return denied;
    if (decision.kind === 'row') for (const read of decision.reads) if (!(read in row)) return denied;
    const facts = citedFacts(row);
    if (!grant.visible(facts)) return denied;
    if (decision.kind !== 'row') return decision;
    const outcome = decision.decide(facts);
    if (outcome.kind !== 'allow') noteConditional(field, outcome, noteWithheld);
    return outcome;
  };
  const through = (row: RecordRow, names: readonly string[], value: Value): Value => {
    let shown = value;
    for (const name of names) {
      const outcome = outcomeOf(row, name);
      if (outcome.kind === 'deny') return null;
      if (outcome.kind === 'mask') shown = applyMask(outcome.mask, shown, all.get(name)!.field.type);
    }
    return shown;
  };
  return {
    show: (rows) => {
      const views: View[] = [];
      for (const row of rows) {
        const facts = factsOf(row);
        if (conditional && !grant.visible(facts)) continue;
        const view = bareObject<Value>();
        for (const { field, decision } of columns) view[field.name] = decided(field, decision, facts);
        views.push(view);
      }
      if (views.length < 2) return views;
      const names = columns.map(({ field }) => field.name);
      inOrder ??= byShown([...order.filter((name) => names.includes(name)), ...names]);
      return views.sort(inOrder);
    },
    // As above: what a forbid would read must be there to be read.
    sees: (rows) =>
      grant.anyShown &&
      rows.some(
        (row) =>
          grant.always ||
          ([...grant.visibilityReads].every((read) => read in row) && grant.visible(factsOf(row))),
      ),
    value: (row, name) => through(row, [name], row[name] ?? null),
    derived: through,
  };
}

function noteConditional(
  field: RecordField,
  outcome: { readonly kind: 'mask' | 'deny' },
  noteWithheld: (withheld: Withheld) => void,
): void {
  noteWithheld({
    coordinate: field.coordinate,
    outcome: outcome.kind === 'mask' ? 'MASKED' : 'CONDITIONAL',
    reason: 'ROW_CONDITION',
  });
}
