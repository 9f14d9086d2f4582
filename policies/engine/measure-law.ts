// The closed list of measures and letters: what an office may order, where and by which text. Data of
// policies/remedies/measures.yaml; what is not listed, or not for a place, cannot be ordered there (rule R21).
import type { Bilingual } from '../../schema/bilingual.ts';
import { existsSync } from 'node:fs';
import { z } from 'zod';
import { parseRegionCode, regionAncestors } from '../../schema/identifiers/region-code.ts';
import type { Problem } from '../../schema/problem.ts';
import { nation } from './jurisdictions.ts';
import { readYamlFile } from './yaml-file.ts';

/** The text that lets an office order something. */
export interface Ground {
  readonly basis: string;
  readonly certainty: 'V' | 'S' | 'M';
}

/** Something an office may order. */
export interface OrderType {
  readonly title: Bilingual;
  readonly subjects: readonly ('Organization' | 'Person')[];
  /** CN or a region code → the text that holds there. */
  readonly grounds: Readonly<Record<string, Ground>>;
}

export interface MeasureType extends OrderType {
  readonly nature: 'SANCTION' | 'INCENTIVE';
  readonly honours?: 'BARS' | 'RESTRICTS' | undefined;
}

export interface MeasureLaw {
  /** By id. */
  readonly measures: ReadonlyMap<string, MeasureType>;
  readonly letters: ReadonlyMap<string, OrderType>;
}

const text = z.string().min(1);
const ground = z.strictObject({ basis: text, certainty: z.enum(['V', 'S', 'M']) });
const order = {
  title: z.strictObject({ en: text, zh: text }),
  subjects: z.array(z.enum(['Organization', 'Person'])).min(1),
  grounds: z
    .record(z.string().regex(/^(?:CN|\d{6})$/, 'write CN or a region code of six digits'), ground)
    .refine((grounds) => Object.keys(grounds).length > 0, 'without a basis nothing can be ordered'),
};
const id = z.string().regex(/^[A-Z][A-Z_]{2,40}$/, 'write an id in capitals');
const fileShape = z.strictObject({
  measures: z.record(
    id,
    z.strictObject({
      ...order,
      nature: z.enum(['SANCTION', 'INCENTIVE']),
      honours: z.enum(['BARS', 'RESTRICTS']).optional(),
    }),
  ),
  letters: z.record(id, z.strictObject(order)),
});

/** Reads the list, or says what is wrong with it. */
export function loadMeasureLaw(file: string): { law?: MeasureLaw; problems: Problem[] } {
  if (!existsSync(file))
    return { problems: [{ file, message: 'is missing: it says which measures may be ordered' }] };
  const { value, problems } = readYamlFile(file, fileShape);
  if (value === undefined) return { problems };
  const law: MeasureLaw = {
    measures: new Map(Object.entries(value.measures)),
    letters: new Map(Object.entries(value.letters)),
  };
  return { problems, law };
}

/** The nearest text that holds at a place; undefined: it may not be ordered there. */
export function groundAt({ grounds }: OrderType, place: string | undefined): Ground | undefined {
  const region = place === undefined ? undefined : parseRegionCode(place);
  const line = region?.ok === true ? [region.value, ...regionAncestors(region.value)] : [];
  const nearest = [...line, nation].find((one) => grounds[one] !== undefined);
  return nearest === undefined ? undefined : grounds[nearest];
}
