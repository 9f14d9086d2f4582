// Which rows a request can possibly use, told from the residual conditions alone: what a source may leave out.
// INVARIANT: a filter is necessary, never sufficient. A row outside it could not be seen; a row inside it is still
// decided here. So dropping any part of a filter is safe, and what is not understood is dropped.
import { movedInto } from '../../schema/identifiers/region-code.ts';
import type { Partial, ResidualForm } from './evaluate.ts';
import type { AttributeType } from './row-values.ts';
import { CedarError, type CedarValue } from './values.ts';

/** A value of a row in the contract's own form: dates as YYYY-MM-DD, regions as their code. */
export type FilterValue = string | number | boolean;

/** What a value that is present must be. Bounds of a range, at least one, are inclusive: numbers or dates. */
export type Accepts =
  | { readonly kind: 'any' | 'none' }
  | { readonly kind: 'in' | 'notIn'; readonly values: readonly FilterValue[] }
  | { readonly kind: 'within'; readonly regions: readonly string[] }
  | { readonly kind: 'range'; readonly from?: string | number; readonly to?: string | number };

/** One field of the rows wanted. `orAbsent`: rows without a value are wanted too. */
export interface FieldTest {
  readonly field: string;
  readonly orAbsent: boolean;
  readonly accepts: Accepts;
}

declare const filter: unique symbol;

/** All tests hold for every row that could be used. Only the decision table makes one. */
export type RowFilter = readonly FieldTest[] & { readonly [filter]: true };

type Test = Omit<FieldTest, 'field'>;

/** Rows, as bounds on single fields: those that meet every test, or none at all. Fields not named are free. */
export type Rows = 'none' | ReadonlyMap<string, Test>;

export const everyRow: Rows = new Map();
const any: Accepts = { kind: 'any' };
const none: Accepts = { kind: 'none' };

/** Bounds as a filter; undefined where they narrow nothing, or leave nothing to ask for. */
export function filterOf(rows: Rows): RowFilter | undefined {
  if (rows === 'none' || rows.size === 0) return undefined;
  const tests = [...rows].map(([field, test]) => Object.freeze({ field, ...test }));
  return Object.freeze(tests) as unknown as RowFilter;
}

/**
 * At least the rows for which `part` evaluates to `outcome`, without an error, on a day. Every operator is
 * approximated from above, so that combinations are, too.
 */
export function rowsWhere(part: Partial, outcome: boolean, today: string): Rows {
  if (part.kind === 'error') return 'none';
  if (part.kind === 'known') return part.value === outcome ? everyRow : 'none';
  const { form } = part;
  switch (form.kind) {
    case 'attribute':
      return one(form.name, false, form.type === 'Boolean' ? { kind: 'in', values: [outcome] } : any);
    case 'has':
      return outcome ? one(form.name, false, any) : one(form.name, true, none);
    case 'and':
    case 'or': {
      const left = rowsWhere(form.left, outcome, today);
      const right = rowsWhere(form.right, outcome, today);
      return outcome === (form.kind === 'and') ? both(left, right) : either(left, right);
    }
    case 'if':
      return either(
        both(rowsWhere(form.test, true, today), rowsWhere(form.then, outcome, today)),
        both(rowsWhere(form.test, false, today), rowsWhere(form.else, outcome, today)),
      );
    case 'call':
      return form.name === '!' ? rowsWhere(form.parts[0]!, !outcome, today) : rowsOf(form, outcome, today);
  }
}

/** Rows in both. */
export function both(left: Rows, right: Rows): Rows {
  if (left === 'none' || right === 'none') return 'none';
  const rows = new Map(left);
  for (const [field, test] of right) {
    const other = rows.get(field);
    const orAbsent = test.orAbsent && other?.orAbsent !== false;
    const accepts = other === undefined ? test.accepts : meet(other.accepts, test.accepts);
    if (!orAbsent && accepts.kind === 'none') return 'none';
    rows.set(field, { orAbsent, accepts });
  }
  return rows;
}

/** Rows in either: a field is bound only where both sides bind it. */
export function either(left: Rows, right: Rows): Rows {
  if (left === 'none') return right;
  if (right === 'none') return left;
  const rows = new Map<string, Test>();
  for (const [field, test] of left) {
    const other = right.get(field);
    if (other === undefined) continue;
    const orAbsent = test.orAbsent || other.orAbsent;
    const accepts = join(test.accepts, other.accepts);
    if (!orAbsent || accepts.kind !== 'any') rows.set(field, { orAbsent, accepts });
  }
  return rows;
}

function one(field: string, orAbsent: boolean, accepts: Accepts): Rows {
  return new Map([[field, { orAbsent, accepts }]]);
}

function meet(a: Accepts, b: Accepts): Accepts {
  if (a.kind === 'none' || b.kind === 'any') return a;
  if (b.kind === 'none' || a.kind === 'any') return b;
  if (a.kind === 'in' && (b.kind === 'in' || b.kind === 'notIn')) {
    return listed('in', a.values, (value) => b.values.includes(value) === (b.kind === 'in'));
  }
  if (a.kind === 'notIn' && b.kind === 'in') return meet(b, a);
  if (a.kind === 'notIn' && b.kind === 'notIn') return { kind: 'notIn', values: [...a.values, ...b.values] };
  if (a.kind === 'range' && b.kind === 'range') return range(later(a.from, b.from), earlier(a.to, b.to));
  // Of two different kinds one is enough: a list narrows most, exceptions least.
  return b.kind === 'in' || a.kind === 'notIn' ? b : a;
}

function join(a: Accepts, b: Accepts): Accepts {
  if (a.kind === 'none') return b;
  if (b.kind === 'none') return a;
  if (a.kind === 'in' && b.kind === 'in')
    return { kind: 'in', values: [...new Set([...a.values, ...b.values])] };
  if (a.kind === 'in' && b.kind === 'notIn') {
    return listed('notIn', b.values, (value) => !a.values.includes(value));
  }
  if (a.kind === 'notIn' && b.kind === 'in') return join(b, a);
  if (a.kind === 'notIn' && b.kind === 'notIn') {
    return listed('notIn', a.values, (value) => b.values.includes(value));
  }
  if (a.kind === 'within' && b.kind === 'within') {
    return { kind: 'within', regions: [...new Set([...a.regions, ...b.regions])] };
  }
  if (a.kind === 'range' && b.kind === 'range') {
    const bound = <T>(x: T | undefined, y: T | undefined, pick: (x: T, y: T) => T): T | undefined =>
      x === undefined || y === undefined ? undefined : pick(x, y);
    return range(
      bound(a.from, b.from, (x, y) => (x < y ? x : y)),
      bound(a.to, b.to, (x, y) => (x > y ? x : y)),
    );
  }
  return any;
}

function listed(
  kind: 'in' | 'notIn',
  values: readonly FilterValue[],
  keep: (value: FilterValue) => boolean,
): Accepts {
  const kept = values.filter(keep);
  if (kept.length > 0) return { kind, values: kept };
  return kind === 'in' ? none : any;
}

type Bound = string | number | undefined;

function range(from: Bound, to: Bound): Accepts {
  if (from === undefined && to === undefined) return any;
  if (from !== undefined && to !== undefined && from > to) return none;
  return { kind: 'range', ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
}

function later(a: Bound, b: Bound): Bound {
  return a === undefined || (b !== undefined && b > a) ? b : a;
}

function earlier(a: Bound, b: Bound): Bound {
  return a === undefined || (b !== undefined && b < a) ? b : a;
}

type Call = Extract<ResidualForm, { kind: 'call' }>;
type Attribute = Extract<ResidualForm, { kind: 'attribute' }>;

const flipped: Readonly<Record<string, string>> = { '<': '>', '<=': '>=', '>': '<', '>=': '<=' };
const negated: Readonly<Record<string, string>> = { '<': '>=', '<=': '>', '>': '<=', '>=': '<' };

/** A comparison of an attribute with what is known; of anything else only that its attributes are present. */
function rowsOf(call: Call, outcome: boolean, today: string): Rows {
  let rows: Rows = everyRow;
  for (const part of call.parts) {
    const read = attributeOf(part);
    if (read !== undefined) rows = both(rows, one(read.name, false, any));
  }
  const [left, right] = call.parts;
  if (left === undefined || right === undefined) return rows;
  const attribute = attributeOf(left) ?? attributeOf(right);
  const mirrored = attribute !== undefined && attribute === attributeOf(right);
  const value = valueOn(mirrored ? left : right, today);
  if (attribute === undefined || value === undefined) return rows;
  return both(
    rows,
    one(attribute.name, false, accepted(call.name, attribute.type, value, outcome, mirrored)),
  );
}

function accepted(
  name: string,
  type: AttributeType,
  value: CedarValue,
  outcome: boolean,
  mirrored: boolean,
): Accepts {
  if (name === '==' || name === '!=') return equalTo([value], type, (name === '==') === outcome);
  if (name === 'contains' && mirrored && typeof value === 'object' && value.kind === 'set') {
    return equalTo(value.items, type, outcome);
  }
  if (name === 'in' && !mirrored && type === 'Region' && outcome) return within(value);
  const ordered = mirrored ? flipped[name] : Object.hasOwn(flipped, name) ? name : undefined;
  return ordered === undefined ? any : bounded(outcome ? ordered : negated[ordered]!, type, value);
}

/** A value no row can have is left out of either list: nothing equals it, and excluding it excludes nothing. */
function equalTo(values: readonly CedarValue[], type: AttributeType, equal: boolean): Accepts {
  if (type === 'StringSet' || type === 'decimal') return any;
  const written = values.flatMap((value) => plainValue(value, type) ?? []);
  return listed(equal ? 'in' : 'notIn', written, () => true);
}

function within(value: CedarValue): Accepts {
  const items = typeof value === 'object' && value.kind === 'set' ? value.items : [value];
  const regions = items.flatMap((item) => plainValue(item, 'Region') ?? []);
  // A source knows digits alone.
  const all = [...new Set((regions as string[]).flatMap((region) => [region, ...movedInto(region)]))];
  return all.length === 0 ? none : { kind: 'within', regions: all };
}

const dayMs = 86_400_000n;

function bounded(operator: string, type: AttributeType, value: CedarValue): Accepts {
  if (type === 'Long' && typeof value === 'bigint') {
    if (operator.startsWith('<')) return range(undefined, Number(operator === '<' ? value - 1n : value));
    return range(Number(operator === '>' ? value + 1n : value), undefined);
  }
  if (type !== 'datetime' || typeof value !== 'object' || value.kind !== 'datetime') return any;
  // A row's date is its midnight; the bound may be any moment.
  const { units } = value;
  if (operator === '<') return range(undefined, dateOf(floorDays(units - 1n)));
  if (operator === '<=') return range(undefined, dateOf(floorDays(units)));
  return range(dateOf(floorDays(operator === '>' ? units : units - 1n) + 1n), undefined);
}

function attributeOf(part: Partial): Attribute | undefined {
  return part.kind === 'open' && part.form.kind === 'attribute' ? part.form : undefined;
}

/** The value of an operand that depends on no row; undefined where it has none. */
function valueOn(part: Partial, today: string): CedarValue | undefined {
  if (part.kind === 'known') return part.value;
  if (part.kind === 'error' || part.reads.size > 0) return undefined;
  try {
    return part.run({ row: {}, today });
  } catch (error) {
    if (error instanceof CedarError) return undefined;
    throw error;
  }
}

/** A Cedar value as a row of this type would hold it; undefined where none can. */
function plainValue(value: CedarValue, type: AttributeType): FilterValue | undefined {
  if (type === 'String') return typeof value === 'string' ? value : undefined;
  if (type === 'Boolean') return typeof value === 'boolean' ? value : undefined;
  if (type === 'Long') return typeof value === 'bigint' ? Number(value) : undefined;
  if (typeof value !== 'object') return undefined;
  if (type === 'Region') return value.kind === 'entity' && value.type === 'Region' ? value.id : undefined;
  if (type !== 'datetime' || value.kind !== 'datetime' || value.units % dayMs !== 0n) return undefined;
  return dateOf(value.units / dayMs);
}

function floorDays(units: bigint): bigint {
  return units / dayMs - (units % dayMs < 0n ? 1n : 0n);
}

/** Days since 1970 as YYYY-MM-DD; undefined beyond the years that form can hold. */
function dateOf(days: bigint): string | undefined {
  if (days < -719_528n || days > 2_932_896n) return undefined;
  return new Date(Number(days * dayMs)).toISOString().slice(0, 10);
}
