import { cpSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { planLookups } from '../../connectors/lookup.ts';
import { type Manifest, loadManifests } from '../../connectors/manifest.ts';
import { collectRows } from '../../connectors/mapping.ts';
import { usccAt } from '../../connectors/sandbox/generator/identifiers.ts';
import { transforms } from '../../connectors/transforms/library.ts';
import { brandPermitted } from '../../policies/engine/permitted.ts';
import { loadCatalogue } from '../../schema/catalogue.ts';

const catalogue = loadCatalogue('schema').catalogue!;
const TO = '      to: endDate\n';

/** The procurement manifest with its end date, or another part, written in another way. */
function written(
  to: string,
  from = TO,
): { readonly manifest: Manifest | undefined; readonly problems: string[] } {
  const directory = mkdtempSync(join(tmpdir(), 'manifest-fields-'));
  cpSync('connectors/sources/procurement.yaml', join(directory, 'procurement.yaml'));
  const file = join(directory, 'procurement.yaml');
  const text = readFileSync(file, 'utf8');
  expect(text).toContain(from);
  // Controls are proven elsewhere.
  writeFileSync(file, text.replace(from, to).replaceAll(/, control: \w+/g, ''));
  const environment = { PROCUREMENT_URL: 'https://127.0.0.1:2/graphql' };
  const { manifests, problems } = loadManifests({ directory, catalogue, environment });
  return {
    manifest: manifests[0],
    problems: problems
      .filter((one) => one.file === file)
      .map(({ message, suggestion }) => (suggestion === undefined ? message : `${message} (${suggestion})`)),
  };
}

const id = usccAt('91', 4);
const firm = { kind: 'Organization', id } as const;

/** What one row of the agency becomes when these fields are permitted; null: it could not be read. */
function rowOf(
  manifest: Manifest,
  fields: readonly string[],
  columns: Readonly<Record<string, unknown>>,
): unknown {
  const steps = [{ record: 'ProcurementBan', fields: brandPermitted(fields) }];
  const [lookup] = planLookups(manifest, [firm], steps);
  const { receive, finish } = collectRows(10);
  receive(
    lookup!,
    id,
    lookup!.columns.map((column) => columns[column]),
  );
  return finish([lookup!]).rows.get('ProcurementBan')?.get(id)?.[0] ?? null;
}

describe('words of a field', () => {
  const { manifest, problems } = written(
    "      to: { column: endDate, none: ['-', NULL, 0], forever: [长期, 9999-99-99], undisclosed: 不公开 }\n",
  );

  test('are read as they stand in the cell, whatever YAML takes them for', () => {
    expect(problems).toEqual([]);
    const end = (value: unknown): unknown => rowOf(manifest!, ['to'], { endDate: value });
    expect(end('null')).toEqual({ to: null });
    expect(end(0)).toEqual({ to: null });
    expect(end('-')).toEqual({ to: null });
    expect(end('长期')).toEqual({ to: '9999-12-31' });
    expect(end('2028-01-01')).toEqual({ to: '2028-01-01' });
    expect(end('/')).toBeNull();
  });

  test('for what is not disclosed leave a mark that the field is not empty', () => {
    expect(rowOf(manifest!, ['to'], { endDate: '不公开' })).toEqual({ to: null, __undisclosed: ['to'] });
  });

  test('that mean two things, or an end of what has none, are refused', () => {
    expect(written("      to: { column: endDate, none: ['-'], forever: ['-'] }\n").problems).toEqual([
      'records.ProcurementBan.fields.to.forever: one of its words is under none as well',
    ]);
    expect(
      written('      authority: { column: authority, forever: [长期] }\n', '      authority: authority\n')
        .problems,
    ).toEqual([
      'records.ProcurementBan.fields.authority.forever: only a Date can be without end, not a String',
    ]);
  });
});

describe('how a field is written', () => {
  test('in what order day and month come, or what a number counts', () => {
    const { manifest } = written('      to: { column: endDate, as: { date: D/M/Y } }\n');
    expect(rowOf(manifest!, ['to'], { endDate: '31/12/2028' })).toEqual({ to: '2028-12-31' });
    expect(written('      to: { column: endDate, as: { date: D/M } }\n').problems).toEqual([
      'records.ProcurementBan.fields.to.as: date is written in one of Y/M/D, D/M/Y, M/D/Y, digits, seconds, milliseconds, serial, serial-1904 (D/M/Y)',
    ]);
  });

  test('what an agency writes for yes and no', () => {
    const sdl = written('      to: { column: endDate, as: { boolean: { 有: true } } }\n');
    expect(sdl.problems).toEqual([
      'records.ProcurementBan.fields.to.as: boolean cannot make Date; date, period, term can',
    ]);
    const boolean = transforms.get('boolean')!;
    const read =
      boolean.parameter === 'truths'
        ? boolean.make(
            new Map([
              ['有', true],
              ['Y', true],
            ]),
          )
        : undefined;
    expect([read!('有'), read!('y'), read!('否')]).toEqual([
      { ok: true, value: true },
      { ok: true, value: true },
      { ok: true, value: false },
    ]);
  });

  test('from and to out of one cell', () => {
    const { manifest, problems } = written(
      '      from: { column: span, as: { period: from } }\n      to: { column: span, as: { period: to }, forever: [不限] }\n',
      '      from: startDate\n      to: endDate\n',
    );
    expect(problems).toEqual(['records.ProcurementBan.order.0: startDate is not the column of a field']);
    expect(manifest).toBeUndefined();
    const both = written(
      '      from: { column: startDate, as: { period: from } }\n      to: { column: startDate, as: { period: to }, forever: [不限] }\n',
      '      from: startDate\n      to: endDate\n',
    );
    expect(both.problems).toEqual([]);
    const read = (span: string): unknown => rowOf(both.manifest!, ['from', 'to'], { startDate: span });
    expect(read('2026-01-01 至 2036-12-31')).toEqual({ from: '2026-01-01', to: '2036-12-31' });
    expect(read('2026.1.1 不限')).toEqual({ from: '2026-01-01', to: '9999-12-31' });
    expect(read('2036-12-31')).toBeNull();
  });
});

describe('a term counted from another field', () => {
  const { manifest, problems } = written('      to: { column: term, as: { term: { from: decidedOn } } }\n');
  const columns = { term: '三年', decidedAt: '2026-01-15' };

  test('is its last day', () => {
    expect(problems).toEqual([]);
    expect(rowOf(manifest!, ['decidedOn', 'to'], columns)).toEqual({
      decidedOn: '2026-01-15',
      to: '2029-01-15',
    });
  });

  test('is not read by who may not read that field, and its column is not asked for', () => {
    const steps = [{ record: 'ProcurementBan', fields: brandPermitted(['to']) }];
    expect(planLookups(manifest!, [firm], steps)[0]!.columns).toEqual(['term']);
    expect(rowOf(manifest!, ['to'], columns)).toBeNull();
  });

  test('counts from a field that is a day and is there', () => {
    expect(written('      to: { column: term, as: { term: { from: decided } } }\n').problems).toEqual([
      'records.ProcurementBan.fields.to.as: a term counts from another field that is a Date: decidedOn, publishedOn, from (decidedOn)',
    ]);
    expect(written('      to: { column: term, as: { term: { from: to } } }\n').problems).toHaveLength(1);
    expect(written('      to: { column: term, as: term }\n').problems).toEqual([
      'records.ProcurementBan.fields.to.as: write { term: { from: field } } with the field from which it counts',
    ]);
  });
});

test('a field whose words a database would judge by their shape cannot be filtered there', () => {
  const directory = mkdtempSync(join(tmpdir(), 'manifest-fields-'));
  const text = readFileSync('connectors/sources/publicity.yaml', 'utf8')
    .replace('validTo: cf_gsjzq', "validTo: { column: cf_gsjzq, none: ['0000-00-00'] }")
    .replace('filters: [recordStatus]', 'filters: [recordStatus, validTo]');
  writeFileSync(join(directory, 'publicity.yaml'), text);
  const { problems } = loadManifests({ directory, catalogue, environment: {}, addressesRequired: false });
  expect(problems.map(({ message }) => message)).toContain(
    'records.Penalty.filters.validTo: a field with words of its own for no value cannot be filtered at the source; leave it out',
  );
});
