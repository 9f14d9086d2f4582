// What a place says that the nation leaves open: policies/eligibility/jurisdictions.yaml. A place without a profile of
// its own has that of the region it lies in, and at last the nation's.
import type { Bilingual } from '../../schema/bilingual.ts';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { type RegionCode, parseRegionCode, regionAncestors } from '../../schema/identifiers/region-code.ts';
import type { Problem } from '../../schema/problem.ts';
import { readYamlFile } from './yaml-file.ts';

/** The nation, whose law holds everywhere. */
export const nation = 'CN';

/** Where law holds: the nation, or a region and all that lies in it. */
export type Jurisdiction = typeof nation | RegionCode;

export type Certainty = 'V' | 'S' | 'M';

/** What an open objection does to a joint sanction: it is marked and goes on, or it is not executed meanwhile. */
export interface ObjectionPractice {
  readonly effect: 'MARK' | 'SUSPEND';
  readonly basis: string;
  readonly certainty: Certainty;
  readonly quote?: string | undefined;
}

/** Longest time a record may have effect there, in months. */
export interface LongestEffect {
  readonly months: number;
  readonly basis: string;
  readonly certainty: Certainty;
}

/** What holds in one place, with what it inherits. */
export interface JurisdictionProfile {
  readonly jurisdiction: Jurisdiction;
  readonly title: Bilingual;
  /** The notice the profile is read from. */
  readonly source: string;
  readonly objection: ObjectionPractice;
  readonly longestEffect?: LongestEffect | undefined;
}

export interface Jurisdictions {
  /** Profiles as written, the nation first. */
  readonly profiles: readonly JurisdictionProfile[];
  /** What holds in a place, on a day; undefined: nobody said where, so the nation's alone. */
  profileOf(place: RegionCode | undefined, on?: string): JurisdictionProfile;
  /** For the version of the book. */
  readonly text: string;
}

const certainty = z.enum(['V', 'S', 'M']);
const profileShape = z.strictObject({
  title: z.strictObject({ en: z.string().min(1), zh: z.string().min(1) }),
  source: z.string().min(1),
  objection: z
    .strictObject({
      effect: z.enum(['MARK', 'SUSPEND']),
      basis: z.string().min(1),
      certainty,
      quote: z.string().optional(),
    })
    .optional(),
  longestEffect: z
    .strictObject({ months: z.number().int().min(1).max(1200), basis: z.string().min(1), certainty })
    .optional(),
});
const fileShape = z.record(z.string(), profileShape);

/** Whether law of `jurisdiction` holds in `place` on a day; without one, today. */
export function holdsIn(jurisdiction: Jurisdiction, place: RegionCode | undefined, on?: string): boolean {
  if (jurisdiction === nation) return true;
  if (place === undefined) return false;
  return place === jurisdiction || regionAncestors(place, on).includes(jurisdiction);
}

/** Reads `<directory>/jurisdictions.yaml`, or lists what is wrong with it. */
export function loadJurisdictions(directory: string): { jurisdictions?: Jurisdictions; problems: Problem[] } {
  const file = join(directory, 'jurisdictions.yaml');
  if (!existsSync(file))
    return { problems: [{ file, message: 'is missing: it says what the nation leaves open' }] };
  const { value, problems, lineOf } = readYamlFile(file, fileShape);
  if (value === undefined) return { problems };
  const written = new Map<Jurisdiction, z.output<typeof profileShape>>();
  for (const [key, profile] of Object.entries(value)) {
    const region = parseRegionCode(key);
    if (key !== nation && (!region.ok || region.value !== key)) {
      problems.push({
        file,
        line: lineOf([key]),
        message: `${key}: write CN or a region code of six digits`,
      });
      continue;
    }
    written.set(key as Jurisdiction, profile);
  }
  const national = written.get(nation);
  if (national?.objection === undefined) {
    problems.push({ file, line: 1, message: `${nation}: needs a profile that says what an objection does` });
  }
  if (problems.length > 0 || national?.objection === undefined) return { problems };
  const whole = (jurisdiction: Jurisdiction): JurisdictionProfile => {
    const line: Jurisdiction[] =
      jurisdiction === nation ? [] : [jurisdiction, ...regionAncestors(jurisdiction)];
    const chain = [...line, nation as Jurisdiction].flatMap((place) => written.get(place) ?? []);
    const nearest = chain[0]!;
    return {
      jurisdiction: [...line, nation as Jurisdiction].find((place) => written.has(place))!,
      title: nearest.title,
      source: nearest.source,
      objection: chain.find(({ objection }) => objection !== undefined)!.objection!,
      longestEffect: chain.find(({ longestEffect }) => longestEffect !== undefined)?.longestEffect,
    };
  };
  const made = new Map<string, JurisdictionProfile>();
  return {
    problems,
    jurisdictions: {
      profiles: [...written.keys()].sort((a, b) => Number(b === nation) - Number(a === nation)).map(whole),
      profileOf: (place, on) => {
        const nearest =
          place === undefined
            ? nation
            : [place, ...regionAncestors(place, on)].find((region) => written.has(region));
        const key = nearest ?? nation;
        const profile = made.get(key) ?? whole(key);
        made.set(key, profile);
        return profile;
      },
      text: readFileSync(file, 'utf8'),
    },
  };
}
