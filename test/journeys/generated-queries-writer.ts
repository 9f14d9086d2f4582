// Writes random valid queries over the subjects: aliases, fragments of every kind, one fragment in several places,
// merged fields, @skip and @include with variables and defaults, lists, pages. The same seed writes the same queries.
import {
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isLeafType,
} from 'graphql';
import type { Purpose } from '../../policies/engine/consumers.ts';

export interface Draw {
  /** Whole number from 0 to below `bound`. */
  below(bound: number): number;
  chance(probability: number): boolean;
  pick<T>(items: readonly T[]): T;
}

/** mulberry32. */
export function drawsOf(seed: number): Draw {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const below = (bound: number): number => Math.floor(next() * bound);
  return {
    below,
    chance: (probability) => next() < probability,
    pick: (items) => items[below(items.length)]!,
  };
}

export interface Pool {
  readonly organisations: readonly string[];
  readonly persons: readonly string[];
}

export interface WrittenQuery {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

interface Writing {
  readonly draw: Draw;
  readonly schema: GraphQLSchema;
  readonly pool: Pool;
  readonly fragments: Map<string, { readonly on: string; readonly text: string }>;
  readonly declared: string[];
  readonly values: Record<string, unknown>;
  aliases: number;
  names: number;
}

const cursor = (place: number): string => Buffer.from(`p${place}`).toString('base64url');
const places = ['420200', '370202', '110101'];
const days = ['2026-11-22', '2026-11-21', '2024-02-29', '2019-05-01', '2030-01-01'];

export function writeQuery(draw: Draw, schema: GraphQLSchema, pool: Pool, purpose: Purpose): WrittenQuery {
  const writing: Writing = {
    ...{ draw, schema, pool, fragments: new Map(), declared: [], values: {} },
    ...{ aliases: 0, names: 0 },
  };
  // Rarely a kind of subject that the purpose does not cover.
  const kinds = draw.chance(0.04) ? (['Organization', 'Person'] as const) : purpose.subjects;
  const roots = Array.from({ length: 1 + draw.below(2) }, () => writeRoot(writing, draw.pick(kinds)));
  if (draw.chance(0.1)) roots.push('__typename');
  let body = roots.join(' ');
  if (draw.chance(0.15)) body = `... on Query { ${body} }`;
  const fragments = [...writing.fragments].map(
    ([name, { on, text }]) => `fragment ${name} on ${on} { ${text} }`,
  );
  const variables = writing.declared.length === 0 ? '' : ` (${writing.declared.join(', ')})`;
  // The definitions stand in any order.
  const operation = `query${draw.chance(0.5) ? ' Generated' : variables === '' ? '' : ' '}${variables} { ${body} }`;
  const parts = draw.chance(0.5) ? [operation, ...fragments] : [...fragments, operation];
  return { query: parts.join('\n'), variables: writing.values };
}

function writeRoot(writing: Writing, kind: Purpose['subjects'][number]): string {
  const { draw, pool } = writing;
  const organisation = kind === 'Organization';
  const ids = organisation ? pool.organisations : pool.persons;
  if (draw.chance(0.5)) {
    const [name, argument] = organisation ? ['organization', 'uscc'] : ['person', 'citizenId'];
    const scalar = organisation ? 'USCC!' : 'CitizenId!';
    const given = argumentText(writing, draw.pick(ids), scalar);
    return `${alias(writing)}${name}(${argument}: ${given})${conditions(writing)} ${selection(writing, kind, 4)}`;
  }
  const [name, argument] = organisation ? ['organizations', 'usccs'] : ['persons', 'citizenIds'];
  const list = Array.from({ length: draw.below(4) }, () => (draw.chance(0.1) ? 'no-code' : draw.pick(ids)));
  const given = argumentText(writing, list, '[SubjectCode!]!');
  const parts = [`... on ${kind} ${selection(writing, kind, 4)}`];
  if (draw.chance(0.6)) parts.push('... on InvalidSubject { index code message }');
  if (draw.chance(0.4)) parts.push('__typename');
  if (draw.chance(0.3)) parts.push(`...${fragment(writing, kind, 2)}`);
  return `${alias(writing)}${name}(${argument}: ${given})${conditions(writing)} { ${parts.join(' ')} }`;
}

function argumentText(writing: Writing, value: unknown, type: string): string {
  if (!writing.draw.chance(0.5)) return JSON.stringify(value);
  const name = `v${(writing.names += 1)}`;
  const byDefault = writing.draw.chance(0.3) ? ` = ${JSON.stringify(value)}` : '';
  writing.declared.push(
    `$${name}: ${byDefault !== '' && writing.draw.chance(0.5) ? type.replace(/!$/, '') : type}${byDefault}`,
  );
  if (byDefault === '' || writing.draw.chance(0.3)) writing.values[name] = value;
  return `$${name}`;
}

/** Roots and fields with arguments always get one, so that no two of them conflict. */
function alias(writing: Writing): string {
  return `a${(writing.aliases += 1)}: `;
}

function conditions(writing: Writing): string {
  const { draw } = writing;
  return ['skip', 'include']
    .filter(() => draw.chance(0.08))
    .map(
      (directive) =>
        `@${directive}(if: ${argumentText(writing, draw.chance(directive === 'skip' ? 0.3 : 0.8), 'Boolean!')})`,
    )
    .map((text) => ` ${text}`)
    .join('');
}

function selection(writing: Writing, typeName: string, depth: number): string {
  return `{ ${selectionText(writing, typeName, depth)} }`;
}

function selectionText(writing: Writing, typeName: string, depth: number): string {
  const { draw, schema } = writing;
  const type = schema.getType(typeName) as GraphQLObjectType;
  const fields = Object.values(type.getFields());
  const parts: string[] = [];
  const wanted = 1 + draw.below(Math.min(fields.length, 5));
  for (let count = 0; count < wanted; count += 1) {
    const field = draw.pick(fields);
    const roll = draw.below(20);
    if (roll === 0) parts.push(`...${conditions(writing)} { ${fieldText(writing, field, depth)} }`);
    else if (roll === 1)
      parts.push(`... on ${typeName}${conditions(writing)} { ${fieldText(writing, field, depth)} }`);
    else if (roll < 4) parts.push(`...${fragment(writing, typeName, depth)}${conditions(writing)}`);
    else parts.push(fieldText(writing, field, depth));
  }
  if (typeName.endsWith('Section') && draw.chance(0.2)) parts.push('... on Section { state source }');
  if (draw.chance(0.1)) parts.push('__typename');
  return parts.join(' ');
}

function fieldText(writing: Writing, field: GraphQLField<unknown, unknown>, depth: number): string {
  const { draw } = writing;
  const inner = getNamedType(field.type);
  if (!isLeafType(inner) && depth <= 0) return '__typename';
  const body = isLeafType(inner) ? '' : ` ${selection(writing, inner.name, depth - 1)}`;
  if (field.name === 'eligibility') {
    // A scene judges some kinds of subject; a fragment is written for one kind.
    const asOf = draw.chance(0.4) ? `, asOf: "${draw.pick(days)}"` : '';
    const place = draw.chance(0.3) ? `, jurisdiction: "${draw.pick(places)}"` : '';
    return `${alias(writing)}eligibility(scene: ${sceneOf(writing, field)}${asOf}${place})${conditions(writing)}${body}`;
  }
  if (field.args.some(({ name }) => name === 'on')) {
    const on = draw.pick(['', '(on: null)', ...days.map((day) => `(on: "${day}")`)]);
    return `${alias(writing)}${field.name}${on}${conditions(writing)}${body}`;
  }
  if (field.args.length > 0) {
    const given: string[] = [];
    if (draw.chance(0.7))
      given.push(`first: ${draw.pick(['0', '1', '3', '50', 'null', '2147483647', '-1'])}`);
    if (draw.chance(0.4))
      given.push(
        `after: ${draw.pick([cursor(0), cursor(2), cursor(7), 'elsewhere', null].map((at) => JSON.stringify(at)))}`,
      );
    return `${alias(writing)}${field.name}${given.length === 0 ? '' : `(${given.join(', ')})`}${conditions(writing)}${body}`;
  }
  // Without an alias, the same field again is merged with this one.
  const called = draw.chance(0.12) ? alias(writing) : '';
  return `${called}${field.name}${conditions(writing)}${body}`;
}

function sceneOf({ schema }: Writing, field: GraphQLField<unknown, unknown>): string {
  const person = (schema.getType('Person') as GraphQLObjectType).getFields()['eligibility'];
  return field === person ? 'PROMOTION' : 'GOVERNMENT_PROCUREMENT';
}

/** A named fragment on a type: one that stands elsewhere already, or a new one. */
function fragment(writing: Writing, typeName: string, depth: number): string {
  const { draw } = writing;
  const known = [...writing.fragments].filter(([, { on, text }]) => on === typeName && text !== '');
  if (known.length > 0 && draw.chance(0.6)) return draw.pick(known)[0];
  const name = `F${writing.fragments.size}`;
  // Entered first and still empty, so that it cannot spread itself.
  writing.fragments.set(name, { on: typeName, text: '' });
  writing.fragments.set(name, { on: typeName, text: selectionText(writing, typeName, depth) });
  return name;
}
