// Holds a manifest against its WSDL: operations, paths and columns that are not there are problems of the manifest,
// found at start-up and offline. What comes out needs no WSDL any more.
import { dirname } from 'node:path';
import type { Report } from '../manifest.ts';
import type { Path } from '../manifest-lines.ts';
import { isSafe } from '../credentials/read-credentials.ts';
import { type Environment, type Found, Secret, lookUp } from '../secret.ts';
import { type AnswerPlaces, shapeAnswer } from './answer-shape.ts';
import type { SoapOptions } from './manifest-part.ts';
import { type RequestPlace, type RequestTemplate, checkPlace, planRequest } from './request.ts';
import type { UsernameToken } from './username-token.ts';
import { type SoapVersion, type Wsdl, WsdlProblem, findOperation, readWsdl } from './wsdl.ts';
import type { ElementUse } from './xml-schema.ts';

/** How the records of one type are asked for. */
export interface SoapCall {
  readonly version: SoapVersion;
  readonly action: string;
  readonly request: RequestTemplate;
  readonly keys: SoapOptions['keys'];
  readonly columns: SoapOptions['columns'];
  /** Values of every call, by path. */
  readonly constants: ReadonlyMap<string, Secret>;
  readonly answer: AnswerPlaces & { readonly message: ElementUse; readonly okIs: string | undefined };
}

export interface SoapService {
  /** By record type. */
  readonly calls: ReadonlyMap<string, SoapCall>;
  readonly security: UsernameToken | undefined;
}

/** A record type as a soap manifest writes it. */
export interface WrittenSoapRecord {
  readonly operation?: string | undefined;
  readonly keys?: SoapOptions['keys'] | undefined;
  readonly columns?: SoapOptions['columns'];
  readonly envelope?: SoapOptions['envelope'] | undefined;
  readonly constants?: SoapOptions['constants'];
  readonly filters?: Readonly<Record<string, { readonly excludeAt: string }>> | undefined;
  readonly subjects: Readonly<Record<string, { readonly column: string } | undefined>>;
  readonly fields: Readonly<Record<string, { readonly column: string }>>;
}

export interface ServiceContext {
  /** The manifest; its WSDL lies beside it. */
  readonly file: string;
  /** Resolved; empty in an offline check. */
  readonly address: string;
  readonly environment: Environment;
  /** False: an offline check, where a missing secret is not a problem. */
  readonly secretsRequired: boolean;
  readonly report: Report;
}

/** Undefined where the WSDL itself cannot be used. */
export function readService(
  options: SoapOptions,
  records: Readonly<Record<string, WrittenSoapRecord>>,
  context: ServiceContext,
): SoapService | undefined {
  const { report } = context;
  const said = attempts(report);
  const wsdl = said(['soap', 'wsdl'], () => readWsdl(dirname(context.file), options.wsdl));
  if (wsdl === undefined) return undefined;
  const calls = new Map<string, SoapCall>();
  for (const [name, record] of Object.entries(records)) {
    const call = readCall(wsdl, options, name, record, context);
    if (call !== undefined) calls.set(name, call);
  }
  return { calls, security: readSecurity(options, context) };
}

function readCall(
  wsdl: Wsdl,
  options: SoapOptions,
  name: string,
  record: WrittenSoapRecord,
  context: ServiceContext,
): SoapCall | undefined {
  const said = attempts(context.report);
  const at = (key: keyof WrittenSoapRecord & keyof SoapOptions, ...rest: string[]): Path =>
    record[key] === undefined ? ['soap', key, ...rest] : ['records', name, key, ...rest];
  const keys = record.keys ?? options.keys;
  const columns = record.columns ?? options.columns;
  const { okIs, ...envelope } = record.envelope ?? options.envelope;
  const written = Object.entries(record.constants ?? options.constants ?? {});

  const operation = said(at('operation'), () =>
    findOperation(wsdl, options.service, options.port, record.operation ?? options.operation),
  );
  if (operation === undefined) return undefined;
  const input = wsdl.schemas.element(operation.input);
  const output = wsdl.schemas.element(operation.output);
  if (input === undefined || output === undefined) {
    context.report(at('operation'), `no schema of the WSDL declares the messages of ${operation.name}`);
    return undefined;
  }

  const places: (RequestPlace & { readonly written: Path })[] = [
    { path: keys.at, many: keys.max > 1, optional: false, written: at('keys', 'at') },
    ...(columns === undefined
      ? []
      : [{ path: columns.at, many: true, optional: false, written: at('columns', 'at') }]),
    ...Object.entries(record.filters ?? {}).map(([field, { excludeAt }]) => ({
      path: excludeAt,
      many: true,
      optional: true,
      written: ['records', name, 'filters', field, 'excludeAt'],
    })),
    ...written.map(([path]) => ({ path, many: false, optional: false, written: at('constants', path) })),
  ];
  if (!checkPlaces(places, context.report)) return undefined;
  // One by one first, so that each problem is shown where it was written.
  const fitting = places.map((place) => said(place.written, () => checkPlace(input, place)));
  const request = fitting.every((one) => one !== undefined)
    ? said(at('constants'), () => planRequest(operation.version, input, places))
    : undefined;
  const answer: AnswerPlaces = { items: envelope.items, asOf: envelope.asOf, okAt: envelope.okAt };
  const shape = said(at('envelope'), () => shapeAnswer(operation.version, output, answer, []));
  if (shape === undefined) return undefined;
  const fields = Object.entries(record.fields).map(([field, { column }]) => ({
    column,
    key: ['fields', field],
  }));
  const subjects = Object.entries(record.subjects).flatMap(([kind, subject]) =>
    subject === undefined ? [] : [{ column: subject.column, key: ['subjects', kind] }],
  );
  for (const { column, key } of [...subjects, ...fields]) {
    said(['records', name, ...key], () => shapeAnswer(operation.version, output, answer, [column]));
  }
  const constants = readConstants(written, at('constants'), context);
  if (request === undefined) return undefined;
  const { version, action } = operation;
  return {
    version,
    action,
    request,
    keys,
    columns,
    constants,
    answer: { ...answer, message: output, okIs: okIs === undefined ? undefined : String(okIs) },
  };
}

/** A place that took another's would ask for something else. */
function checkPlaces(
  places: readonly { readonly path: string; readonly written: Path }[],
  report: Report,
): boolean {
  const taken = new Set<string>();
  let right = true;
  for (const { path, written } of places) {
    if (taken.has(path)) {
      report(written, `${written.join('.')}: ${path} of the request is taken`);
      right = false;
    }
    taken.add(path);
  }
  return right;
}

function readConstants(
  written: readonly (readonly [string, string | number | boolean])[],
  path: Path,
  { address, environment, secretsRequired, report }: ServiceContext,
): ReadonlyMap<string, Secret> {
  const constants = new Map<string, Secret>();
  for (const [place, value] of written) {
    const text = String(value);
    const refers = /^(?:\$\{|file:)/.test(text);
    const where = [...path, place].join('.');
    if (refers && address !== '' && !isSafe(address)) {
      report([...path, place], `${where}: the address must be https:// to carry a secret`);
    }
    const found: Found = refers ? lookUp(text, environment) : { ok: true, value: text };
    if (found.ok) constants.set(place, new Secret(found.value));
    else if (secretsRequired) report([...path, place], `${where}: ${found.message}`);
  }
  return constants;
}

function readSecurity(
  { security }: SoapOptions,
  { address, environment, secretsRequired, report }: ServiceContext,
): UsernameToken | undefined {
  if (security === undefined) return undefined;
  const read = (key: 'username' | 'password'): Secret => {
    const found = lookUp(security[key], environment);
    if (found.ok) return new Secret(found.value);
    if (secretsRequired) report(['soap', 'security', key], `soap.security.${key}: ${found.message}`);
    return new Secret('');
  };
  if (security.type === 'text' && address !== '' && !isSafe(address)) {
    report(
      ['soap', 'security', 'type'],
      'soap.security.type: the address must be https:// to carry a password as text; write digest',
      'digest',
    );
  }
  return { username: read('username'), password: read('password'), type: security.type };
}

/** Runs a check and reports what is wrong with the WSDL, or with what is said of it, at a path of the manifest. */
function attempts(report: Report): <T>(path: Path, check: () => T) => T | undefined {
  return (path, check) => {
    try {
      return check();
    } catch (error) {
      if (!(error instanceof WsdlProblem)) throw error;
      report(path, `${path.join('.')}: ${error.message}`, error.suggestion);
      return undefined;
    }
  };
}
