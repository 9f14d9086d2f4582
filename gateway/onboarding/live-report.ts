// `npm run -s check -- --live`: every source held against its manifest, one line a finding; and a person's word that a
// record type has all its records, though they are fewer than before.
import type { Subject } from '../../connectors/contract.ts';
import { type KeyFault, keyFaultWords } from '../../connectors/key-faults.ts';
import { exceeds } from '../../connectors/mapping.ts';
import { type LiveFinding, checkLive } from '../../connectors/live-check.ts';
import type { Manifest, RecordMapping } from '../../connectors/manifest.ts';
import { openTransport } from '../../connectors/open.ts';
import { SourceError } from '../../connectors/source-error.ts';

const deadlineMilliseconds = 10_000;
/** Who accepted a count, as far as a command line knows. */
const ACCEPTED_BY = 'check --live --accept';
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };

export interface Asking {
  readonly subjects: readonly Subject[];
  readonly stagingUrl: string | undefined;
  /** Record types, as `source.Record`, of which a person says that nothing is missing. */
  readonly accepted?: readonly string[];
}

/** Prints what was found. Resolves with the exit code: 1 where a source departs from its manifest or fails. */
export async function reportLive(
  print: (line: string) => void,
  manifests: readonly Manifest[],
  asking: Asking,
): Promise<0 | 1> {
  let sound = true;
  const open = new Set(asking.accepted ?? []);
  for (const manifest of manifests) {
    for (const record of manifest.records.keys()) open.delete(`${manifest.source}.${record}`);
    for (const line of await linesFor(manifest, asking)) {
      print(line.text);
      sound &&= line.sound;
    }
  }
  for (const name of open) print(`${name.padEnd(41)} no such record type 没有这种记录`);
  return sound && open.size === 0 ? 0 : 1;
}

interface Line {
  readonly text: string;
  readonly sound: boolean;
}

async function linesFor(
  manifest: Manifest,
  { subjects, stagingUrl, accepted = [] }: Asking,
): Promise<readonly Line[]> {
  const { source } = manifest;
  if (manifest.transport === 'file' && stagingUrl === undefined) {
    return [{ text: `${source.padEnd(16)} set DATABASE_URL: its deliveries are staged there`, sound: false }];
  }
  const { transport, ready } = openTransport(manifest, { stagingUrl, clock: () => new Date(), log: quiet });
  try {
    await ready;
    const signal = AbortSignal.timeout(deadlineMilliseconds);
    await transport.probe(signal);
    const refused: Line[] = [];
    for (const mapping of manifest.records.values()) {
      const name = `${source}.${mapping.record}`;
      if (!accepted.includes(name) || (await transport.accept?.(mapping, ACCEPTED_BY)) === true) continue;
      refused.push({ text: `${name.padEnd(41)} ${notCounted}`, sound: false });
    }
    const findings = await checkLive(manifest, transport, subjects, signal);
    return [
      ...refused,
      ...findings.flatMap((finding) => linesOf(finding, manifest.records.get(finding.record)!)),
    ];
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    return [{ text: `${source.padEnd(16)} ${error.code}: ${error.message}`, sound: false }];
  } finally {
    await transport.close();
  }
}

const notCounted =
  'is not counted here; of a delivery: npm run -s deliveries -- accept 未在此统计；交付文件请用 deliveries -- accept';

const blindness = {
  'no rows': 'no row to look at 无记录可供核对',
  'a subject is needed': 'answers by codes alone: give --organization or --person 须指明主体代码',
} as const;

/** What to do about it, where it is not plain. */
const cures: Readonly<Partial<Record<LiveFinding['drift'][number]['kind'], string>>> = {
  'changed type':
    '; list its words under none, forever or undisclosed, or say how it is written 请在清单中注明其“无”“长期”等写法或书写格式',
};

function linesOf(finding: LiveFinding, mapping: RecordMapping): readonly Line[] {
  const { source, record, rows, drift, failure, blind, lossy = [] } = finding;
  const place = `${source.padEnd(16)} ${record.padEnd(24)}`;
  if (failure !== undefined) return [{ text: `${place} ${failure}`, sound: false }];
  const found: KeyLine[] = [
    ...drift.map(({ kind, coordinate, value }) => ({
      text: `${kind}: ${coordinate}${value === undefined ? '' : ` (${value})`}${cures[kind] ?? ''}`,
      sound: false,
    })),
    ...lossy.map((coordinate) => ({
      text: `type loses digits: ${coordinate} 浮点类型会丢失位数，宜改用定点数`,
      sound: true,
      departs: false,
    })),
    ...keyLines(finding, mapping),
  ];
  // Rows that are found in another writing depart from nothing.
  const departs = found.some(({ departs: one = true }) => one);
  if (blind !== undefined) found.push({ text: blindness[blind], sound: true });
  else if (!departs) found.push({ text: `as its manifest says (${rows} rows) 与清单一致`, sound: true });
  return found.map(({ text, sound }) => ({ text: `${place} ${text}`, sound }));
}

/** A line of which it matters whether the source is still as its manifest says. */
interface KeyLine extends Line {
  readonly departs?: boolean;
}

/** Who can be found, who may be meant, and which rows nobody can find. */
function keyLines({ source, record, keys, gaps }: LiveFinding, mapping: RecordMapping): readonly KeyLine[] {
  const lines: KeyLine[] = [];
  if (keys !== undefined) {
    const { rows, rewritten, masked, unusable } = keys;
    const faults = Object.entries(unusable) as [KeyFault, number][];
    const spoilt = faults.reduce((sum, [, count]) => sum + count, 0);
    const sound = !exceeds(mapping.unusableKeys, spoilt, rows);
    for (const [fault, count] of faults) {
      const { what, cure } = keyFaultWords[fault];
      lines.push({
        text: `${count} of ${rows} rows nobody can find 无人认领: ${what.zh} ${what.en}; ${cure.zh}。${cure.en}`,
        sound,
      });
    }
    if (masked > 0)
      lines.push({
        text: `${masked} of ${rows} rows have a masked key: candidates, never a match 标识被遮盖，仅作候选`,
        sound: true,
      });
    if (rewritten > 0)
      lines.push({
        text: `${rewritten} of ${rows} rows write their key in another way, and are found by it 标识写法不同，已一并查询`,
        sound: true,
        departs: false,
      });
  }
  if (gaps.includes('FEWER'))
    lines.push({
      text: `fewer records than agreed, or than were last counted (${keys?.rows ?? 0}) 记录少于约定或上次统计; if nothing is missing 如确无缺失: --accept ${source}.${record}`,
      sound: false,
    });
  if (gaps.includes('UNSEEN'))
    lines.push({ text: 'its keys could not be looked through 未能核查其主体标识', sound: false });
  return lines;
}
