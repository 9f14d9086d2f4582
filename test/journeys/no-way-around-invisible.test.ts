// What a consumer may never use does not exist for it: in introspection, in the downloaded SDL, in their descriptions.
import fc from 'fast-check';
import {
  type GraphQLSchema,
  type IntrospectionQuery,
  buildClientSchema,
  buildSchema,
  getIntrospectionQuery,
  getNamedType,
  isEnumType,
  isObjectType,
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
import { ownSource } from '../../schema/catalogue.ts';
import { type RunningGateway, runGateway } from './running-gateway.ts';

let world: RunningGateway;
let snapshot: PolicySnapshot;
/** Descriptions that belong to one field and to nothing else. */
let describedOnce: ReadonlySet<string>;
beforeAll(async () => {
  world = await runGateway();
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
      expect(namesFor('procurement-platform').has(gone), gone).toBe(false);
    for (const gone of [
      'Organization',
      'OrganizationItem',
      'ContractConnection',
      'PageInfo',
      'USCC',
      'RegistryEntry',
    ])
      expect(namesFor('organisation-dept').has(gone) && gone !== 'USCC', gone).toBe(false);
    const scenes = (name: string) => {
      const type = visibleSchema(snapshot, consumers.get(name)!).getType('Scene');
      return isEnumType(type) ? type.getValues().map((value) => value.name) : [];
    };
    expect(scenes('procurement-platform')).toEqual(['GOVERNMENT_PROCUREMENT']);
    expect(scenes('organisation-dept')).toEqual(['PROMOTION']);
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
    expect(directives.map((one) => one.name).sort()).toEqual(['classified', 'key']);
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
