// Partial evaluation of Cedar expressions: what is known now folds to a constant, what depends on the row or
// the day stays a closure. An error is an outcome of its own and always ends as a denial.
import type { Expression } from './cedar-json.ts';
import { type AttributeType, type Row, toCedar } from './row-values.ts';
import {
  CedarError,
  type CedarValue,
  type Entity,
  asBoolean,
  asEntity,
  asLong,
  asSet,
  asText,
  checkedLong,
  compare,
  entityKey,
  equals,
  extensionCalls,
  valueOf,
} from './values.ts';

/** What only a request and a row can tell. `today` is a calendar date (YYYY-MM-DD). */
export interface RowFacts {
  readonly row: Row;
  readonly today: string;
  /** Conditions already tried on this row: fields share them. Given by who asks about many fields of one row. */
  readonly tried?: Tried;
}

/** What came of conditions on one row. Mostly there is one, which needs no map. */
export interface Tried {
  first: object | undefined;
  held: boolean | undefined;
  others: Map<object, boolean | undefined> | undefined;
}

export function nothingTried(): Tried {
  return { first: undefined, held: undefined, others: undefined };
}

/** What is known when a decision table is made. */
export interface Known {
  readonly principal: Entity;
  readonly action: Entity;
  readonly resource: Entity;
  /** Attributes of entities, by `Type::id`. */
  attributesOf(entity: Entity): ReadonlyMap<string, CedarValue>;
  /** All ancestors of an entity, not itself. */
  ancestorsOf(entity: Entity): ReadonlySet<string>;
  readonly context: ReadonlyMap<string, CedarValue>;
  /** Attributes of `context.row` (or of the record itself, for verdict rules) and their types. */
  readonly rowTypes: ReadonlyMap<string, AttributeType>;
  /** Which expression denotes the row: `context.row` for access policies, `resource` for verdict rules. */
  readonly rowIs: 'context.row' | 'resource';
}

/**
 * Result of partial evaluation. `reads`: row attributes the closure looks at; `form`: what it was made of, for
 * those who ask which rows can meet it (row-filter.ts). Nothing that runs per row looks at the form.
 */
export type Partial =
  | { readonly kind: 'known'; readonly value: CedarValue }
  | { readonly kind: 'error'; readonly message: string }
  | {
      readonly kind: 'open';
      readonly reads: ReadonlySet<string>;
      readonly form: ResidualForm;
      run(facts: RowFacts): CedarValue;
    };

/** A residual: what is known has been folded. `call` is strict in its parts and has Cedar's own name for it. */
export type ResidualForm =
  | { readonly kind: 'attribute'; readonly name: string; readonly type: AttributeType }
  | { readonly kind: 'has'; readonly name: string }
  | { readonly kind: 'and' | 'or'; readonly left: Partial; readonly right: Partial }
  | { readonly kind: 'if'; readonly test: Partial; readonly then: Partial; readonly else: Partial }
  | { readonly kind: 'call'; readonly name: string; readonly parts: readonly Partial[] };

type Open = Extract<Partial, { kind: 'open' }>;

const noReads: ReadonlySet<string> = new Set();

const known = (value: CedarValue): Partial => ({ kind: 'known', value });
const failed = (message: string): Partial => ({ kind: 'error', message });

/** Evaluates as far as `given` allows. Never throws. */
export function evaluate(expression: Expression, given: Known): Partial {
  try {
    return fold(expression, given);
  } catch (error) {
    if (error instanceof CedarError) return failed(error.message);
    throw error;
  }
}

function fold(expression: Expression, given: Known): Partial {
  if (expression.Value !== undefined) return known(valueOf(expression.Value));
  if (expression.Var !== undefined) return variable(expression.Var, given);
  if (expression['&&'] !== undefined)
    return conjunction(expression['&&'].left, expression['&&'].right, given, true);
  if (expression['||'] !== undefined)
    return conjunction(expression['||'].left, expression['||'].right, given, false);
  if (expression['!'] !== undefined) return apply(given, '!', [expression['!'].arg], ([a]) => !asBoolean(a!));
  if (expression.neg !== undefined)
    return apply(given, 'neg', [expression.neg.arg], ([a]) => checkedLong(-asLong(a!)));
  if (expression.isEmpty !== undefined) {
    return apply(given, 'isEmpty', [expression.isEmpty.arg], ([a]) => asSet(a!).items.length === 0);
  }
  if (expression['.'] !== undefined) return attribute(expression['.'].left, expression['.'].attr, given);
  if (expression.has !== undefined) return hasAttribute(expression.has.left, expression.has.attr, given);
  if (expression.like !== undefined) {
    const pattern = likePattern(expression.like.pattern);
    return apply(given, 'like', [expression.like.left], ([a]) => pattern.test(asText(a!)));
  }
  if (expression.is !== undefined) return isOfType(expression.is, given);
  if (expression['if-then-else'] !== undefined) return conditional(expression['if-then-else'], given);
  if (expression.Set !== undefined) {
    return apply(given, 'Set', expression.Set, (items) => ({ kind: 'set', items }));
  }
  if (expression.Record !== undefined) {
    const names = Object.keys(expression.Record);
    return apply(given, 'Record', Object.values(expression.Record), (items) => ({
      kind: 'record',
      members: new Map(names.map((name, index) => [name, items[index]!])),
    }));
  }
  return pairOrCall(expression, given);
}

type Operation = (values: readonly CedarValue[]) => CedarValue;
type PairOperation = (a: CedarValue, b: CedarValue, given: Known) => CedarValue;

const pairs: Readonly<Record<string, PairOperation>> = {
  '==': (a, b) => equals(a, b),
  '!=': (a, b) => !equals(a, b),
  '<': (a, b) => compare(a, b) < 0,
  '<=': (a, b) => compare(a, b) <= 0,
  '>': (a, b) => compare(a, b) > 0,
  '>=': (a, b) => compare(a, b) >= 0,
  '+': (a, b) => checkedLong(asLong(a) + asLong(b)),
  '-': (a, b) => checkedLong(asLong(a) - asLong(b)),
  '*': (a, b) => checkedLong(asLong(a) * asLong(b)),
  contains: (a, b) => asSet(a).items.some((item) => equals(item, b)),
  containsAll: (a, b) => asSet(b).items.every((item) => asSet(a).items.some((other) => equals(item, other))),
  containsAny: (a, b) => asSet(b).items.some((item) => asSet(a).items.some((other) => equals(item, other))),
  in: (a, b, given) => {
    const child = asEntity(a);
    const parents = typeof b === 'object' && b.kind === 'set' ? b.items.map(asEntity) : [asEntity(b)];
    const ancestors = given.ancestorsOf(child);
    return parents.some((parent) => equals(child, parent) || ancestors.has(entityKey(parent)));
  },
};

function pairOrCall(expression: Expression, given: Known): Partial {
  const [name, operands] = (Object.entries(expression)[0] ?? ['', undefined]) as [string, unknown];
  const pair = Object.hasOwn(pairs, name) ? pairs[name] : undefined;
  if (pair !== undefined) {
    const { left, right } = operands as { left: Expression; right: Expression };
    return applyPair(given, name, fold(left, given), fold(right, given), pair);
  }
  const call = Object.hasOwn(extensionCalls, name) ? extensionCalls[name] : undefined;
  if (call === undefined || !Array.isArray(operands)) throw new CedarError(`unsupported operation ${name}`);
  return apply(given, name, operands as Expression[], (values) => call(...values));
}

/** Strict application: all operands are evaluated; constants fold at once. */
function apply(given: Known, name: string, operands: readonly Expression[], operation: Operation): Partial {
  const parts = operands.map((operand) => fold(operand, given));
  const error = parts.find((part) => part.kind === 'error');
  if (error !== undefined) return error;
  if (parts.every((part) => part.kind === 'known')) {
    return known(operation(parts.map((part) => part.value)));
  }
  return {
    kind: 'open',
    reads: union(parts),
    form: { kind: 'call', name, parts },
    run: (facts) => operation(parts.map((part) => finish(part, facts))),
  };
}

/** The same for two operands, of which mostly one is known; per row nothing is put into lists. */
function applyPair(given: Known, name: string, a: Partial, b: Partial, operation: PairOperation): Partial {
  if (a.kind === 'error') return a;
  if (b.kind === 'error') return b;
  if (a.kind === 'known' && b.kind === 'known') return known(operation(a.value, b.value, given));
  return {
    kind: 'open',
    reads: union([a, b]),
    form: { kind: 'call', name, parts: [a, b] },
    run:
      a.kind === 'known'
        ? (facts) => operation(a.value, finish(b, facts), given)
        : b.kind === 'known'
          ? (facts) => operation(a.run(facts), b.value, given)
          : (facts) => operation(a.run(facts), b.run(facts), given),
  };
}

function variable(name: 'principal' | 'action' | 'resource' | 'context', given: Known): Partial {
  if (name === 'resource' && given.rowIs === 'resource')
    throw new CedarError('the record as a whole is not a value');
  if (name === 'context') throw new CedarError('the context as a whole is not a value');
  return known(given[name]);
}

/** The row, or undefined where the expression denotes something else. */
function denotesRow(expression: Expression, given: Known): boolean {
  if (given.rowIs === 'resource') return expression.Var === 'resource';
  const access = expression['.'];
  return access?.attr === 'row' && access.left.Var === 'context';
}

function attribute(left: Expression, name: string, given: Known): Partial {
  if (denotesRow(left, given)) return rowAttribute(name, given);
  if (left.Var === 'context') {
    if (name === 'today') {
      return {
        kind: 'open',
        reads: noReads,
        form: { kind: 'call', name: 'today', parts: [] },
        run: (facts) => toCedar(facts.today, 'datetime'),
      };
    }
    const value = given.context.get(name);
    return value === undefined ? failed(`context has no ${name}`) : known(value);
  }
  const reach = (value: CedarValue): CedarValue => {
    const found = membersOf(value, given).get(name);
    if (found === undefined) throw new CedarError(`no attribute ${name}`);
    return found;
  };
  return apply(given, '.', [left], ([value]) => reach(value!));
}

function rowAttribute(name: string, given: Known): Partial {
  const type = given.rowTypes.get(name);
  if (type === undefined) return failed(`records have no attribute ${name}`);
  return {
    kind: 'open',
    reads: new Set([name]),
    form: { kind: 'attribute', name, type },
    run: (facts) => {
      const value = facts.row[name];
      if (value === undefined || value === null) throw new CedarError(`the record has no ${name}`);
      return toCedar(value, type);
    },
  };
}

function hasAttribute(left: Expression, attr: string | readonly string[], given: Known): Partial {
  if (typeof attr !== 'string') {
    // `e has a.b` means `e has a && e.a has b`.
    const [first, ...rest] = attr;
    if (rest.length === 0) return hasAttribute(left, first!, given);
    const inner: Expression = { '.': { left, attr: first! } };
    if (left.Var === 'context' && first === 'row') return hasAttribute(inner, rest, given);
    return conjunction({ has: { left, attr: first! } }, { has: { left: inner, attr: rest } }, given, true);
  }
  if (denotesRow(left, given)) {
    return {
      kind: 'open',
      reads: new Set([attr]),
      form: { kind: 'has', name: attr },
      run: (facts) => facts.row[attr] !== undefined && facts.row[attr] !== null,
    };
  }
  if (left.Var === 'context') return known(attr === 'row' || attr === 'today' || given.context.has(attr));
  return apply(given, 'has', [left], ([value]) => membersOf(value!, given).has(attr));
}

function membersOf(value: CedarValue, given: Known): ReadonlyMap<string, CedarValue> {
  if (typeof value === 'object' && value.kind === 'record') return value.members;
  if (typeof value === 'object' && value.kind === 'entity') return given.attributesOf(value);
  throw new CedarError('this value has no attributes');
}

function isOfType(test: NonNullable<Expression['is']>, given: Known): Partial {
  const left = denotesRow(test.left, given) ? known(given.resource) : fold(test.left, given);
  const typed = applied(left, 'is', (value) => asEntity(value).type === test.entity_type);
  if (test.in === undefined || (typed.kind === 'known' && typed.value === false)) return typed;
  return conjunction({ Value: true }, { in: { left: test.left, right: test.in } }, given, true);
}

function applied(part: Partial, name: string, operation: (value: CedarValue) => CedarValue): Partial {
  if (part.kind === 'known') return known(operation(part.value));
  if (part.kind === 'error') return part;
  return {
    kind: 'open',
    reads: part.reads,
    form: { kind: 'call', name, parts: [part] },
    run: (facts) => operation(part.run(facts)),
  };
}

function conditional(test: NonNullable<Expression['if-then-else']>, given: Known): Partial {
  const condition = fold(test.if, given);
  if (condition.kind === 'error') return condition;
  if (condition.kind === 'known') return fold(asBoolean(condition.value) ? test.then : test.else, given);
  const whenTrue = evaluate(test.then, given);
  const whenFalse = evaluate(test.else, given);
  return {
    kind: 'open',
    reads: union([condition, whenTrue, whenFalse]),
    form: { kind: 'if', test: condition, then: whenTrue, else: whenFalse },
    run: (facts) => finish(asBoolean(condition.run(facts)) ? whenTrue : whenFalse, facts),
  };
}

/** Short-circuiting `&&` (`goOn` true) and `||` (`goOn` false): the right side matters only if the left is `goOn`. */
function conjunction(left: Expression, right: Expression, given: Known, goOn: boolean): Partial {
  const first = fold(left, given);
  if (first.kind === 'error') return first;
  if (first.kind === 'known') {
    if (asBoolean(first.value) !== goOn) return known(!goOn);
    const second = evaluate(right, given);
    if (second.kind !== 'open') return applied(second, 'boolean', asBoolean);
    return { ...second, run: (facts) => asBoolean(second.run(facts)) };
  }
  const second = evaluate(right, given);
  return {
    kind: 'open',
    reads: union([first, second]),
    form: { kind: goOn ? 'and' : 'or', left: first, right: second },
    run: (facts) => (asBoolean(first.run(facts)) === goOn ? asBoolean(finish(second, facts)) : !goOn),
  };
}

function finish(part: Partial, facts: RowFacts): CedarValue {
  if (part.kind === 'known') return part.value;
  if (part.kind === 'error') throw new CedarError(part.message);
  return part.run(facts);
}

function union(parts: readonly Partial[]): ReadonlySet<string> {
  const all = new Set<string>();
  for (const part of parts) if (part.kind === 'open') for (const name of part.reads) all.add(name);
  return all;
}

function likePattern(pattern: readonly ('Wildcard' | { readonly Literal: string })[]): RegExp {
  const body = pattern
    .map((element) =>
      element === 'Wildcard' ? '[\\s\\S]*' : element.Literal.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'),
    )
    .join('');
  return new RegExp(`^${body}$`, 'u');
}

/** A condition that holds for a row, or `undefined` if its evaluation failed (the caller denies). */
export function holds(part: Open, facts: RowFacts): boolean | undefined {
  const { tried } = facts;
  if (tried === undefined) return attempt(part, facts);
  if (tried.first === part) return tried.held;
  if (tried.others?.has(part) === true) return tried.others.get(part);
  const held = attempt(part, facts);
  if (tried.first === undefined) {
    tried.first = part;
    tried.held = held;
  } else {
    (tried.others ??= new Map()).set(part, held);
  }
  return held;
}

function attempt(part: Open, facts: RowFacts): boolean | undefined {
  try {
    return asBoolean(part.run(facts));
  } catch (error) {
    if (error instanceof CedarError) return undefined;
    throw error;
  }
}
