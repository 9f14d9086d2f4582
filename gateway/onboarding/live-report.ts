// `npm run -s check -- --live`: every source held against its manifest, one line a finding.
import type { Subject } from '../../connectors/contract.ts';
import { type LiveFinding, checkLive } from '../../connectors/live-check.ts';
import type { Manifest } from '../../connectors/manifest.ts';
import { openTransport } from '../../connectors/open.ts';
import { SourceError } from '../../connectors/source-error.ts';

const deadlineMilliseconds = 10_000;
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** Prints what was found. Resolves with the exit code: 1 where a source departs from its manifest or fails. */
export async function reportLive(
  print: (line: string) => void,
  manifests: readonly Manifest[],
  subjects: readonly Subject[],
  stagingUrl: string | undefined,
): Promise<0 | 1> {
  let sound = true;
  for (const manifest of manifests) {
    for (const line of await linesFor(manifest, subjects, stagingUrl)) {
      print(line.text);
      sound &&= line.sound;
    }
  }
  return sound ? 0 : 1;
}

interface Line {
  readonly text: string;
  readonly sound: boolean;
}

async function linesFor(
  manifest: Manifest,
  subjects: readonly Subject[],
  stagingUrl: string | undefined,
): Promise<readonly Line[]> {
  const { source } = manifest;
  if (manifest.transport === 'file' && stagingUrl === undefined) {
    return [{ text: `${source.padEnd(16)} set DATABASE_URL: its deliveries are staged there`, sound: false }];
  }
  const signal = AbortSignal.timeout(deadlineMilliseconds);
  const { transport, ready } = openTransport(manifest, { stagingUrl, clock: () => new Date(), log: quiet });
  try {
    await ready;
    await transport.probe(signal);
    return (await checkLive(manifest, transport, subjects, signal)).flatMap(linesOf);
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    return [{ text: `${source.padEnd(16)} ${error.code}: ${error.message}`, sound: false }];
  } finally {
    await transport.close();
  }
}

const blindness = {
  'no rows': 'no row to look at 无记录可供核对',
  'a subject is needed': 'answers by codes alone: give --organization or --person 须指明主体代码',
} as const;

function linesOf({ source, record, rows, drift, failure, blind }: LiveFinding): readonly Line[] {
  const place = `${source.padEnd(16)} ${record.padEnd(24)}`;
  if (failure !== undefined) return [{ text: `${place} ${failure}`, sound: false }];
  if (drift.length > 0) {
    return drift.map(({ kind, coordinate, value }) => ({
      text: `${place} ${kind}: ${coordinate}${value === undefined ? '' : ` (${value})`}`,
      sound: false,
    }));
  }
  if (blind !== undefined) return [{ text: `${place} ${blindness[blind]}`, sound: true }];
  return [{ text: `${place} as its manifest says (${rows} rows) 与清单一致`, sound: true }];
}
