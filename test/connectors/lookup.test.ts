import { describe, expect, test } from 'vitest';
import type { Subject } from '../../connectors/contract.ts';
import { planLookups } from '../../connectors/lookup.ts';
import { type Manifest, loadManifests } from '../../connectors/manifest.ts';
import { citizenIdAt, orgCodeAt, usccAt } from '../../connectors/sandbox/generator/identifiers.ts';
import { brandPermitted } from '../../policies/engine/permitted.ts';
import { loadCatalogue } from '../../schema/catalogue.ts';

const { manifests } = loadManifests({
  directory: 'connectors/sources',
  catalogue: loadCatalogue('schema').catalogue!,
  environment: {
    COURT_URL: 'http://127.0.0.1',
    BIDDING_URL: 'http://127.0.0.1:9',
    FINANCE_DROP: '/srv/drop',
    INVESTMENT_DROP: '/srv/investment',
    DISCIPLINE_URL: 'mysql://127.0.0.1/discipline',
    SUPERVISION_DATABASE_URL: 'postgres://127.0.0.1/gateway',
    HR_DATABASE_URL: 'postgres://127.0.0.1/hr',
    PUBLICITY_DATABASE_URL: 'postgres://127.0.0.1/hr',
    PROCUREMENT_URL: 'http://127.0.0.1',
    REGISTRY_DATABASE_URL: 'postgres://127.0.0.1/registry',
    UTILITIES_URL: 'http://127.0.0.1:9/services/arrears',
    UTILITIES_USER: 'x',
    UTILITIES_PASSWORD: 'x',
  },
});
const manifestOf = (source: string): Manifest => manifests.find((manifest) => manifest.source === source)!;
const firm: Subject = { kind: 'Organization', id: usccAt('91', 4) };
const person: Subject = { kind: 'Person', id: citizenIdAt(4) };

describe('what a source is asked', () => {
  test('are the columns of the permitted fields, neither order nor key added', () => {
    const fields = brandPermitted(['name', 'ground']);
    const [lookup] = planLookups(manifestOf('court'), [firm], [{ record: 'CourtListing', fields }]);
    expect(lookup).toMatchObject({ keyColumn: 'cardNum', columns: ['iname', 'disruptTypeName'] });
  });

  test('kinds of subject found by the same column go together', () => {
    const steps = [{ record: 'CourtListing', fields: brandPermitted(['name']) }];
    const lookups = planLookups(manifestOf('court'), [firm, person], steps);
    expect(lookups).toHaveLength(1);
    expect(lookups[0]!.keys).toHaveLength(5);
  });

  test('a kind of subject the record type does not know is not asked about', () => {
    const steps = [{ record: 'Officer', fields: brandPermitted(['name']) }];
    expect(planLookups(manifestOf('hr'), [firm], steps)).toEqual([]);
  });

  test('two organisations that hold one organisation code both own its records', () => {
    const twin: Subject = { kind: 'Organization', id: usccAt('92', 4) };
    const steps = [{ record: 'CourtListing', fields: brandPermitted(['name']) }];
    const [lookup] = planLookups(manifestOf('court'), [firm, twin], steps);
    expect(lookup!.subjectsByKey.get(orgCodeAt(4))).toEqual([firm.id, twin.id]);
    expect(lookup!.keys).toHaveLength(4);
  });

  test('a field that is not mapped is a mistake of ours and loud', () => {
    const steps = [{ record: 'Officer', fields: brandPermitted(['salary']) }];
    expect(() => planLookups(manifestOf('hr'), [person], steps)).toThrow(RangeError);
  });
});
