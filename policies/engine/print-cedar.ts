// Prints Cedar's JSON expressions as Cedar text, as short as Cedar's precedence allows.
import type { CedarJson, EntityRef, Expression } from './cedar-json.ts';

/** Precedence, loosest first; an operand that binds no tighter than its place asks gets brackets. */
const loosest = 0;
const disjunction = 1;
const conjunction = 2;
const relation = 3;
const sum = 4;
const product = 5;
const unary = 6;
const member = 7;

const methods: readonly string[] = ['contains', 'containsAll', 'containsAny'];
const relations: readonly string[] = ['==', '!=', '<', '<=', '>', '>=', 'in'];
const constructors: readonly string[] = ['datetime', 'duration', 'decimal', 'ip'];

/** The expression as Cedar text. Parsed again it is the same expression. */
export function printExpression(expression: Expression): string {
  return print(expression, loosest);
}

function print(expression: Expression, place: number): string {
  const [text, binds] = written(expression);
  return binds < place ? `(${text})` : text;
}

/** Text and how tightly it binds. */
function written(expression: Expression): readonly [string, number] {
  if (expression.Value !== undefined) {
    const negative = typeof expression.Value === 'number' && expression.Value < 0;
    return [literal(expression.Value), negative ? unary : member];
  }
  if (expression.Var !== undefined) return [expression.Var, member];
  if (expression['!'] !== undefined) return [`!${print(expression['!'].arg, unary + 1)}`, unary];
  if (expression.neg !== undefined) {
    // `-6` is a literal; the negation of 6 keeps its brackets.
    const { arg } = expression.neg;
    return [typeof arg.Value === 'number' ? `-(${literal(arg.Value)})` : `-${print(arg, unary + 1)}`, unary];
  }
  if (expression.isEmpty !== undefined) return [`${print(expression.isEmpty.arg, member)}.isEmpty()`, member];
  if (expression['.'] !== undefined) {
    const { left, attr } = expression['.'];
    const access = isIdentifier(attr) ? `.${attr}` : `[${quoted(attr)}]`;
    return [`${print(left, member)}${access}`, member];
  }
  if (expression.has !== undefined) {
    const { left, attr } = expression.has;
    const names = typeof attr === 'string' ? (isIdentifier(attr) ? attr : quoted(attr)) : attr.join('.');
    return [`${print(left, relation + 1)} has ${names}`, relation];
  }
  if (expression.like !== undefined) {
    const { left, pattern } = expression.like;
    const text = pattern
      .map((part) =>
        part === 'Wildcard'
          ? '*'
          : quoted(part.Literal)
              .slice(1, -1)
              .replaceAll('*', String.raw`\*`),
      )
      .join('');
    return [`${print(left, relation + 1)} like "${text}"`, relation];
  }
  if (expression.is !== undefined) {
    const within = expression.is.in === undefined ? '' : ` in ${print(expression.is.in, relation + 1)}`;
    return [`${print(expression.is.left, relation + 1)} is ${expression.is.entity_type}${within}`, relation];
  }
  if (expression['if-then-else'] !== undefined) {
    const { if: test, then, else: otherwise } = expression['if-then-else'];
    return [
      `if ${printExpression(test)} then ${printExpression(then)} else ${printExpression(otherwise)}`,
      0,
    ];
  }
  if (expression.Set !== undefined) return [`[${expression.Set.map(printExpression).join(', ')}]`, member];
  if (expression.Record !== undefined) {
    const entries = Object.entries(expression.Record);
    return [
      `{${entries.map(([name, value]) => `${quoted(name)}: ${printExpression(value)}`).join(', ')}}`,
      member,
    ];
  }
  return pairOrCall(expression);
}

function pairOrCall(expression: Expression): readonly [string, number] {
  const [name, body] = Object.entries(expression)[0] as [string, unknown];
  if (Array.isArray(body)) {
    const operands = body as readonly Expression[];
    if (constructors.includes(name)) return [`${name}(${operands.map(printExpression).join(', ')})`, member];
    const [self, ...rest] = operands;
    return [`${print(self!, member)}.${name}(${rest.map(printExpression).join(', ')})`, member];
  }
  const { left, right } = body as { readonly left: Expression; readonly right: Expression };
  if (methods.includes(name)) return [`${print(left, member)}.${name}(${printExpression(right)})`, member];
  const binds =
    name === '||'
      ? disjunction
      : name === '&&'
        ? conjunction
        : relations.includes(name)
          ? relation
          : name === '*'
            ? product
            : sum;
  // Relations do not chain; the others group to the left.
  const leftPlace = binds === relation ? relation + 1 : binds;
  return [`${print(left, leftPlace)} ${name} ${print(right, binds + 1)}`, binds];
}

function literal(value: CedarJson): string {
  if (typeof value === 'string') return quoted(value);
  if (typeof value === 'boolean' || typeof value === 'number') return String(value);
  if (Array.isArray(value)) return `[${(value as readonly CedarJson[]).map(literal).join(', ')}]`;
  const object = value as Readonly<Record<string, CedarJson>>;
  if ('__entity' in object) {
    const { type, id } = object['__entity'] as unknown as EntityRef;
    return `${type}::${quoted(id)}`;
  }
  if ('__extn' in object) {
    const { fn, arg, args } = object['__extn'] as unknown as {
      readonly fn: string;
      readonly arg?: CedarJson;
      readonly args?: readonly CedarJson[];
    };
    return `${fn}(${(args ?? [arg ?? '']).map(literal).join(', ')})`;
  }
  return `{${Object.entries(object)
    .map(([name, part]) => `${quoted(name)}: ${literal(part)}`)
    .join(', ')}}`;
}

const isIdentifier = (name: string): boolean => /^[A-Za-z_]\w*$/.test(name);

/** Cedar writes unusual characters as `\u{…}`. */
function quoted(text: string): string {
  return JSON.stringify(text).replaceAll(/\\u([0-9a-f]{4})|\\[bf]/g, (whole, code: string | undefined) =>
    code === undefined ? (whole === '\\b' ? '\\u{8}' : '\\u{c}') : `\\u{${code}}`,
  );
}
