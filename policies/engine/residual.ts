// What is left of a condition once all that is known is put in: an expression over the row and the day, in Cedar.
import type { CedarJson, Expression } from './cedar-json.ts';
import { type Known, evaluate } from './evaluate.ts';
import type { CedarValue } from './values.ts';

/** `true`, `false`, or the expression over the row that remains. What is an error is left as it is written. */
export function residualOf(expression: Expression, given: Known): Expression {
  const part = evaluate(expression, given);
  if (part.kind === 'known') {
    const literal = literalOf(part.value);
    return literal === undefined ? expression : { Value: literal };
  }
  if (part.kind === 'error') return expression;
  const and = expression['&&'];
  if (and !== undefined) return joined('&&', residualOf(and.left, given), residualOf(and.right, given), true);
  const or = expression['||'];
  if (or !== undefined) return joined('||', residualOf(or.left, given), residualOf(or.right, given), false);
  const choice = expression['if-then-else'];
  if (choice !== undefined) {
    const test = residualOf(choice.if, given);
    if (test.Value === true) return residualOf(choice.then, given);
    if (test.Value === false) return residualOf(choice.else, given);
  }
  return withChildren(expression, (child) => residualOf(child, given));
}

/** Both parts joined, without the one that changes nothing. */
function joined(operator: '&&' | '||', left: Expression, right: Expression, neutral: boolean): Expression {
  if (left.Value === neutral) return right;
  if (right.Value === neutral) return left;
  return operator === '&&' ? { '&&': { left, right } } : { '||': { left, right } };
}

/** All hold. */
export function allOf(parts: readonly Expression[]): Expression {
  return parts.reduce((left, right) => joined('&&', left, right, true), { Value: true });
}

/** At least one holds. */
export function anyOf(parts: readonly Expression[]): Expression {
  if (parts.some(({ Value }) => Value === true)) return { Value: true };
  return parts.reduce((left, right) => joined('||', left, right, false), { Value: false });
}

/** It does not hold. */
export function not(part: Expression): Expression {
  return typeof part.Value === 'boolean' ? { Value: !part.Value } : { '!': { arg: part } };
}

const operandNames: readonly string[] = ['left', 'right', 'arg', 'if', 'then', 'else', 'in'];

/** The expression with every operand replaced; names, literals and patterns stay. */
function withChildren(expression: Expression, change: (child: Expression) => Expression): Expression {
  const [name, body] = Object.entries(expression)[0] as [string, unknown];
  if (name === 'Value' || name === 'Var') return expression;
  if (Array.isArray(body)) return { [name]: body.map((child) => change(child as Expression)) };
  const entries = Object.entries(body as Readonly<Record<string, unknown>>).map(([key, child]) => [
    key,
    name === 'Record' || operandNames.includes(key) ? change(child as Expression) : child,
  ]);
  return { [name]: Object.fromEntries(entries) as unknown };
}

/** Undefined where a value has no literal of its own (an extension value stays as its call). */
function literalOf(value: CedarValue): CedarJson | undefined {
  if (typeof value === 'boolean' || typeof value === 'string') return value;
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : undefined;
  switch (value.kind) {
    case 'entity':
      return { __entity: { type: value.type, id: value.id } };
    case 'set': {
      const items = value.items.map(literalOf);
      return items.every((item) => item !== undefined) ? items : undefined;
    }
    case 'record':
    case 'datetime':
    case 'duration':
    case 'decimal':
      return undefined;
  }
}
