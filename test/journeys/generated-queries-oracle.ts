// The naive oracle of the generated queries: everything is fetched beforehand, Cedar itself is asked for every field
// of every row, what it allows is masked or shown, and graphql-js executes the query over what is left.
import {
  type DocumentNode,
  type GraphQLFieldResolver,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  execute,
  getNamedType,
  getNullableType,
  isEnumType,
  isLeafType,
  isListType,
  isNonNullType,
} from 'graphql';
import { collectSubfields } from 'graphql/execution/collectFields.js';
import { setFlagsFromString } from 'node:v8';
import type { RecordRow, Value } from '../../connectors/contract.ts';
import { messageOf } from '../../gateway/errors.ts';
import type { PolicySnapshot } from '../../gateway/request/snapshot.ts';
import { wasLifted } from '../../gateway/verdict/assess-record.ts';
import { type Evidence, judge } from '../../gateway/verdict/judge.ts';
import { verdictFacts } from '../../gateway/verdict/verdict-view.ts';
import type { DecisionSubject, FieldOutcome } from '../../policies/engine/decision-table.ts';
import { applyMask, stricter } from '../../policies/masks/mask.ts';
import { type MaskKind, type RecordType, type SubjectTypeName, ownSource } from '../../schema/catalogue.ts';
import { parseCitizenId } from '../../schema/identifiers/citizen-id.ts';
import type { RegionCode } from '../../schema/identifiers/region-code.ts';
import { parseUscc } from '../../schema/identifiers/uscc.ts';
import { oracleOf } from '../policies/engine/cedar-oracle.ts';
import type { Everything } from './generated-queries-facts.ts';

// Node 20 can abort in a hot call from JavaScript into WebAssembly.
setFlagsFromString('--no-turbo-inline-js-wasm-calls');

/** What Cedar says to one asker, remembered by row. */
export interface Judge {
  /** The caller's own region, where verdicts are asked for unless the query says otherwise. */
  readonly region: RegionCode | undefined;
  outcome(record: RecordType, field: string, row: RecordRow): FieldOutcome;
  visible(record: RecordType, row: RecordRow): boolean;
  /** Whether any row could show this field. */
  ever(record: RecordType, field: string): boolean;
  mayDerive(record: RecordType, field: string, row: RecordRow): boolean;
}

const today = '2026-11-22';
/** Rows that stand for those nobody has seen yet. */
const imagined: readonly RecordRow[] = [
  {},
  {
    region: '420200',
    recordStatus: 'EFFECTIVE',
    role: 'BUYER',
    amount: '1.00',
    acceptance: 'ACCEPTED',
    to: '2020-01-01',
    decidedOn: '2020-01-01',
    paidOn: '2020-01-01',
    kind: 'WAGES',
  },
  {
    region: '370200',
    recordStatus: 'EFFECTIVE',
    role: 'SUPPLIER',
    amount: '9000000.00',
    acceptance: 'REJECTED',
  },
];

export function judgeFor(snapshot: PolicySnapshot, subject: DecisionSubject, name: string): Judge {
  const { catalogue, policies } = snapshot;
  const { policySet } = policies;
  const bySource = new Map(
    [...catalogue.sources.keys()].map((source) => {
      const own = policySet.policies.filter((policy) => policy.source === source);
      return [source, { own, ask: oracleOf(catalogue, own, `${name}-${source}`) }] as const;
    }),
  );
  const known = new WeakMap<RecordRow, Map<string, FieldOutcome>>();
  const asked = (record: RecordType, action: string, field: string, row: RecordRow) => {
    const { own, ask } = bySource.get(record.source)!;
    const knownColumns = Object.fromEntries(Object.entries(row).filter(([name]) => record.fields.has(name)));
    const answer = ask(
      subject,
      policySet.consumers.roles,
      action,
      `${record.name}.${field}`,
      knownColumns,
      today,
    );
    if (answer.errors.length > 0) throw new Error('the policies of this test do not fail');
    return {
      allowed: answer.decision === 'allow',
      by: answer.reasons.map((id) => own[Number(id.slice(1))]!),
    };
  };
  const decide = (record: RecordType, field: string, row: RecordRow): FieldOutcome => {
    if (asked(record, 'read', field, row).allowed) return { kind: 'allow' };
    const masked = asked(record, 'readMasked', field, row);
    if (!masked.allowed) return { kind: 'deny', reason: 'FORBIDDEN' };
    const masks = masked.by.flatMap(({ mask }): MaskKind[] => (mask === undefined ? [] : [mask]));
    const own = record.fields.get(field)!.classification.mask;
    return { kind: 'mask', mask: masks.length === 0 ? own : masks.reduce(stricter) };
  };
  const outcome: Judge['outcome'] = (record, field, row) => {
    const ofRow = known.get(row) ?? new Map<string, FieldOutcome>();
    known.set(row, ofRow);
    const key = `${record.name}.${field}`;
    const found = ofRow.get(key) ?? decide(record, field, row);
    ofRow.set(key, found);
    return found;
  };
  return {
    region: subject.consumer.region as RegionCode | undefined,
    outcome,
    visible: (record, row) =>
      [...record.fields.keys()].some((field) => outcome(record, field, row).kind !== 'deny'),
    ever: (record, field) => imagined.some((row) => outcome(record, field, row).kind !== 'deny'),
    mayDerive: (record, field, row) => asked(record, 'derive', field, row).allowed,
  };
}

/** What a query selects, by coordinate, found by executing it over a world of dummies. */
export interface Selected {
  readonly coordinates: ReadonlySet<string>;
  /** `Organization.court` → record types. */
  readonly records: ReadonlyMap<string, ReadonlySet<string>>;
  /** `Organization.court` → coordinates of the records' fields under it. */
  readonly under: ReadonlyMap<string, ReadonlySet<string>>;
}

export async function selectedBy(
  schema: GraphQLSchema,
  document: DocumentNode,
  variableValues: Readonly<Record<string, unknown>>,
  snapshot: PolicySnapshot,
): Promise<Selected> {
  const coordinates = new Set<string>();
  const records = new Map<string, Set<string>>();
  const under = new Map<string, Set<string>>();
  const fieldResolver: GraphQLFieldResolver<Dummy, unknown, Readonly<Record<string, unknown>>> = (
    source,
    given,
    _context,
    info,
  ) => {
    const coordinate = `${info.parentType.name}.${info.fieldName}`;
    const opened = snapshot.catalogue.sections.get(coordinate);
    if (opened !== undefined) {
      const known = records.get(coordinate) ?? new Set<string>();
      records.set(coordinate, known);
      // A section of which only the frame is selected tells of the whole source; each place counts for itself.
      const type = getNamedType(info.returnType) as GraphQLObjectType;
      const frameOnly = info.fieldNodes.some((node) => {
        const fields = collectSubfields(schema, info.fragments, info.variableValues, type, [node]);
        return ![...fields.values()].flat().some(({ name }) => opened.fields.has(name.value));
      });
      if (frameOnly) for (const { record } of opened.fields.values()) known.add(record);
    }
    const section = source.of === undefined ? undefined : snapshot.catalogue.sections.get(source.of);
    const carried =
      section?.typeName === info.parentType.name ? section.fields.get(info.fieldName) : undefined;
    if (carried !== undefined) records.get(source.of!)!.add(carried.record);
    const within = opened === undefined ? source.within : coordinate;
    const asked = [coordinate];
    // Whoever asks by day asks for the days.
    if (carried !== undefined && Object.hasOwn(given, 'on')) {
      const { from, to } = snapshot.catalogue.records.get(carried.record)!.validity!;
      asked.push(`${carried.record}.${from}`, `${carried.record}.${to}`);
    }
    for (const one of asked) {
      coordinates.add(one);
      if (within !== undefined) under.set(within, (under.get(within) ?? new Set<string>()).add(one));
    }
    return dummy(info.returnType, { of: coordinate, within });
  };
  const result = await execute({ schema, document, variableValues, fieldResolver, rootValue: {} });
  if (result.errors !== undefined) throw result.errors[0]!;
  return { coordinates, records, under };
}

/** Where a value of the world of dummies came from: its field, and the section it stands in. */
interface Dummy {
  readonly of?: string;
  readonly within?: string | undefined;
}

function dummy(type: GraphQLOutputType, from: Dummy): unknown {
  const nullable = getNullableType(type);
  const named = getNamedType(type);
  if (isListType(nullable)) {
    if (named.name.endsWith('Item')) {
      return [{ __typename: named.name.replace(/Item$/, '') }, { __typename: 'InvalidSubject' }];
    }
    return isLeafType(named) ? [] : [from];
  }
  if (!isLeafType(named)) return from;
  if (!isNonNullType(type)) return null;
  if (isEnumType(named)) return named.getValues()[0]!.value;
  return { Int: 0, Boolean: false, String: '', USCC: '***', CitizenId: '***' }[named.name];
}

/** The data the asker is to get. */
export async function expectData(
  snapshot: PolicySnapshot,
  everything: Everything,
  judgeOf: Judge,
  selected: Selected,
  document: DocumentNode,
  variableValues: Readonly<Record<string, unknown>>,
): Promise<unknown> {
  const { catalogue, policies } = snapshot;
  const anyEver = (record: RecordType): boolean =>
    [...record.fields.keys()].some((field) => judgeOf.ever(record, field));
  const shown = (record: RecordType, row: RecordRow, field: string, value: Value): Value => {
    if (!judgeOf.visible(record, row)) return null;
    const outcome = judgeOf.outcome(record, field, row);
    if (outcome.kind === 'deny') return null;
    return outcome.kind === 'mask' ? applyMask(outcome.mask, value, record.fields.get(field)!.type) : value;
  };
  const rowsOf = (record: RecordType, id: string, section: string): Record<string, unknown>[] => {
    const asked = [...record.fields.keys()].filter((field) =>
      selected.under.get(section)?.has(`${record.name}.${field}`),
    );
    const first = everything.orderOf(record).filter((field) => asked.includes(field));
    return everything
      .rowsOf(record, id)
      .filter((row) => judgeOf.visible(record, row))
      .map((row) => asked.map((field) => [field, shown(record, row, field, row[field] ?? null)] as const))
      .map((entries): Record<string, Value> => Object.fromEntries(entries))
      .sort((a, b) => inOrder([...first, ...asked], a, b));
  };
  const sectionOf = (kind: SubjectTypeName, source: string, id: string): unknown => {
    const section = catalogue.sections.get(`${kind}.${source}`)!;
    const wanted = [...selected.records.get(`${kind}.${source}`)!];
    const answer = everything.answerOf(source);
    const permitted = wanted.some((record) => anyEver(catalogue.records.get(record)!));
    const spoilt = answer.invalidSubjects.has(id);
    const state = !permitted ? 'DENIED' : spoilt ? 'INVALID' : answer.state;
    const ambiguous =
      state === 'OK' &&
      wanted
        .map((name) => catalogue.records.get(name)!)
        .filter(anyEver)
        .some((record) => everything.candidatesOf(record, id).some((row) => judgeOf.visible(record, row)));
    const view: Record<string, unknown> = {
      source,
      state: ambiguous ? 'AMBIGUOUS' : state,
      asOf: !permitted || spoilt ? null : answer.asOf,
    };
    for (const { name, record: recordName, shape } of section.fields.values()) {
      const record = catalogue.records.get(recordName)!;
      if (!anyEver(record) || !['OK', 'STALE'].includes(state)) continue;
      view[name] = (given: {
        readonly first?: number | null;
        readonly after?: string | null;
        readonly on?: string | null;
      }) => {
        const found = rowsOf(record, id, `${kind}.${source}`);
        const { on } = given;
        const rows = typeof on === 'string' ? found.filter((row) => heldOn(record, row, on)) : found;
        return shape === 'list' ? rows : shape === 'one' ? (rows[0] ?? null) : page(rows, given);
      };
    }
    return view;
  };
  const verdictOf = (
    kind: SubjectTypeName,
    id: string,
    given: { scene: string; asOf?: string | null; jurisdiction?: string | null },
  ): unknown => {
    const scene = policies.rulebook.scenes.get(given.scene)!;
    const subjectRules = scene.subjects.get(kind)!;
    const own = (type: string, facts: Readonly<Record<string, unknown>>): Record<string, unknown> => {
      const record = catalogue.records.get(type)!;
      return Object.fromEntries(
        Object.entries(facts).map(([field, value]) => [
          field,
          judgeOf.outcome(record, field, imagined[0]!).kind === 'allow' ? value : null,
        ]),
      );
    };
    const evidence = subjectRules.recordTypes.map((recordType): Evidence => {
      const rules = subjectRules.rules.filter((rule) => rule.recordType === recordType);
      const reads = [...new Set(rules.flatMap((rule) => [...rule.reads]))];
      const { state, asOf, invalidSubjects, methods } = everything.answerOf(recordType.source);
      // What was put out of use is nothing to whoever can see nothing of its type.
      const told = (list: readonly RecordRow[]): readonly RecordRow[] =>
        anyEver(recordType) ? list : list.filter((row) => !wasLifted(row));
      const rows = told(everything.rowsOf(recordType, id));
      const candidates = told(everything.candidatesOf(recordType, id));
      const may = [imagined[0]!, ...rows, ...candidates].every((row) =>
        reads.every((field) => judgeOf.mayDerive(recordType, field, row)),
      );
      if (!may) return { recordType, state: 'DENIED', asOf: null, rows: [] };
      if (invalidSubjects.has(id)) return { recordType, state: 'INVALID', asOf: null, rows: [] };
      const matchedBy = rows.length === 0 ? undefined : (methods?.get(recordType.name)?.get(id) ?? 'EXACT');
      return { recordType, state, asOf, rows, candidates, matchedBy };
    });
    const place = (given.jurisdiction as RegionCode | null | undefined) ?? judgeOf.region;
    const profile = policies.rulebook.jurisdictions.profileOf(place);
    const occasion = { asOf: given.asOf ?? today, today, place, profile };
    const facts = verdictFacts(
      scene,
      judge(subjectRules, evidence, occasion),
      occasion,
      policies.rulebook.version,
      (name) => {
        const record = catalogue.records.get(name)!;
        return {
          show: () => [],
          sees: (rows) => anyEver(record) && rows.some((row) => judgeOf.visible(record, row)),
          value: (row, field) => shown(record, row, field, row[field] ?? null),
          derived: (row, fields, value) =>
            fields.reduce((left, field) => shown(record, row, field, left), value),
        };
      },
    );
    const lists = { findings: 'Finding', evidence: 'Evidence', rules: 'Rule', notAssessed: 'Rule' } as const;
    const whole: Record<string, unknown> = { ...facts.verdict };
    for (const [name, type] of Object.entries(lists)) {
      whole[name] = () => facts[name as keyof typeof lists]().map((entry) => own(type, entry));
    }
    const findings = (): Record<string, unknown>[] => facts.findings().map((entry) => own('Finding', entry));
    whole['findings'] = () => findings().sort((a, b) => inOrder(findingOrder, placed(a), placed(b)));
    return own('Verdict', whole);
  };
  const entity = (kind: SubjectTypeName, id: string): Record<string, unknown> => ({
    __typename: kind,
    [kind === 'Organization' ? 'uscc' : 'citizenId']: id,
    eligibility: (given: Parameters<typeof verdictOf>[2]) => verdictOf(kind, id, given),
    ...Object.fromEntries(
      [...catalogue.sections.values()]
        .filter(({ subject }) => subject === kind)
        .map(({ source }) => [source, () => sectionOf(kind, source, id)]),
    ),
  });
  const items = (kind: SubjectTypeName, texts: readonly string[]): unknown[] =>
    texts.map((text, index) => {
      const parsed = kind === 'Organization' ? parseUscc(text) : parseCitizenId(text);
      if (parsed.ok) return entity(kind, parsed.value);
      const code = 'IDENTIFIER_INVALID';
      return { __typename: 'InvalidSubject', index, code, message: messageOf(code) };
    });
  const result = await execute({
    schema: catalogue.schema,
    document,
    variableValues,
    rootValue: {
      organization: ({ uscc }: { uscc: string }) => entity('Organization', uscc),
      organizations: ({ usccs }: { usccs: string[] }) => items('Organization', usccs),
      person: ({ citizenId }: { citizenId: string }) => entity('Person', citizenId),
      persons: ({ citizenIds }: { citizenIds: string[] }) => items('Person', citizenIds),
    },
  });
  if (result.errors !== undefined) throw result.errors[0]!;
  return result.data;
}

/** What a finding is placed by: what is in force first, then days and names. */
const findingOrder = [
  ...['place', 'from', 'source', 'recordType', 'rule', 'record', 'until', 'effect'],
  ...['underObjection', 'title', 'otherBasis'],
];
const statuses = ['IN_FORCE', 'SUSPENDED', 'UNDATED', 'UNPLACED', 'ABSENT', 'NOT_YET', 'EXPIRED'];
const placed = (finding: Record<string, unknown>): Record<string, Value> => ({
  ...(finding as Record<string, Value>),
  place: statuses.indexOf(String(finding['status'])),
});

/** By each name in turn, null last. */
function inOrder(
  names: readonly string[],
  a: Readonly<Record<string, Value>>,
  b: Readonly<Record<string, Value>>,
): number {
  const name = names.find((one) => JSON.stringify(a[one] ?? null) !== JSON.stringify(b[one] ?? null));
  if (name === undefined) return 0;
  const [left, right] = [a[name] ?? null, b[name] ?? null];
  if (left === null || right === null) return left === null ? 1 : -1;
  return left < right ? -1 : 1;
}

/** By what is shown of its days: every day of a year that is all that is shown, and any day where nothing is. */
function heldOn({ validity }: RecordType, row: Readonly<Record<string, unknown>>, on: string): boolean {
  const first = (row[validity!.from] as string | null) ?? '0000';
  const last = (row[validity!.to] as string | null) ?? '9999';
  const [earliest, latest] = [`${first}-01-01`, `${last}-12-31`];
  return earliest.slice(0, 10) <= on && on <= latest.slice(0, 10);
}

function page(
  rows: readonly unknown[],
  { first, after }: { readonly first?: number | null; readonly after?: string | null },
): unknown {
  const place = /^p(\d+)$/.exec(Buffer.from(after ?? '', 'base64url').toString())?.[1];
  const start = after === null || after === undefined ? 0 : place === undefined ? rows.length : Number(place);
  const end = start + Math.min(Math.max(first ?? 50, 0), 500);
  const nodes = rows.slice(start, end);
  return {
    totalCount: rows.length,
    nodes,
    pageInfo: {
      hasNextPage: start + nodes.length < rows.length,
      endCursor: nodes.length === 0 ? null : Buffer.from(`p${start + nodes.length}`).toString('base64url'),
    },
  };
}

/** Columns of a record that policies of its source name as conditions. */
export function conditionFields(snapshot: PolicySnapshot, record: RecordType): ReadonlySet<string> {
  const texts = snapshot.policies.policySet.policies
    .filter(({ source }) => source === record.source)
    .map(({ text }) => text)
    .join('\n');
  const named = [...texts.matchAll(/context\.row(?:\.| has )(\w+)/g)].map(([, name]) => name!);
  return new Set(named.filter((name) => record.fields.has(name)));
}

/** Record types whose data are an agency's. */
export function agencyRecords(snapshot: PolicySnapshot): readonly RecordType[] {
  return [...snapshot.catalogue.records.values()].filter(({ source }) => source !== ownSource);
}
