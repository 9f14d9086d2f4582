import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { loadManifests } from '../../connectors/manifest.ts';
import { loadCatalogue } from '../../schema/catalogue.ts';
import type { Problem } from '../../schema/problem.ts';

const catalogue = loadCatalogue('schema').catalogue!;
const environment = {
  COURT_URL: 'http://127.0.0.1:1',
  BIDDING_URL: 'http://127.0.0.1:9',
  FINANCE_DROP: '/srv/drop',
  INVESTMENT_DROP: '/srv/investment',
  HR_DATABASE_URL: 'postgres://reader@127.0.0.1/hr',
  PUBLICITY_DATABASE_URL: 'postgres://reader@127.0.0.1/hr',
  DISCIPLINE_URL: 'mariadb://reader@127.0.0.1/discipline',
  SUPERVISION_DATABASE_URL: 'postgres://reader@127.0.0.1/gateway',
  PROCUREMENT_URL: 'https://127.0.0.1:2/graphql',
  REGISTRY_DATABASE_URL: 'postgresql://reader@127.0.0.1/registry',
  UTILITIES_URL: 'http://127.0.0.1:9/services/arrears',
  UTILITIES_USER: 'x',
  UTILITIES_PASSWORD: 'x',
};

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'manifests-'));
  cpSync('connectors/sources', directory, { recursive: true });
});

const load = (env: Record<string, string | undefined> = environment) =>
  loadManifests({ directory, catalogue, environment: env });

/** Changes one manifest by text and returns its problems as `line: message (suggestion)`. */
function problemsAfter(source: string, from: string, to: string): string[] {
  const file = join(directory, `${source}.yaml`);
  const text = readFileSync(file, 'utf8');
  expect(text).toContain(from);
  writeFileSync(file, text.replace(from, to));
  return load().problems.map(short);
}

function short({ line, message, suggestion }: Problem): string {
  return `${line}: ${message}${suggestion === undefined ? '' : ` (${suggestion})`}`;
}

test('the manifests of the repository fit the SDL', () => {
  const { manifests, problems } = load();
  expect(problems).toEqual([]);
  expect(manifests.map(({ source, transport }) => [source, transport])).toEqual([
    ['bidding', 'http'],
    ['court', 'http'],
    ['discipline', 'sql'],
    ['finance', 'file'],
    ['hr', 'sql'],
    ['investment', 'file'],
    ['procurement', 'graphql'],
    ['publicity', 'sql'],
    ['registry', 'sql'],
    ['supervision', 'sql'],
    ['utilities', 'soap'],
  ]);
  const court = manifests.find(({ source }) => source === 'court')!;
  expect(court.limits).toEqual({
    deadline: 2000,
    concurrency: 16,
    queue: 128,
    bytes: 4_000_000,
    recordsPerSubject: 500,
  });
  expect(court.maxAge).toBe(2 * 86_400_000);
  expect(manifests.find(({ source }) => source === 'hr')!.maxAge).toBeUndefined();
  const listing = court.records.get('CourtListing')!;
  expect([...listing.subjects].map(([kind, key]) => [kind, key.forms.map((form) => form.name)])).toEqual([
    ['Organization', ['uscc', 'org-code']],
    ['Person', ['citizen-id', 'citizen-id-15']],
  ]);
});

describe('a manifest that does not fit is refused with its line', () => {
  test.each([
    ['an unknown key', 'title:', 'titel:', '2: titel: unknown key (title)'],
    ['an unknown key deep down', 'deadline: 2s', 'deadlin: 2s', '6: limits.deadlin: unknown key (deadline)'],
    [
      'a wrong duration',
      'maxAge: 2d',
      'maxAge: two',
      '7: freshness.maxAge: write a duration such as 500ms, 2s, 15m, 2h or 40d',
    ],
    [
      'an unknown transport',
      'transport: http',
      'transport: htp',
      '4: transport: one of sql, http, soap, file, graphql (http)',
    ],
    [
      'another source than the file',
      'source: court',
      'source: curt',
      '1: source: curt is not the name of this file (court)',
    ],
    [
      'an unknown record type',
      '  CourtListing:',
      '  CourtListings:',
      '15: records.CourtListings: schema/court.graphql has no such record type (CourtListing)',
    ],
    [
      'an unknown field',
      'publishedOn:',
      'publisheOn:',
      '49: records.CourtListing.fields.publisheOn: CourtListing has no such field (publishedOn)',
    ],
    [
      'a field left out',
      '      courtName: courtName\n',
      '',
      '21: records.CourtListing.fields: CourtListing.courtName is not mapped',
    ],
    [
      'a code that is no value of the enum',
      '全部未履行: NONE',
      '全部未履行: NON',
      '35: records.CourtListing.fields.performance.as.code.全部未履行: not a value of Performance (NONE)',
    ],
    [
      'an unknown transform',
      'as: case-number }',
      'as: casenumber }',
      '30: records.CourtListing.fields.caseCode.as: one of text, integer, boolean, date, date-time, period, term, yuan, wan-yuan, decimal, region, uscc, citizen-id, org-code, case-number, code, codes, split (case-number)',
    ],
    [
      'a transform that makes another type',
      'publishDate\n      deletedOn',
      '{ column: publishDate, as: yuan }\n      deletedOn',
      '49: records.CourtListing.fields.publishedOn.as: yuan cannot make Date; date, period, term can',
    ],
    [
      'a parameter nobody wants',
      'as: case-number }',
      'as: { case-number: 1 } }',
      '30: records.CourtListing.fields.caseCode.as: case-number takes no parameter; write as: case-number',
    ],
    [
      'an order by no column',
      'order: [publishDate]',
      'order: [publishedDate]',
      '20: records.CourtListing.order.0: publishedDate is not the column of a field (publishDate)',
    ],
    [
      'an unknown key form',
      'as: [uscc, org-code]',
      'as: [uscc, orgcode]',
      '18: records.CourtListing.subjects.Organization.as: one of uscc, org-code, or a list of them (org-code)',
    ],
    [
      'a kind of subject left out',
      "      Person: { column: cardNum, as: [citizen-id, citizen-id-15], control: '998685198506087393' }\n",
      '',
      '16: records.CourtListing.subjects: say by which column a Person is found',
    ],
    [
      'a literal address',
      'address: ${COURT_URL}',
      'address: http://user:secret@court',
      '5: address: a manifest never holds an address or a secret; write ${NAME} or file:/path/to/secret',
    ],
  ])('%s', (_title, from, to, problem) => {
    expect(problemsAfter('court', from, to)).toContain(problem);
  });

  test('a kind of subject that no section of the SDL shows', () => {
    const problems = problemsAfter(
      'registry',
      'Organization: { column: uscc, as: uscc, control: 91990000XX0000473H }',
      'Organization: { column: uscc, as: uscc }\n      Person: { column: id, as: citizen-id }',
    );
    expect(problems).toEqual([
      '12: records.RegistryEntry.subjects.Person: no section of Person in schema/registry.graphql shows RegistryEntry',
    ]);
  });

  test('a list without a transform that makes one', () => {
    const problems = problemsAfter(
      'registry',
      "{ column: former_names, as: { split: ';' } }",
      'former_names',
    );
    expect(problems).toEqual([
      "14: records.RegistryEntry.fields.formerNames: say with 'as' how to read a [String]",
    ]);
  });

  test('two record types of an http source at one path', () => {
    const file = join(directory, 'court.yaml');
    const text = readFileSync(file, 'utf8');
    const again = text.slice(text.indexOf('  CourtListing:')).replace('CourtListing', 'CourtCase');
    writeFileSync(file, text + again);
    expect(load().problems.map(short)).toContain(
      '53: records.CourtCase: needs a path of its own, for CourtListing has the same',
    );
  });

  test('broken YAML', () => {
    const [problem] = problemsAfter('court', 'limits: {', 'limits: {{');
    expect(problem).toMatch(/^7: /);
  });

  test('a key written twice', () => {
    expect(problemsAfter('court', 'transport: http', 'source: court\ntransport: http')).toEqual([
      '4: Map keys must be unique',
    ]);
  });

  test('a table name that could be more than a name', () => {
    const [problem] = problemsAfter('registry', 'table: registry.entity', "table: 'entity\" where 1=1'");
    expect(problem).toBe('9: records.RegistryEntry.table: write a table as schema.table, without quotes');
  });

  test('several mistakes in several files are all told in one run', () => {
    problemsAfter('court', 'title:', 'titel:');
    problemsAfter('hr', 'since: since', 'sinse: since');
    const problems = load({ ...environment, FINANCE_DROP: undefined }).problems;
    expect(problems.map(({ file, message }) => [file.split('/').at(-1), message])).toEqual(
      expect.arrayContaining([
        ['court.yaml', 'titel: unknown key'],
        ['finance.yaml', 'address: set FINANCE_DROP'],
        ['hr.yaml', 'records.Officer.fields.sinse: Officer has no such field'],
        ['hr.yaml', 'records.Officer.fields: Officer.since is not mapped'],
      ]),
    );
  });
});

test('a source of the SDL without a manifest is a problem', () => {
  rmSync(join(directory, 'hr.yaml'));
  const { problems, manifests } = load();
  expect(problems).toMatchObject([{ file: 'schema/hr.graphql', line: 1 }]);
  expect(problems[0]!.message).toMatch(/^hr has no manifest: add .*hr\.yaml$/);
  expect(manifests).toHaveLength(10);
});

test('a manifest without an SDL is a problem', () => {
  writeFileSync(
    join(directory, 'weather.yaml'),
    readFileSync(join(directory, 'hr.yaml'), 'utf8').replace('source: hr', 'source: weather'),
  );
  expect(load().problems.map(short)).toEqual(['1: source: there is no schema/weather.graphql']);
});

describe('an address', () => {
  test('may lie in a secret file', () => {
    const secret = join(directory, 'court-address');
    writeFileSync(secret, 'https://court.example/api\n');
    expect(problemsAfter('court', '${COURT_URL}', `file:${secret}`)).toEqual([]);
    expect(load().manifests.find(({ source }) => source === 'court')!.address).toBe(
      'https://court.example/api',
    );
  });

  test('that is unset names the variable to set', () => {
    expect(load({ ...environment, COURT_URL: undefined }).problems.map(short)).toEqual([
      '5: address: set COURT_URL',
    ]);
  });

  test('of another protocol than the transport is refused without showing it', () => {
    const problems = load({ ...environment, HR_DATABASE_URL: 'oracle://root:secret@hr' }).problems.map(short);
    expect(problems).toEqual([
      '5: address: what ${HR_DATABASE_URL} holds does not begin with postgres:// or postgresql:// or mysql:// or mariadb://',
    ]);
  });
});

test('a code written without quotes keeps its zeros', () => {
  problemsAfter('hr', "'01': PERSONAL_MATTERS_REPORT", '01: PERSONAL_MATTERS_REPORT');
  const hr = load().manifests.find((manifest) => manifest.source === 'hr')!;
  const kind = hr.records.get('IntegrityRecord')!.fields.get('kind')!;
  expect(kind.transform('01')).toEqual({ ok: true, value: 'PERSONAL_MATTERS_REPORT' });
  expect(kind.transform('1').ok).toBe(false);
});

test('an alias stands for what it names', () => {
  const hr = load().manifests.find((manifest) => manifest.source === 'hr')!;
  const status = hr.records.get('Sanction')!.fields.get('recordStatus')!;
  expect([status.column, status.transform('4')]).toEqual(['zt', { ok: true, value: 'REPAIRED' }]);
});

describe('a filter whose raw text cannot be told from outside is refused with its line', () => {
  const onlyCodes = 'only code and boolean fields can be filtered at this source; leave it out';
  const onlyForms =
    'only text, integer, boolean, date, region and code fields can be filtered at this source; leave it out';
  const court = 'filters: { recordStatus: { excludeAt: excludeStates } }';
  test.each([
    [
      'an unknown field',
      'court',
      court,
      court.replace('recordStatus', 'recordState'),
      '52: records.CourtListing.filters.recordState: CourtListing has no such field (recordStatus)',
    ],
    [
      'a date over REST',
      'court',
      court,
      court.replace('recordStatus', 'publishedOn'),
      `52: records.CourtListing.filters.publishedOn: ${onlyCodes}`,
    ],
    [
      'a place in the body that the keys have',
      'court',
      court,
      court.replace('excludeStates', 'codes'),
      '52: records.CourtListing.filters.recordStatus.excludeAt: codes is taken',
    ],
    [
      'a case number, which is written in many ways',
      'court',
      court,
      court.replace('recordStatus', 'caseCode'),
      `52: records.CourtListing.filters.caseCode: ${onlyCodes}`,
    ],
    [
      'free text over GraphQL',
      'procurement',
      "filters: { recordStatus: { excludeArgument: withoutStates, type: '[String!]' } }",
      "filters: { documentNumber: { excludeArgument: withoutStates, type: '[String!]' } }",
      `26: records.ProcurementBan.filters.documentNumber: ${onlyCodes}`,
    ],
    [
      'a list',
      'registry',
      'filters: [region]',
      'filters: [region, formerNames]',
      `24: records.RegistryEntry.filters.formerNames: ${onlyForms}`,
    ],
    [
      'an identifier',
      'registry',
      'filters: [region]',
      'filters: [parent]',
      `24: records.RegistryEntry.filters.parent: ${onlyForms}`,
    ],
    [
      'a field of a file, misspelt',
      'finance',
      'filters: [recordStatus]',
      'filters: [recordStatus, listdOn]',
      '59: records.TaxListing.filters.listdOn: TaxListing has no such field (listedOn)',
    ],
    [
      'an argument of one value',
      'procurement',
      "withoutStates, type: '[String!]'",
      "withoutStates, type: 'String'",
      '26: records.ProcurementBan.filters.recordStatus.type: write the type of a list argument, such as [String!]!',
    ],
    [
      'a form another transport has',
      'registry',
      'filters: [region]',
      'filters: { region: { excludeAt: regions } }',
      '24: records.RegistryEntry.filters: Invalid input: expected array, received object',
    ],
  ])('%s', (_title, source, from, to, expected) => {
    expect(problemsAfter(source, from, to)).toContain(expected);
  });

  test('text, dates, regions and codes of a database can be filtered', () => {
    const fields = 'filters: [bodyClass, establishedOn, name, region, status]';
    expect(problemsAfter('registry', 'filters: [region]', fields)).toEqual([]);
    const entry = load()
      .manifests.find(({ source }) => source === 'registry')!
      .records.get('RegistryEntry')!;
    expect([...entry.filters.values()].map(({ column, form }) => [column, form])).toEqual([
      ['body_class', 'words'],
      ['established_on', 'date'],
      ['name', 'text'],
      ['region_code', 'region'],
      ['status', 'words'],
    ]);
  });
});
