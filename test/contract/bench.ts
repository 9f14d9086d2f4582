// What the contract suite needs of a transport: a source that holds given rows, records what it was asked, and can be
// made to fail. The agency ("probe") exists only as files: an SDL and a manifest per transport.
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Connector, SourceAnswer, Subject } from '../../connectors/contract.ts';
import type { Log } from '../../connectors/log.ts';
import { type Manifest, loadManifests } from '../../connectors/manifest.ts';
import { type OpenOptions as OpenConnectors, openConnectors } from '../../connectors/open.ts';
import { brandPermitted } from '../../policies/engine/permitted.ts';
import type { RowFilter } from '../../policies/engine/row-filter.ts';
import { loadCatalogue } from '../../schema/catalogue.ts';
import { formatProblem } from '../../schema/problem.ts';

/** A row as the agency keeps it: source columns. A `code` of null is a row without a key. */
export type AgencyRow = Readonly<Record<'code' | 'doc' | 'amt' | 'day' | 'st', string | null>>;

export interface AgencyRows {
  readonly listings: readonly AgencyRow[];
  readonly awards: readonly AgencyRow[];
}

/** One record type as the source was asked for it. */
export interface Asked {
  readonly record: 'listings' | 'awards';
  readonly keys: readonly string[];
  /** Every column asked for, the key's included. */
  readonly columns: readonly string[];
  /** Words of column `st` the source was told to leave out, where it was. */
  readonly without?: readonly string[];
}

export type BenchFault = 'none' | 'down' | 'slow' | 'garbage';

/** A source under test. */
export interface Bench {
  readonly name: string;
  /** Whether the source itself picks the rows of other subjects out, so that it cannot answer with them. */
  readonly filters: boolean;
  /** Keys one call may carry, each call for one record type; none: everything in one round trip. */
  readonly batch?: number;
  /** Rows of a page, where the source pages. */
  readonly page?: number;
  /** False: the source can leave out nothing. */
  readonly pushesDown?: false;
  /** Prepares the source to hold exactly `rows`. */
  hold(rows: AgencyRows): Promise<void>;
  /** The part of the manifest that differs: top-level lines, and lines of each record type. */
  manifest(): {
    readonly top: string;
    readonly listings: string;
    readonly awards: string;
    /** What lies beside the manifest, by name. */
    readonly files?: Readonly<Record<string, string>>;
  };
  readonly environment: Readonly<Record<string, string>>;
  readonly stagingUrl?: string;
  setFault(fault: BenchFault): Promise<void>;
  /** Round trips since the last `hold`, each with what it asked. */
  calls(): readonly (readonly Asked[])[];
  stop(): Promise<void>;
}

const SDL = `
extend type Organization {
  "Probe." probe: ProbeSection
}
extend type Person {
  "Probe." probe: ProbeSection
}
type ProbeSection implements Section {
  source: String!
  state: SectionState!
  asOf: DateTime
  listings: [Listing!]
  awards: [Award!]
}
type Listing @classified(sharing: UNCONDITIONAL, level: 1) {
  "Number." number: String
  "Amount." amount: Money
  "Day." day: Date
  "Status." status: RecordStatus
}
type Award @classified(sharing: UNCONDITIONAL, level: 1) {
  "Number." number: String
  "Day." day: Date
}
`;

export interface OpenOptions {
  readonly deadline?: string;
  readonly concurrency?: number;
  readonly queue?: number;
  readonly bytes?: string;
  readonly recordsPerSubject?: number;
  /** What the manifest says of freshness. */
  readonly freshness?: string;
  /** Further top-level lines of the manifest. */
  readonly lines?: string;
  /** An organisation that is always found among the listings. */
  readonly control?: string;
  /** Listings whose key may be nobody's. */
  readonly unusableKeys?: number | string;
  /** Listings there always are. */
  readonly atLeast?: number;
}

/** What the connector is opened with apart from its manifest. */
export type Surroundings = Partial<Pick<OpenConnectors, 'clock' | 'cache' | 'watch'>>;

/** What a manifest needs to know of a source. */
export type ProbeSource = Pick<Bench, 'manifest' | 'environment' | 'stagingUrl'>;

/** Everything connectors have said to the log. */
export const said: unknown[] = [];
const say: Log['info'] = (context, message) => said.push({ ...context, message });
export const log: Log = { info: say, warn: say, error: say };

/** Opens the bench's source through its manifest, as start-up does. */
export async function openProbe(
  bench: ProbeSource,
  options: OpenOptions = {},
  surroundings: Surroundings = {},
): Promise<Connector> {
  const connectors = await openConnectors({
    manifests: [probeManifest(bench, options)],
    stagingUrl: bench.stagingUrl,
    clock: () => new Date(),
    log,
    ...surroundings,
  });
  return connectors.get('probe')!;
}

export function probeManifest(bench: ProbeSource, options: OpenOptions = {}): Manifest {
  const root = mkdtempSync(join(tmpdir(), 'probe-'));
  const schema = join(root, 'schema');
  const sources = join(root, 'sources');
  mkdirSync(schema);
  mkdirSync(sources);
  for (const name of readdirSync('schema').filter((file) => /^credit.*\.graphql$/.test(file)))
    copyFileSync(join('schema', name), join(schema, name));
  writeFileSync(join(schema, 'probe.graphql'), SDL);
  const {
    deadline = '2s',
    concurrency = 8,
    queue = 16,
    bytes = '1MB',
    recordsPerSubject = 50,
    freshness = 'maxAge: 2d',
    lines = '',
    control,
    unusableKeys = 0,
    atLeast = 1,
  } = options;
  const { top, listings, awards, files = {} } = bench.manifest();
  for (const [name, text] of Object.entries(files)) writeFileSync(join(sources, name), text);
  writeFileSync(
    join(sources, 'probe.yaml'),
    `source: probe
title: { en: Probe, zh: 试件 }
owner: { en: Probe, zh: 试件 }
address: \${PROBE_ADDRESS}
limits: { deadline: ${deadline}, concurrency: ${concurrency}, queue: ${queue}, bytes: ${bytes}, recordsPerSubject: ${recordsPerSubject} }
freshness: { ${freshness} }
${lines}
${top}
records:
  Listing:
    ${listings}
    unusableKeys: ${unusableKeys}
    atLeast: ${atLeast}
    subjects:
      Organization: { column: code, as: [uscc, org-code]${control === undefined ? '' : `, control: ${control}`} }
      Person: { column: code, as: citizen-id }
    order: [day]
    fields:
      number: { column: doc, undisclosed: 不公开 }
      amount: amt
      day: day
      status: { column: st, as: { code: { '0': EFFECTIVE, '1': REVOKED } } }
  Award:
    ${awards}
    subjects:
      Organization: { column: code, as: uscc }
      Person: { column: code, as: citizen-id }
    fields:
      number: doc
      day: { column: day, none: '-', forever: 长期 }
`,
  );
  const { catalogue, problems } = loadCatalogue(schema);
  if (catalogue === undefined) throw new Error(problems.map(formatProblem).join('\n'));
  const loaded = loadManifests({ directory: sources, catalogue, environment: bench.environment });
  if (loaded.problems.length > 0) throw new Error(loaded.problems.map(formatProblem).join('\n'));
  return loaded.manifests[0]!;
}

/** Asks for fields of both record types, or of listings alone. */
export function ask(
  probe: Connector,
  subjects: readonly Subject[],
  fields: { readonly Listing?: readonly string[]; readonly Award?: readonly string[] } = {
    Listing: ['number', 'amount', 'day', 'status'],
  },
  signal: AbortSignal = new AbortController().signal,
  filter?: RowFilter,
): Promise<SourceAnswer> {
  const steps = Object.entries(fields).map(([record, names]) => ({
    record,
    fields: brandPermitted(names),
    ...(filter === undefined ? {} : { filter }),
  }));
  return probe.fetch({ subjects, steps }, signal);
}

/** Numbers of a subject's listings, in the order of the answer. */
export function numbersOf(answer: SourceAnswer, id: string): unknown[] {
  return (answer.rows.get('Listing')?.get(id) ?? []).map((row) => row['number']);
}
