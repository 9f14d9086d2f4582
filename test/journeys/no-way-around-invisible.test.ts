// What a consumer may never use does not exist for it: in introspection, in the downloaded SDL, in their descriptions.
import fc from 'fast-check';
import {
  type GraphQLField,
  type GraphQLSchema,
  type IntrospectionQuery,
  buildClientSchema,
  buildSchema,
  getIntrospectionQuery,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isObjectType,
  isRequiredArgument,
  isSpecifiedDirective,
  isUnionType,
  lexicographicSortSchema,
  print,
  printSchema,
  validateSchema,
} from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readDefinition } from '../../gateway/gateway.ts';
import type { PolicySnapshot } from '../../gateway/request/snapshot.ts';
import { visibleSchema, visibleSdl } from '../../gateway/request/visible-schema.ts';
import type { Consumer } from '../../policies/engine/consumers.ts';
import { type SubjectTypeName, ownSource } from '../../schema/catalogue.ts';
import { auditTail } from './audit-tail.ts';
import { type RunningGateway, id, runGateway } from './running-gateway.ts';

let world: RunningGateway;
let snapshot: PolicySnapshot;
let newEntries: () => readonly any[];
/** Descriptions that belong to one field and to nothing else. */
let describedOnce: ReadonlySet<string>;
beforeAll(async () => {
  world = await runGateway({ ownNames: true });
  newEntries = auditTail(world.auditDirectory);
  ({ snapshot } = await readDefinition('.', { ...world.sandbox.environment }));
  const whole = print(snapshot.catalogue.document);
  const descriptions = [...snapshot.catalogue.coordinates.values()].map(({ description }) => description);
  describedOnce = new Set(descriptions.filter((one) => whole.split(one).length === 2));
});
afterAll(() => world?.stop());

const sorted = (schema: GraphQLSchema): string => printSchema(lexicographicSortSchema(schema));

/** Coordinates that some purpose opens about a kind of subject it covers, worked out the long way. */
function usable(consumer: Consumer): ReadonlySet<string> {
  const { catalogue, policies } = snapshot;
  const found = new Set<string>();
  for (const name of consumer.purposes) {
    const purpose = policies.policySet.consumers.purposes.get(name)!;
    const table = snapshot.tableFor({ consumer, purpose, caseGiven: true, userGiven: true });
    for (const section of catalogue.sections.values()) {
      if (!purpose.subjects.includes(section.subject)) continue;
      for (const { record } of section.fields.values()) {
        for (const { coordinate } of catalogue.records.get(record)!.fields.values())
          if (table.decisions.get(coordinate)!.kind !== 'deny') found.add(coordinate);
      }
    }
    for (const record of catalogue.sources.get(ownSource)!.records.values()) {
      for (const { coordinate } of record.fields.values())
        if (table.decisions.get(coordinate)!.kind !== 'deny') found.add(coordinate);
    }
  }
  return found;
}

/** Everything that can be found wrong with a consumer's schema. */
function faultsOf(consumer: Consumer): string[] {
  const { catalogue } = snapshot;
  const schema = visibleSchema(snapshot, consumer);
  const mayUse = usable(consumer);
  const faults = validateSchema(schema).map(({ message }) => message);
  const types = schema.getTypeMap();
  const seen = new Set<string>();
  const visit = (name: string): void => {
    if (seen.has(name)) return;
    seen.add(name);
    const type = types[name];
    if (type === undefined) return void faults.push(`${name} is mentioned and missing`);
    if (isUnionType(type)) type.getTypes().forEach((member) => visit(member.name));
    if (!isObjectType(type)) return;
    type.getInterfaces().forEach((face) => visit(face.name));
    for (const field of Object.values(type.getFields())) {
      visit(getNamedType(field.type).name);
      field.args.forEach((argument) => visit(getNamedType(argument.type).name));
    }
  };
  visit('Query');
  if (schema.getMutationType()) visit('Mutation');
  for (const directive of schema.getDirectives())
    directive.args.forEach((one) => visit(getNamedType(one.type).name));
  for (const name of Object.keys(types))
    if (!name.startsWith('__') && !seen.has(name)) faults.push(`${name} hangs in the air`);
  const sdl = visibleSdl(snapshot, consumer);
  for (const [coordinate, { description }] of catalogue.coordinates) {
    const [typeName, fieldName] = coordinate.split('.') as [string, string];
    const type = types[typeName];
    const there = isObjectType(type) && type.getFields()[fieldName] !== undefined;
    // A verdict's parts hang on the verdict.
    if (there && !mayUse.has(coordinate)) faults.push(`${coordinate} is there and may not be used`);
    const source = catalogue.records.get(typeName)!.source;
    if (!there && mayUse.has(coordinate) && source !== ownSource) faults.push(`${coordinate} is missing`);
    const unique = describedOnce.has(description);
    if (!there && unique && description.length > 12 && sdl.includes(description))
      faults.push(`${coordinate} is described`);
  }
  for (const { fields, typeName } of catalogue.sections.values()) {
    const section = types[typeName];
    for (const { name, record } of fields.values()) {
      const shown = isObjectType(section) ? section.getFields()[name] : undefined;
      if (shown !== undefined && types[record] === undefined)
        faults.push(`${typeName}.${name} counts what is not there`);
    }
  }
  return faults;
}

describe('for any consumer', () => {
  test('the schema holds what it may use about its kinds of subject, and nothing hangs in the air', () => {
    const { consumers } = snapshot.policies.policySet;
    const roles = [...consumers.roles.keys()];
    const purposes = [...consumers.purposes.keys()];
    let run = 0;
    fc.assert(
      fc.property(
        fc.subarray(roles),
        fc.subarray(purposes, { minLength: 1 }),
        fc.constantFrom(undefined, '420200', '370200'),
        (held, wanted, region) => {
          const name = `made-up-${(run += 1)}`;
          const title = { en: name, zh: name };
          const consumer: Consumer = {
            ...{ name, title, roles: held, purposes: wanted },
            ...(region === undefined ? {} : { region, agency: 'made-up' }),
          };
          expect(faultsOf(consumer), JSON.stringify(consumer)).toEqual([]);
          const schema = visibleSchema(snapshot, consumer);
          expect(sorted(buildSchema(visibleSdl(snapshot, consumer)))).toBe(sorted(schema));
        },
      ),
      { numRuns: 60, seed: 20261122 },
    );
    for (const consumer of consumers.consumers.values())
      expect(faultsOf(consumer), consumer.name).toEqual([]);
  });

  test('kinds of subject no purpose covers are gone, with their roots, lists and scenes', () => {
    const { consumers } = snapshot.policies.policySet.consumers;
    const namesFor = (name: string) =>
      new Set(Object.keys(visibleSchema(snapshot, consumers.get(name)!).getTypeMap()));
    for (const gone of ['Person', 'PersonItem', 'CitizenId', 'HrSection', 'SanctionKind', 'Sanction'])
      expect(namesFor('subsidy-system').has(gone), gone).toBe(false);
    for (const gone of [
      'Organization',
      'OrganizationItem',
      'ContractConnection',
      'PageInfo',
      'USCC',
      'RegistryEntry',
    ])
      expect(namesFor('recruitment-office').has(gone) && gone !== 'USCC', gone).toBe(false);
    const scenes = (name: string) => {
      const type = visibleSchema(snapshot, consumers.get(name)!).getType('Scene');
      return isEnumType(type) ? type.getValues().map((value) => value.name) : [];
    };
    const judging = (kind: SubjectTypeName): string[] =>
      [...snapshot.policies.rulebook.scenes.values()]
        .filter(({ subjects }) => subjects.has(kind))
        .map(({ scene }) => scene);
    expect(scenes('subsidy-system').toSorted()).toEqual(judging('Organization').toSorted());
    expect(scenes('recruitment-office').toSorted()).toEqual(judging('Person').toSorted());
    expect(scenes('subsidy-system')).not.toContain('PROMOTION');
    expect(scenes('public')).toEqual([]);
  });
});

const download = async (consumer?: string, headers: Readonly<Record<string, string>> = {}) => {
  const token = consumer === undefined ? {} : { authorization: `Bearer ${await world.token(consumer)}` };
  const response = await fetch(`${world.gateway.url}/schema.graphql`, { headers: { ...token, ...headers } });
  return { response, text: await response.text() };
};

describe('what leaves the gateway', () => {
  test.each([
    'public',
    'procurement-platform',
    'organisation-dept',
    'credit-office',
    'subsidy-system',
    'auditor',
  ])('introspection and the downloaded SDL of %s say the same, descriptions and all', async (name) => {
    const consumer = name === 'public' ? undefined : name;
    const { response, text } = await download(consumer);
    expect(response.status).toBe(200);
    const answer = await world.ask({
      query: getIntrospectionQuery({ inputValueDeprecation: true, directiveIsRepeatable: true }),
      ...(consumer === undefined ? {} : { consumer }),
    });
    const introspected = buildClientSchema(answer.body.data as IntrospectionQuery);
    expect(sorted(introspected)).toBe(sorted(buildSchema(text)));
    expect(text).toContain('"""');
    expect(text).toContain('@classified(');
    const directives = introspected.getDirectives().filter((one) => !isSpecifiedDirective(one));
    expect(directives.map((one) => one.name).sort()).toEqual(['classified', 'key', 'remedies', 'valid']);
  });

  test('a type that is invisible is null by name, for one who may not and not for one who may', async () => {
    const query =
      '{ a: __type(name: "Sanction") { name } b: __type(name: "ContractConnection") { name } c: __type(name: "SanctionKind") { enumValues { name } } }';
    expect((await world.ask({ query })).body.data).toEqual({ a: null, b: null, c: null });
    const { data } = (await world.ask({ query, consumer: 'organisation-dept' })).body;
    expect(data).toMatchObject({ a: { name: 'Sanction' }, b: null, c: { enumValues: expect.any(Array) } });
  });

  test('the SDL is plain text, kept by nobody, and on record before it leaves', async () => {
    const before = world.entries().length;
    const { response, text } = await download('auditor');
    expect(response.headers.get('content-type')).toBe('text/plain; charset=utf-8');
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect(text).not.toContain('type ContractConnection');
    const kept = world
      .entries()
      .slice(before)
      .filter(({ kind }) => kind !== 'document');
    const request = response.headers.get('credit-request');
    expect(kept).toMatchObject([
      { kind: 'intent', request, operation: 'SchemaDownload', caller: { consumer: 'auditor' } },
      { kind: 'outcome', request, errors: [] },
    ]);
  });

  test('no purpose is needed for it, and a wrong one does not matter', async () => {
    expect((await download('procurement-platform', { 'credit-purpose': 'curiosity' })).response.status).toBe(
      200,
    );
  });

  test('a bad token gets no SDL, not even the public one', async () => {
    const { response, text } = await download(undefined, { authorization: 'Bearer x' });
    expect([response.status, JSON.parse(text).errors[0].extensions.code]).toEqual([401, 'TOKEN_INVALID']);
    expect((await download('stranger')).response.status).toBe(403);
    const posted = await fetch(`${world.gateway.url}/schema.graphql`, { method: 'POST', body: '{}' });
    expect([posted.status, posted.headers.get('allow')]).toEqual([405, 'GET']);
  });
});

/** How a whole schema's field is reached: names of fields from Query, the last one its own. */
function pathsTo(schema: GraphQLSchema): ReadonlyMap<string, readonly GraphQLField<unknown, unknown>[]> {
  const paths = new Map<string, readonly GraphQLField<unknown, unknown>[]>();
  const queue: (readonly [string, readonly GraphQLField<unknown, unknown>[]])[] = [['Query', []]];
  for (const [name, path] of queue) {
    const type = schema.getType(name);
    if (!isObjectType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      if (paths.has(`${name}.${field.name}`)) continue;
      const next = [...path, field];
      paths.set(`${name}.${field.name}`, next);
      queue.push([getNamedType(field.type).name, next]);
    }
  }
  return paths;
}

/** Letters that are no name of anything, as many as the name has. */
const invented = (name: string): string => name.replaceAll(/./g, 'q');

const literals: Readonly<Record<string, () => string>> = {
  USCC: () => JSON.stringify(id('clean-firm')),
  CitizenId: () => JSON.stringify(id('demerit-in-force')),
  SubjectCode: () => '[]',
  Scene: () => 'GOVERNMENT_PROCUREMENT',
  String: () => '""',
  ID: () => '"1"',
  SubjectKind: () => 'ORGANIZATION',
};

/** One query down a path, fields renamed by `rename`; the last one with `end`. */
function down(
  path: readonly GraphQLField<unknown, unknown>[],
  rename: (field: GraphQLField<unknown, unknown>) => string,
  end: string,
): string {
  return path.reduceRight((inner, field, at) => {
    const given = field.args
      .filter(isRequiredArgument)
      .map((argument) => `${argument.name}: ${literals[getNamedType(argument.type).name]!()}`);
    const call = given.length === 0 ? '' : `(${given.join(', ')})`;
    const below = at === path.length - 1 ? end : ` { ${inner} }`;
    return `${rename(field)}${call}${below}`;
  }, '');
}

const consumers = ['public', 'procurement-platform', 'organisation-dept', 'auditor'] as const;
const headersOf: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'procurement-platform': { 'credit-purpose': 'government-procurement' },
  'organisation-dept': {
    'credit-purpose': 'promotion-review',
    'credit-case': 'T-2026-1',
    'credit-user': 'tester',
  },
  auditor: { 'credit-purpose': 'audit', 'credit-case': 'T-2026-1', 'credit-user': 'tester' },
};

// For consumers with `names: own`: who guesses the name of a hidden field must not be told that it exists.
describe.each(consumers)('a name that %s guessed and one that it made up are answered alike', (name) => {
  const asked = async (query: string, variables: Readonly<Record<string, unknown>> = {}) => {
    const answer = await world.ask({
      ...{ query, variables, headers: headersOf[name] ?? {} },
      ...(name === 'public' ? {} : { consumer: name }),
    });
    const kept = newEntries().at(-1);
    return { status: answer.status, text: answer.text, kind: kept.kind, code: kept.code };
  };
  const visible = () => visibleSchema(snapshot, snapshot.policies.policySet.consumers.consumers.get(name)!);
  const refused = expect.objectContaining({ status: 400, kind: 'refusal', code: 'QUERY_INVALID' });

  test('every hidden field, with or without fields below it, with a right or a wrong argument', async () => {
    const { schema } = snapshot.catalogue;
    const seen = visible();
    const knows = new Set(pathsTo(seen).keys());
    const types = seen.getTypeMap();
    const hidden = [...pathsTo(schema)].filter(([coordinate]) => {
      const [type, field] = coordinate.split('.') as [string, string];
      const known = types[type];
      return !(isObjectType(known) && known.getFields()[field] !== undefined);
    });
    expect(hidden.length).toBeGreaterThan(20);
    const ends = ['', ' { __typename }', '(asOf: "2026-11-22")', '(qqqq: 1) { qqqq }'];
    for (const [at, [coordinate, path]] of hidden.entries()) {
      const hiddenFields = new Set(
        path.filter((field, step) => {
          const parent = step === 0 ? 'Query' : getNamedType(path[step - 1]!.type).name;
          return !knows.has(`${parent}.${field.name}`);
        }),
      );
      const made = (field: GraphQLField<unknown, unknown>) =>
        hiddenFields.has(field) ? invented(field.name) : field.name;
      const end = ends[at % ends.length]!;
      const guessed = await asked(`{ ${down(path, (field) => field.name, end)} }`);
      expect(guessed, coordinate).toEqual(refused);
      expect(guessed, `${coordinate}${end}`).toEqual(await asked(`{ ${down(path, made, end)} }`));
    }
  }, 120_000);

  test('hidden types: in fragments of both kinds, of variables', async () => {
    const known = visible().getTypeMap();
    const hidden = Object.keys(snapshot.catalogue.schema.getTypeMap()).filter((type) => !(type in known));
    expect(hidden.length).toBeGreaterThan(3);
    const queries = [
      (on: string) => `{ viewer { ... on ${on} { __typename } } }`,
      (on: string) => `{ viewer { ...F } } fragment F on ${on} { __typename source kind }`,
      (on: string) => `query ($v: ${on}) { viewer { consumer @include(if: $v) } }`,
      (on: string) => `query ($v: [${on}!]! = []) { viewer { consumer } }`,
    ];
    for (const [at, type] of hidden.entries()) {
      const query = queries[at % queries.length]!;
      const guessed = await asked(query(type), { v: null });
      expect(guessed, type).toEqual(refused);
      expect(guessed, query(type)).toEqual(await asked(query(invented(type)), { v: null }));
    }
  }, 120_000);

  test('hidden values of an enum, written and as a variable', async () => {
    const known = visible().getTypeMap();
    for (const type of Object.values(snapshot.catalogue.schema.getTypeMap())) {
      const shown = known[type.name];
      if (!isEnumType(type) || !isEnumType(shown) || type.name !== 'Scene') continue;
      const root =
        'Organization' in known
          ? `organization(uscc: ${literals['USCC']!()})`
          : `person(citizenId: ${literals['CitizenId']!()})`;
      for (const { name: value } of type.getValues()) {
        if (shown.getValue(value)) continue;
        const written = (scene: string) => `{ ${root} { eligibility(scene: ${scene}) { outcome } } }`;
        const guessed = await asked(written(value));
        expect(guessed).toEqual(refused);
        expect(guessed).toEqual(await asked(written(invented(value))));
        const byVariable = `query ($s: Scene!) { ${root} { eligibility(scene: $s) { outcome } } }`;
        const { text: told, ...rest } = await asked(byVariable, { s: value });
        const { text: same, ...others } = await asked(byVariable, { s: invented(value) });
        expect(withoutRequest(told)).toEqual(withoutRequest(same));
        expect(told).toContain('VARIABLE_INVALID');
        expect(rest).toEqual(others);
      }
    }
  });
});

/** An answer that reached the stages carries its request's number. */
const withoutRequest = (text: string): string => text.replace(/"request":"[^"]+"/, '"request":""');

test('the contract has no input types whose fields could be guessed', () => {
  expect(Object.values(snapshot.catalogue.schema.getTypeMap()).filter(isInputObjectType)).toEqual([]);
});

test('a document that one consumer may send is judged anew for the next', async () => {
  const query = `{ organization(uscc: ${literals['USCC']!()}) { registry { entry { legalRepresentative } } } }`;
  const purchaser = { consumer: 'procurement-platform', headers: headersOf['procurement-platform']! };
  for (let round = 0; round < 2; round += 1) {
    expect((await world.ask({ query, ...purchaser })).status).toBe(200);
    const { status, body } = await world.ask({ query });
    expect([status, body.errors![0]!.extensions.code]).toEqual([400, 'QUERY_INVALID']);
  }
});
