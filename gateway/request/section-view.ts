// A section as this caller may see it: its state, and its records where they are known and permitted.
import { type KnownState, type SourceAnswer, type Subject, gapFor } from '../../connectors/contract.ts';
import type { SectionState } from '../../schema/generated/types.ts';
import type { DeclaredValidity } from '../../schema/validity-declared.ts';
import { bareObject } from './bare-object.ts';
import type { RecordViewer, View } from './record-view.ts';
import type { SectionWish } from './stages.ts';

/** Arguments of a connection field. */
interface PageArguments {
  readonly first?: number | null;
  readonly after?: string | null;
}

/** Argument of a list that can be asked for one day. */
interface DayArgument {
  readonly on?: string | null;
}

const largestPage = 500;

/** Builds the section's value for one subject. `viewers` by record type; `answer` undefined: nothing was permitted. */
export function sectionView(
  wish: SectionWish,
  subject: Subject,
  answer: SourceAnswer | undefined,
  viewers: ReadonlyMap<string, RecordViewer | undefined>,
): Readonly<Record<string, unknown>> {
  const { section } = wish;
  const { state, asOf } = stateFor(answer, subject);
  const candidates = (record: string): boolean =>
    viewers.get(record)?.sees(answer?.candidates?.get(record)?.get(subject.id) ?? []) === true;
  const view = bareObject();
  view['__typename'] = section.typeName;
  view['source'] = section.source;
  // An age says more than a doubt: who is shown old data looks again in any case.
  const records = [...wish.records.keys()];
  const gap = (record: string): boolean =>
    viewers.get(record) !== undefined && gapFor(answer?.gaps, record, subject.id) !== undefined;
  const doubt = records.some(candidates) ? 'AMBIGUOUS' : records.some(gap) ? 'INCOMPLETE' : 'OK';
  view['state'] = (state === 'OK' ? doubt : state) satisfies SectionState;
  view['asOf'] = asOf;
  const known = state === 'OK' || state === 'STALE';
  for (const field of section.fields.values()) {
    if (!wish.records.has(field.record)) continue;
    const viewer = viewers.get(field.record);
    if (!known || viewer === undefined) {
      view[field.name] = null;
      continue;
    }
    const records = viewer.show(answer?.rows.get(field.record)?.get(subject.id) ?? []);
    const validity = field.byDay ? wish.records.get(field.record)!.type.validity : undefined;
    view[field.name] =
      field.shape === 'one'
        ? (records[0] ?? null)
        : field.shape === 'connection'
          ? pagesOf(records)
          : validity === undefined
            ? records
            : ({ on }: DayArgument) =>
                typeof on === 'string' ? records.filter((one) => mayHoldOn(one, validity, on)) : records;
  }
  return view;
}

/**
 * Whether a record, as far as it is shown, may have held on a day. What is withheld or missing places nothing, so that
 * such a record stays; a day cut to its year holds for the whole of it.
 */
function mayHoldOn(view: View, { from, to }: DeclaredValidity, day: string): boolean {
  const [first, last] = [view[from], view[to]];
  if (typeof first === 'string' && first > day.slice(0, first.length)) return false;
  return !(typeof last === 'string' && last < day.slice(0, last.length));
}

/** State of a source for one subject: an unusable part of an answer is INVALID for its own subject only. */
export function stateFor(
  answer: SourceAnswer | undefined,
  subject: Subject,
): { readonly state: KnownState | 'DENIED'; readonly asOf: string | null } {
  if (answer === undefined) return { state: 'DENIED', asOf: null };
  if (answer.invalidSubjects.has(subject.id)) return { state: 'INVALID', asOf: null };
  return answer.standings?.get(subject.id) ?? answer;
}

/** A connection over the visible records. A cursor is the place of a record and says nothing else. */
function pagesOf(records: readonly View[]): (given: PageArguments) => unknown {
  return ({ first, after }) => {
    const start = after === null || after === undefined ? 0 : placeOf(after);
    const size = Math.min(Math.max(first ?? 50, 0), largestPage);
    const nodes = records.slice(start, start + size);
    const end = start + nodes.length;
    return {
      totalCount: records.length,
      nodes,
      pageInfo: { hasNextPage: end < records.length, endCursor: nodes.length === 0 ? null : cursorAt(end) },
    };
  };
}

function cursorAt(place: number): string {
  return Buffer.from(`p${place}`).toString('base64url');
}

function placeOf(cursor: string): number {
  const match = /^p(\d{1,7})$/.exec(Buffer.from(cursor, 'base64url').toString());
  // A cursor this gateway did not make points past the end.
  return match === null ? Number.MAX_SAFE_INTEGER : Number(match[1]);
}
