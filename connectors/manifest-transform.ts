// What a manifest tells a transform: a table of codes, a separator, the order of day and month, the end of a period, the
// field a term counts from. Every mistake is reported at its place, with what could be written instead.
import type { RecordField, RecordType } from '../schema/catalogue.ts';
import { suggest } from '../schema/suggest.ts';
import type { Report } from './manifest.ts';
import type { Path } from './manifest-lines.ts';
import { dayForms, isDayForm } from './transforms/day-form.ts';
import type { TransformRule } from './transforms/library.ts';
import type { Transform } from './transforms/transform.ts';
import type { Words } from './transforms/words.ts';

/** Reads another field of the same record; undefined: there is none that a term can count from. */
export type ReadStart = (field: string) => Transform | undefined;

export interface ParameterContext {
  readonly type: RecordType;
  readonly field: RecordField;
  readonly words: Words;
  /** Of `as`. */
  readonly path: Path;
  readonly report: Report;
  readonly readStart: ReadStart;
}

interface Named {
  readonly name: string;
  readonly parameter?: unknown;
}

/** The transform, told what it needs; undefined: what is wrong was reported. */
export function readParameter(
  rule: TransformRule,
  named: Named,
  context: ParameterContext,
): Transform | undefined {
  const { path, report, field } = context;
  const { name, parameter } = named;
  const where = path.join('.');
  switch (rule.parameter) {
    case 'none':
      if (parameter === undefined) return rule.transform;
      report(path, `${where}: ${name} takes no parameter; write as: ${name}`);
      return undefined;
    case 'separator':
      if (typeof parameter === 'string' && parameter !== '') return rule.make(parameter);
      report(path, `${where}: ${name} needs the text between two values, such as { ${name}: ';' }`);
      return undefined;
    case 'table': {
      const table = readTable(parameter, field, [...path, name], report);
      return table === undefined ? undefined : rule.make(table);
    }
    case 'codes':
      return readCodes(rule, parameter, context, [...path, name]);
    case 'truths': {
      if (parameter === undefined) return rule.make(new Map());
      const words = Object.entries(Object(parameter) as Record<string, unknown>);
      const truths = words.filter((entry): entry is [string, boolean] => typeof entry[1] === 'boolean');
      if (truths.length === words.length && words.length > 0) return rule.make(new Map(truths));
      report(path, `${where}: write { ${name}: { 有: true, 无: false } }, or only ${name}`);
      return undefined;
    }
    case 'day form':
      if (parameter === undefined) return rule.make('Y/M/D');
      if (isDayForm(parameter)) return rule.make(parameter);
      report(
        path,
        `${where}: ${name} is written in one of ${dayForms.join(', ')}`,
        nearest(parameter, dayForms),
      );
      return undefined;
    case 'period':
      if (parameter === 'from' || parameter === 'to') return rule.make(parameter, context.words.forever);
      report(path, `${where}: write { ${name}: from } for its first day or { ${name}: to } for its last`);
      return undefined;
    case 'term':
      return readTerm(rule, parameter, context);
  }
}

function readTerm(
  rule: TransformRule & { readonly parameter: 'term' },
  parameter: unknown,
  { type, field, path, report, readStart }: ParameterContext,
): Transform | undefined {
  const from = (parameter as { readonly from?: unknown } | null | undefined)?.from;
  const where = path.join('.');
  const days = [...type.fields.values()].filter(
    (other) => other.type === 'Date' && other.name !== field.name,
  );
  const names = days.map((other) => other.name);
  if (typeof from !== 'string' || Object.keys(Object(parameter) as object).length !== 1) {
    report(path, `${where}: write { term: { from: field } } with the field from which it counts`);
    return undefined;
  }
  const start = names.includes(from) ? readStart(from) : undefined;
  if (start !== undefined) return rule.make(start);
  report(
    path,
    `${where}: a term counts from another field that is a Date: ${names.join(', ')}`,
    suggest(from, names),
  );
  return undefined;
}

function readCodes(
  rule: TransformRule & { readonly parameter: 'codes' },
  parameter: unknown,
  { field, report }: ParameterContext,
  path: Path,
): Transform | undefined {
  const where = path.join('.');
  const { table: written, separator, ...others } = Object(parameter) as Record<string, unknown>;
  const separators = [separator]
    .flat()
    .filter((mark): mark is string => typeof mark === 'string' && mark !== '');
  if (
    separators.length !== [separator].flat().length ||
    separators.length === 0 ||
    Object.keys(others).length > 0
  ) {
    report(
      path,
      `${where}: write { table: { A: …, B: … }, separator: ';' }, or several separators as a list`,
    );
    return undefined;
  }
  if (written === undefined && field.enumValues !== undefined)
    return rule.make({ table: new Map(field.enumValues.map((value) => [value, value])), separators });
  const table = readTable(written, field, [...path, 'table'], report);
  return table === undefined ? undefined : rule.make({ table, separators });
}

function readTable(
  written: unknown,
  field: RecordField,
  path: Path,
  report: Report,
): ReadonlyMap<string, string> | undefined {
  const where = path.join('.');
  if (typeof written !== 'object' || written === null || Array.isArray(written)) {
    report(path, `${where}: a table of the agency's codes and what they mean here`);
    return undefined;
  }
  const table = new Map<string, string>();
  let right = true;
  for (const [theirs, ours] of Object.entries(written as Record<string, unknown>)) {
    if (typeof ours === 'string' && (field.enumValues === undefined || field.enumValues.includes(ours))) {
      table.set(theirs, ours);
      continue;
    }
    right = false;
    const known = field.enumValues ?? [];
    const message =
      field.enumValues === undefined
        ? `${where}.${theirs}: write text`
        : `${where}.${theirs}: not a value of ${field.type}`;
    report([...path, theirs], message, typeof ours === 'string' ? suggest(ours, known) : undefined);
  }
  return right ? table : undefined;
}

function nearest(written: unknown, known: readonly string[]): string | undefined {
  return typeof written === 'string' ? suggest(written, known) : undefined;
}
