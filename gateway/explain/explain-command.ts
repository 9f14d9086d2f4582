// `npm run -s explain`: what a consumer may see of a coordinate or of a whole query, by which policies, and what
// would have to be different.
import { readFileSync } from 'node:fs';
import { GraphQLError, type DocumentNode, Source, parse, validate } from 'graphql';
import type { DecisionSubject } from '../../policies/engine/decision-table.ts';
import { isAdmissible } from '../../policies/engine/needs.ts';
import type { Catalogue, SubjectTypeName } from '../../schema/catalogue.ts';
import type { Problem } from '../../schema/problem.ts';
import type { ErrorCode } from '../errors.ts';
import { messageOf } from '../errors.ts';
import { type Explanation, type ExplainedPolicy, explainFor } from './explanation.ts';
import { selectedCoordinates } from './selected-coordinates.ts';
import {
  BadFiles,
  type CommandContext,
  type CommandIo,
  type ExitCode,
  WrongUse,
  known,
  runSteward,
} from './steward-command.ts';
import { deriveText, neededText, outcomeText } from './wording.ts';

const HELP = `What a consumer may see, by which policies, and what would have to be different.
说明某调用方可见的内容、依据的策略以及所缺的条件。

  npm run -s explain -- --consumer <name> --purpose <name> [--case] [--user] --coordinate <Type.field>
  npm run -s explain -- --consumer <name> --purpose <name> [--case] [--user] --query <file> [--variables <file>]

  --consumer    a consumer of policies/consumers.yaml
  --purpose     why it asks; its default purpose if it has one
  --case        a case number is given
  --user        the human user is named
  --coordinate  a field, such as Type.field; may be repeated
  --query       a GraphQL document; every field it selects is explained
  --variables   its variables in JSON, for @skip and @include; without them nothing is skipped
  --json        for programs
  --root        the project root ($PROJECT_ROOT, or the current folder)

Exit code: 0 explained; 1 the files have problems; 2 wrong use.
`;

const options = {
  consumer: { type: 'string' },
  purpose: { type: 'string' },
  case: { type: 'boolean' },
  user: { type: 'boolean' },
  coordinate: { type: 'string', multiple: true },
  query: { type: 'string' },
  variables: { type: 'string' },
} as const;

interface Values {
  readonly consumer?: string;
  readonly purpose?: string;
  readonly case?: boolean;
  readonly user?: boolean;
  readonly coordinate?: readonly string[];
  readonly query?: string;
  readonly variables?: string;
}

export async function runExplain(argv: readonly string[], io: CommandIo): Promise<ExitCode> {
  return runSteward(argv, io, {
    help: HELP,
    options,
    run: async ({ values, positionals }, context) => {
      if (positionals.length > 0) throw new WrongUse(`unexpected ${positionals[0]}`);
      const { snapshot } = await context.definition();
      const { catalogue, policies } = snapshot;
      const subject = subjectOf(values, policies.policySet.consumers);
      const coordinates = coordinatesOf(values, catalogue);
      const explainer = explainFor(snapshot, subject);
      const explanations = coordinates.map((coordinate) => explainer.explain(coordinate)!);
      const refusals = refusalsOf(subject, catalogue, coordinates);
      (context.json ? asJson : asText)(context, subject, explanations, refusals);
      return 0;
    },
  });
}

function subjectOf(
  values: Values,
  consumers: {
    readonly consumers: ReadonlyMap<string, DecisionSubject['consumer']>;
    readonly purposes: ReadonlyMap<string, DecisionSubject['purpose']>;
  },
): DecisionSubject {
  if (values.consumer === undefined) throw new WrongUse('--consumer is missing. 缺少 --consumer。');
  const consumer = known({ en: 'consumer', zh: '调用方' }, values.consumer, consumers.consumers);
  const named = values.purpose ?? consumer.defaultPurpose;
  if (named === undefined) throw new WrongUse('--purpose is missing. 缺少 --purpose。');
  const purpose = known({ en: 'purpose', zh: '用途' }, named, consumers.purposes);
  return { consumer, purpose, caseGiven: values.case === true, userGiven: values.user === true };
}

function coordinatesOf(values: Values, catalogue: Catalogue): readonly string[] {
  const { coordinate: named = [], query } = values;
  if ((named.length === 0) === (query === undefined)) {
    throw new WrongUse('Give either --coordinate or --query. 须给出 --coordinate 或 --query 之一。');
  }
  if (query === undefined) {
    for (const one of named) known({ en: 'field', zh: '字段' }, one, catalogue.coordinates);
    return named;
  }
  const document = readDocument(query, catalogue);
  const variables = values.variables === undefined ? undefined : readVariables(values.variables);
  return selectedCoordinates(catalogue, document, { variables }).coordinates;
}

function readDocument(file: string, { schema }: Catalogue): DocumentNode {
  try {
    const document = parse(new Source(textOf(file), file));
    const errors = validate(schema, document);
    if (errors.length > 0) throw new BadFiles(errors.map((error) => problemOf(error, file)));
    return document;
  } catch (error) {
    if (error instanceof GraphQLError) throw new BadFiles([problemOf(error, file)]);
    throw error;
  }
}

function problemOf({ message, locations }: GraphQLError, file: string): Problem {
  const [place] = locations ?? [];
  return { file, message, ...(place === undefined ? {} : { line: place.line, column: place.column }) };
}

function readVariables(file: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(textOf(file));
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      return value as Record<string, unknown>;
    }
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new BadFiles([{ file, message: 'must be a JSON object of variables' }]);
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    throw new BadFiles([{ file, message: 'cannot be read' }]);
  }
}

/** Why the request would be refused before any field is decided. */
function refusalsOf(
  { consumer, purpose, caseGiven, userGiven }: DecisionSubject,
  catalogue: Catalogue,
  coordinates: readonly string[],
): readonly ErrorCode[] {
  const codes: ErrorCode[] = [];
  if (!consumer.purposes.includes(purpose.name)) codes.push('PURPOSE_NOT_HELD');
  if (!isAdmissible(purpose, caseGiven, true)) codes.push('CASE_REQUIRED');
  if (!isAdmissible(purpose, true, userGiven)) codes.push('USER_REQUIRED');
  const covered = (kind: SubjectTypeName): boolean => purpose.subjects.includes(kind);
  const out = coordinates.some((coordinate) => {
    const kinds = subjectsOf(catalogue, coordinate);
    return kinds.length > 0 && !kinds.some(covered);
  });
  if (out) codes.push('SUBJECT_NOT_PERMITTED');
  return codes;
}

/** Kinds of subject in whose sections a coordinate stands. */
function subjectsOf(catalogue: Catalogue, coordinate: string): SubjectTypeName[] {
  const [record] = coordinate.split('.');
  return [...catalogue.sections.values()]
    .filter(({ fields }) => [...fields.values()].some((field) => field.record === record))
    .map(({ subject }) => subject);
}

function asJson(
  { io, shortPath }: CommandContext,
  { consumer, purpose, caseGiven, userGiven }: DecisionSubject,
  explanations: readonly Explanation[],
  refusedWith: readonly ErrorCode[],
): void {
  const short = (policy: ExplainedPolicy): ExplainedPolicy => ({ ...policy, file: shortPath(policy.file) });
  const fields = explanations.map(({ policies, derive, ...rest }) => ({
    ...rest,
    policies: policies.map(short),
    derive: { ...derive, policies: derive.policies.map(short) },
  }));
  const asked = { consumer: consumer.name, purpose: purpose.name, caseGiven, userGiven };
  io.stdout.write(`${JSON.stringify({ ...asked, refusedWith, fields }, undefined, 2)}\n`);
}

function asText(
  context: CommandContext,
  { consumer, purpose, caseGiven, userGiven }: DecisionSubject,
  explanations: readonly Explanation[],
  refusals: readonly ErrorCode[],
): void {
  const given = [caseGiven ? 'case number 案号' : '', userGiven ? 'user 经办人' : ''].filter(
    (one) => one !== '',
  );
  const lines = [
    `${consumer.name} (${consumer.title.en} ${consumer.title.zh}), purpose ${purpose.name}` +
      `${given.length === 0 ? '' : `, with ${given.join(', ')}`}`,
  ];
  for (const code of refusals) {
    lines.push(`  The request would be refused. 请求将被拒绝： ${code}: ${messageOf(code)}`);
  }
  for (const explanation of explanations) lines.push('', ...linesOf(explanation, context));
  context.io.stdout.write(`${lines.join('\n')}\n`);
}

function linesOf(explanation: Explanation, { shortPath }: CommandContext): string[] {
  const { coordinate, reason, policies, needed, others, derive } = explanation;
  const lines = [
    `${coordinate}: ${outcomeText(explanation)}${reason === null ? '' : ` (${reason})`}${deriveText(explanation)}`,
  ];
  const describe = ({ id, effect, file, line, says, condition }: ExplainedPolicy): string[] => [
    `    ${id} (${effect}) ${shortPath(file)}:${line}`,
    `      ${says}`,
    ...(condition === null ? [] : [`      when ${condition}`]),
  ];
  if (policies.length > 0) lines.push('  decided by 决定性策略', ...policies.flatMap(describe));
  else lines.push('  no policy permits it here 无策略允许');
  if (derive.policies.length > 0)
    lines.push('  feeds verdicts by 可用于核查结论', ...derive.policies.flatMap(describe));
  if (needed.length > 0) lines.push('  needed 所需条件', ...needed.map((one) => `    ${neededText(one)}`));
  if (others.length > 0) {
    lines.push('  others may 其他主体依据', ...others.map(({ policy, asks }) => `    ${policy}: ${asks}`));
  }
  if (derive.needed.length > 0) {
    lines.push(
      '  needed for a verdict 用于核查结论所需',
      ...derive.needed.map((one) => `    ${neededText(one)}`),
    );
  }
  return lines;
}
