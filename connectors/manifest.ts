// Manifests: where a source is and how its columns become the fields of the SDL. All manifests are read, held
// against the SDL and the environment, and every problem is found at once, with file and line.
import type { Bilingual } from '../schema/bilingual.ts';
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { z } from 'zod';
import { type Catalogue, ownSource } from '../schema/catalogue.ts';
import type { Problem } from '../schema/problem.ts';
import { suggest } from '../schema/suggest.ts';
import type { CacheTimes } from './cache/manifest-part.ts';
import type { SubjectKind } from './contract.ts';
import { type CredentialSettings, readCredentials } from './credentials/read-credentials.ts';
import type { DeliveryOptions } from './file/manifest-part.ts';
import { checkGraphqlRecords } from './graphql/check-records.ts';
import type { EntityOptions, QueryOptions } from './graphql/manifest-part.ts';
import { checkHttpRecords } from './http/check-records.ts';
import type { HttpOptions } from './http/manifest-part.ts';
import type { KeyForm } from './key-forms.ts';
import { resolveAddress } from './manifest-address.ts';
import { type ManifestText, type Path, readManifestText } from './manifest-lines.ts';
import { readRecords } from './manifest-records.ts';
import { type TransportName, type WrittenManifest, knownKeys, manifestShapes } from './manifest-schema.ts';
import type { Resilience } from './resilience/manifest-part.ts';
import { type SoapService, readService } from './soap/service.ts';
import type { FieldFilter } from './source-condition.ts';
import { type DataAge, dataAgeOf } from './sql/data-age.ts';
import type { Tls } from './sql/dialect.ts';
import { checkAge, checkRelations } from './sql/manifest-check.ts';
import type { CensusTimes } from './sql/manifest-part.ts';
import { readTls } from './sql/tls.ts';
import type { Transform } from './transforms/transform.ts';

/** A field of a record type and the column it comes from. */
export interface FieldMapping {
  readonly field: string;
  readonly column: string;
  readonly transform: Transform;
  /** Another field of the record from which it counts: read only where that one may be read, too. */
  readonly start?: { readonly field: string; readonly column: string };
}

/** The column by which a kind of subject is found, and the forms its identifier may have there. */
export interface SubjectKey {
  readonly column: string;
  /** None: only through the crosswalk. */
  readonly forms: readonly KeyForm[];
  /** What stands between several keys in one cell. */
  readonly separators: readonly string[];
  /** Subjects agreed with the agency that are always found there; one is asked about with every exchange. */
  readonly controls: readonly string[];
  readonly crosswalk?: Crosswalk;
}

/** How many rows may have a key that is nobody's: a number, or a share of all rows. */
export type Allowance = { readonly rows: number } | { readonly share: number };

/** A table of the source that leads from our identifier to the one by which the source keeps a record. */
export interface Crosswalk {
  /** Parts of a qualified name, unquoted. */
  readonly table: readonly string[];
  /** Its column with our identifier, in one of `forms`. */
  readonly from: string;
  readonly forms: readonly KeyForm[];
  readonly controls: readonly string[];
  /** Columns that must agree: the record's, the crosswalk's. */
  readonly pairs: readonly (readonly [column: string, other: string])[];
}

export interface RecordMapping {
  readonly record: string;
  readonly subjects: ReadonlyMap<SubjectKind, SubjectKey>;
  /** Fields that order a subject's records where they are shown, ascending. */
  readonly order: readonly string[];
  readonly fields: ReadonlyMap<string, FieldMapping>;
  /** Fields the source can filter by; all others are decided here alone. */
  readonly filters: ReadonlyMap<string, FieldFilter>;
  /** Rows of a delivery, a table or an answer whose key is nobody's; with more of them nobody is clear. */
  readonly unusableKeys: Allowance;
  /** Records that are always there, where the transport counts them. */
  readonly atLeast: number;
}

export type SqlRecord = RecordMapping & {
  readonly table?: string | undefined;
  readonly query?: string | undefined;
  /** Share of its rows that may be gone since they were last counted. */
  readonly shrink: number;
};
export type HttpRecord = RecordMapping & { readonly path?: string | undefined };
export type SoapRecord = RecordMapping;
export type FileRecord = RecordMapping & { readonly delivery: DeliveryOptions };
/** Asked for by a root field or as an entity, never both. */
export type GraphqlRecord = RecordMapping & {
  readonly query?: QueryOptions | undefined;
  readonly entity?: EntityOptions | undefined;
};

/** Milliseconds, bytes and counts. */
export interface Limits {
  readonly deadline: number;
  readonly concurrency: number;
  readonly queue: number;
  readonly bytes: number;
  readonly recordsPerSubject: number;
}

interface ManifestOf<T extends TransportName, R extends RecordMapping> {
  readonly source: string;
  readonly file: string;
  readonly title: Bilingual;
  readonly owner: Bilingual;
  readonly transport: T;
  /** Resolved; may hold a password. Never logged. */
  readonly address: string;
  readonly limits: Limits;
  /** Age in milliseconds from which an answer is STALE; undefined: never. */
  readonly maxAge: number | undefined;
  readonly resilience: Resilience;
  /** How long answers may be kept; undefined: not at all. */
  readonly cache: CacheTimes | undefined;
  /** Changes with anything that could change what an answer means: manifest, address. */
  readonly fingerprint: string;
  /** Of the file alone, which holds no secret: may be shown. */
  readonly version: string;
  readonly records: ReadonlyMap<string, R>;
}

/** A source asked over HTTP: how it knows us, where it wants to know. */
interface WithCredentials {
  readonly credentials?: CredentialSettings;
}

export type HttpManifest = ManifestOf<'http', HttpRecord> & WithCredentials & { readonly http: HttpOptions };
export type SqlManifest = ManifestOf<'sql', SqlRecord> & {
  readonly tls: Tls;
  /** Where the age of the data is read; undefined: they are of the moment they are asked for. */
  readonly age: DataAge | undefined;
  readonly census: CensusTimes;
};
export type SoapManifest = ManifestOf<'soap', SoapRecord> & WithCredentials & { readonly soap: SoapService };
export type FileManifest = ManifestOf<'file', FileRecord>;
export type GraphqlManifest = ManifestOf<'graphql', GraphqlRecord> &
  WithCredentials & {
    /** Fields from a root field down to the moment of which the data speak. */
    readonly age?: string;
  };
export type Manifest = SqlManifest | HttpManifest | SoapManifest | FileManifest | GraphqlManifest;

export interface ManifestOptions {
  /** Directory of `*.yaml`. */
  readonly directory: string;
  readonly catalogue: Catalogue;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** False: an offline check of the files, where a missing address is not a problem. Default true. */
  readonly addressesRequired?: boolean;
}

/** Calls that may wait where the manifest does not say: as many as may run, eight times over. */
const QUEUE_FACTOR = 8;

/** Reads every manifest. `manifests` holds those without a problem. */
export function loadManifests(options: ManifestOptions): { manifests: Manifest[]; problems: Problem[] } {
  const { directory } = options;
  const problems: Problem[] = [];
  const manifests: Manifest[] = [];
  const names = readdirSync(directory).filter((name) => /\.ya?ml$/.test(name));
  for (const name of names.sort()) {
    const file = join(directory, name);
    const found: Problem[] = [];
    const manifest = readManifest(file, options, found);
    problems.push(...found);
    if (manifest !== undefined && found.length === 0) manifests.push(manifest);
  }
  const present = new Set(names.map((name) => name.replace(/\.ya?ml$/, '')));
  for (const source of options.catalogue.sources.values()) {
    if (source.name === ownSource || present.has(source.name)) continue;
    const wanted = join(directory, `${source.name}.yaml`);
    problems.push({ file: source.file, line: 1, message: `${source.name} has no manifest: add ${wanted}` });
  }
  return { manifests, problems };
}

function readManifest(
  file: string,
  { catalogue, environment, addressesRequired = true }: ManifestOptions,
  problems: Problem[],
): Manifest | undefined {
  const content = readFileSync(file, 'utf8');
  const text = readManifestText(content);
  problems.push(...text.errors.map((error) => ({ file, ...error })));
  if (text.errors.length > 0) return undefined;
  const report = (path: Path, message: string, suggestion?: string): void => {
    problems.push({
      file,
      ...text.placeOf(path),
      message,
      ...(suggestion === undefined ? {} : { suggestion }),
    });
  };
  const written = checkShape(text, report);
  if (written === undefined) return undefined;

  const expected = basename(file).replace(/\.ya?ml$/, '');
  if (written.source !== expected) {
    report(['source'], `source: ${written.source} is not the name of this file`, expected);
  }
  const resolved = resolveAddress(written.address, written.transport, environment);
  const address = resolved.ok || addressesRequired ? resolved : ({ ok: true, value: '' } as const);
  if (!address.ok) report(['address'], address.message);
  const sdl = catalogue.sources.get(written.source);
  if (sdl === undefined || written.source === ownSource) {
    const candidates = [...catalogue.sources.keys()].filter((name) => name !== ownSource);
    report(
      ['source'],
      `source: there is no schema/${written.source}.graphql`,
      suggest(written.source, candidates),
    );
    return undefined;
  }
  const records = readRecords(written.records, written.transport, sdl, report);
  if (written.transport === 'http') {
    checkHttpRecords(written.http, written.records, report);
  }
  if (written.transport === 'graphql') checkGraphqlRecords(written.records, report);
  const credentials =
    'credentials' in written && written.credentials !== undefined
      ? readCredentials(
          written.credentials,
          { environment, required: addressesRequired, address: address.ok ? address.value : '' },
          report,
        )
      : undefined;
  if (written.transport === 'sql') {
    checkRelations(written, report);
    checkAge(written, address.ok ? address.value : '', report);
  }
  const soap =
    written.transport === 'soap'
      ? readService(written.soap, written.records, {
          file,
          address: address.ok ? address.value : '',
          environment,
          secretsRequired: addressesRequired,
          report,
        })
      : undefined;
  if (!address.ok) return undefined;
  const { deadline, concurrency, bytes, recordsPerSubject, queue } = written.limits;
  return {
    source: written.source,
    file,
    title: written.title,
    owner: written.owner,
    transport: written.transport,
    address: address.value,
    limits: { deadline, concurrency, bytes, recordsPerSubject, queue: queue ?? concurrency * QUEUE_FACTOR },
    maxAge: written.freshness?.maxAge,
    resilience: written.resilience,
    cache: written.cache,
    version: createHash('sha256').update(content).digest('hex').slice(0, 16),
    fingerprint: createHash('sha256').update(`${address.value}\0${content}`).digest('base64url'),
    records,
    ...(written.transport === 'http' ? { http: written.http } : {}),
    ...(soap === undefined ? {} : { soap }),
    ...(credentials === undefined ? {} : { credentials }),
    ...(written.transport === 'sql' && resolved.ok
      ? {
          tls: readTls(written.sql?.tls, address.value, environment, report),
          age: dataAgeOf(written.freshness),
          census: written.census,
        }
      : {}),
    ...(written.transport === 'graphql' && written.freshness?.at !== undefined
      ? { age: written.freshness.at }
      : {}),
    // The shape of the transport was checked above; TypeScript cannot follow it through the union.
  } as Manifest;
}

/** Collects a problem at a path of the manifest. */
export type Report = (path: Path, message: string, suggestion?: string) => void;

function checkShape(text: ManifestText, report: Report): WrittenManifest | undefined {
  const data = text.data as { readonly transport?: unknown } | null;
  const names = Object.keys(manifestShapes);
  const transport = typeof data === 'object' ? data?.transport : undefined;
  if (typeof transport !== 'string' || !names.includes(transport)) {
    const near = typeof transport === 'string' ? suggest(transport, names) : undefined;
    report(['transport'], `transport: one of ${names.join(', ')}`, near);
    return undefined;
  }
  const shape: z.ZodType<WrittenManifest> = manifestShapes[transport as TransportName];
  const checked = shape.safeParse(data);
  if (checked.success) return checked.data;
  let onlyUnknownKeys = true;
  for (const issue of checked.error.issues) {
    const path = issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part));
    const dotted = path.join('.');
    if (issue.code === 'unrecognized_keys') {
      const known = knownKeys(shape, path);
      for (const key of issue.keys) {
        const whole = dotted === '' ? key : `${dotted}.${key}`;
        report([...path, key], `${whole}: unknown key`, suggest(key, known));
        removeAt(data, path, key);
      }
    } else {
      onlyUnknownKeys = false;
      report(path, `${dotted}: ${issue.message}`);
    }
  }
  // Without the keys it does not know, the manifest can be held against the SDL in the same run.
  const rest = onlyUnknownKeys ? shape.safeParse(data) : undefined;
  return rest?.data;
}

/** Takes a member out of data that `readManifestText` made for us. */
function removeAt(data: unknown, path: Path, key: string): void {
  let parent = data as Record<string, unknown> | undefined;
  for (const step of path) parent = parent?.[step] as Record<string, unknown> | undefined;
  if (parent !== undefined) delete parent[key];
}
