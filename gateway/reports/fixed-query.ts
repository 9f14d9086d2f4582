// The one query a report asks: every leaf of a verdict that the caller may know, and the states of the sections the
// scene's rules read. Made from the schema, so that a field added to a verdict is in the next report.
import {
  type DocumentNode,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isLeafType,
  isObjectType,
  isRequiredArgument,
  parse,
} from 'graphql';
import type { SceneRules } from '../../policies/engine/rulebook.ts';
import type { Catalogue, SubjectTypeName } from '../../schema/catalogue.ts';

/** A parsed query with its text, which goes into the report. */
export interface FixedQuery {
  readonly text: string;
  readonly document: DocumentNode;
}

interface SubjectQuery {
  readonly root: string;
  readonly argument: string;
  readonly id: string;
}

const subjectQueries: Readonly<Record<SubjectTypeName, SubjectQuery>> = {
  Organization: { root: 'organizations', argument: 'usccs', id: 'uscc' },
  Person: { root: 'persons', argument: 'citizenIds', id: 'citizenId' },
};

/** Deep enough for a verdict with its findings. */
const deepest = 3;

const made = new WeakMap<GraphQLSchema, Map<string, FixedQuery>>();

/**
 * The query for a kind of subject and a scene, valid against `visible`, what the caller may know; undefined where that
 * knows no such subjects. Variables: codes, scene, asOf, jurisdiction.
 */
export function fixedQuery(
  visible: GraphQLSchema,
  catalogue: Catalogue,
  kind: SubjectTypeName,
  scene: SceneRules,
): FixedQuery | undefined {
  const { root, argument, id } = subjectQueries[kind];
  const type = visible.getType(kind);
  const rules = scene.subjects.get(kind);
  if (!isObjectType(type) || rules === undefined || visible.getQueryType()?.getFields()[root] === undefined)
    return undefined;
  const verdict = getNamedType(type.getFields()['eligibility']?.type);
  if (!isObjectType(verdict)) return undefined;
  const ofSchema = made.get(visible) ?? new Map<string, FixedQuery>();
  made.set(visible, ofSchema);
  const key = `${kind} ${scene.scene}`;
  const known = ofSchema.get(key);
  if (known !== undefined) return known;
  const sources = new Set(rules.recordTypes.map(({ source }) => source));
  const sections = [...sources]
    .filter((source) => catalogue.sections.has(`${kind}.${source}`) && type.getFields()[source] !== undefined)
    .map((source) => `      ${source} { source state asOf }\n`);
  const text =
    'query Report($codes: [SubjectCode!]!, $scene: Scene!, $asOf: Date, $jurisdiction: RegionCode) {\n' +
    `  subjects: ${root}(${argument}: $codes) {\n` +
    '    __typename\n' +
    `    ... on ${kind} {\n` +
    `      subject: ${id}\n` +
    `      eligibility(scene: $scene, asOf: $asOf, jurisdiction: $jurisdiction) ${leavesOf(verdict, deepest)}\n` +
    sections.join('') +
    '    }\n    ... on InvalidSubject { index code message }\n  }\n}\n';
  const query = { text, document: parse(text) };
  ofSchema.set(key, query);
  return query;
}

function leavesOf(type: GraphQLObjectType, depth: number): string {
  const parts = Object.values(type.getFields()).flatMap(({ name, args, type: fieldType }) => {
    const named = getNamedType(fieldType);
    if (args.some(isRequiredArgument)) return [];
    if (isLeafType(named)) return [name];
    return isObjectType(named) && depth > 1 ? [`${name} ${leavesOf(named, depth - 1)}`] : [];
  });
  return `{ ${parts.join(' ')} }`;
}
