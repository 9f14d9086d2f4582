// What law says of remedies: how long a step may take at a place, and how soon a record can be repaired. Data of
// policies/remedies; read with the other policies and swapped with them.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { parseRegionCode, regionAncestors } from '../../schema/identifiers/region-code.ts';
import type { Problem } from '../../schema/problem.ts';
import type { RepairSeverity } from '../../schema/remedies-declared.ts';
import { nation } from './jurisdictions.ts';
import { type MeasureLaw, loadMeasureLaw } from './measure-law.ts';
import { type WorkingCalendar, loadCalendar } from './working-days.ts';
import { readYamlFile } from './yaml-file.ts';

export type RemedyKind = 'OBJECTION' | 'REPAIR' | 'MITIGATION';

export interface RemedyLaw {
  readonly calendar: WorkingCalendar;
  /** Working days a remedy may stay in a state, at a place; undefined: no clock runs. */
  clock(kind: RemedyKind, state: string, place: string | undefined): number | undefined;
  /** Calendar months from the document's date before which it cannot be repaired. */
  leastMonths(severity: RepairSeverity): number;
  /** Working days within which a reader acknowledges that it was told of a change. */
  readonly acknowledgement: number;
  /** What an office may order. */
  readonly orders: MeasureLaw;
  /** Changes with the data. */
  readonly version: string;
}

const certainty = z.enum(['V', 'S', 'M']);
const text = z.string().min(1);
const days = z.number().int().min(1).max(250);
const clockShape = z.strictObject({
  basis: text,
  certainty,
  OBJECTION: z.strictObject({ FILED: days, VERIFYING: days }).optional(),
  REPAIR: z.strictObject({ APPLIED: days, ACCEPTED: days }).optional(),
});
const periodShape = z.strictObject({
  months: z.number().int().min(0).max(120),
  rule: text,
  basis: text,
  certainty,
});
const termsShape = z.strictObject({
  clocks: z.record(z.string().regex(/^(?:CN|\d{6})$/, 'write CN or a region code of six digits'), clockShape),
  repair: z.strictObject({ MINOR: periodShape, ORDINARY: periodShape, SERIOUS: periodShape }),
  recall: z.strictObject({ acknowledgement: days, basis: text, certainty }),
});

/** Reads `<directory>/remedies`, or lists what is wrong with it. */
export function loadRemedyLaw(directory: string): { law?: RemedyLaw; problems: Problem[] } {
  const calendarFile = join(directory, 'remedies', 'calendar.yaml');
  const file = join(directory, 'remedies', 'terms.yaml');
  const measuresFile = join(directory, 'remedies', 'measures.yaml');
  const { calendar, problems } = loadCalendar(calendarFile);
  const { law: orders, problems: wrongOrders } = loadMeasureLaw(measuresFile);
  problems.push(...wrongOrders);
  if (!existsSync(file)) {
    problems.push({ file, message: 'is missing: it says how long the steps of a remedy may take' });
    return { problems };
  }
  const read = readYamlFile(file, termsShape);
  problems.push(...read.problems);
  const clocks = new Map(Object.entries(read.value?.clocks ?? {}));
  const national = clocks.get(nation);
  if (read.value !== undefined && (national?.OBJECTION === undefined || national.REPAIR === undefined))
    problems.push({
      file,
      line: read.lineOf(['clocks']),
      message: `clocks: ${nation} needs those of both kinds`,
    });
  if (problems.length > 0 || read.value === undefined || calendar === undefined || orders === undefined)
    return { problems };
  const { repair, recall } = read.value;
  const version = createHash('sha256')
    .update(readFileSync(calendarFile))
    .update('\0')
    .update(readFileSync(file))
    .update('\0')
    .update(readFileSync(measuresFile))
    .digest('hex')
    .slice(0, 12);
  return {
    problems,
    law: {
      calendar,
      orders,
      version,
      acknowledgement: recall.acknowledgement,
      leastMonths: (severity) => repair[severity].months,
      clock: (kind, state, place) => {
        if (kind === 'MITIGATION') return undefined;
        const region = place === undefined ? undefined : parseRegionCode(place);
        const line = region?.ok === true ? [region.value, ...regionAncestors(region.value)] : [];
        const ofPlace = [...line, nation].find((one) => clocks.get(one)?.[kind] !== undefined);
        const clock: Readonly<Record<string, number>> = clocks.get(ofPlace ?? nation)?.[kind] ?? {};
        return clock[state];
      },
    },
  };
}
