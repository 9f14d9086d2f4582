// What open and settled remedies make of the records of a request, looked up before anything is fetched and applied
// before anything is shown or judged. The agencies' data stay as they are.
import type { RecordRow, SourceAnswer, Subject } from '../../connectors/contract.ts';
import type { Log } from '../../connectors/log.ts';
import { ClientError } from '../errors.ts';
import { type Pseudonymise, pseudonymOf } from '../request/pseudonyms.ts';
import type { GatewayState } from '../state/state.ts';
import { mitigatedMark } from '../verdict/assess-record.ts';
import { inGroups } from './in-groups.ts';
import type { RemedyEffect } from './procedure.ts';
import { comparableNumber } from './record-number.ts';

/** What remedies make of one record. */
export interface Effect {
  readonly effect?: RemedyEffect;
  /** A person has recognised a self-correction: shown with its findings, and of no other effect. */
  readonly mitigated: boolean;
}

/** Source → record type → subject id → document number as it is compared → effect. */
export type Effects = ReadonlyMap<string, SourceEffects>;
type SourceEffects = ReadonlyMap<string, ReadonlyMap<string, ReadonlyMap<string, Effect>>>;

export interface EffectLookUp {
  /**
   * One statement, shared with others who ask meanwhile.
   * @throws ClientError NOT_READY where it cannot be known: nothing is answered without the effects
   */
  of(subjects: readonly Subject[], request: string): Promise<Effects>;
}

interface EffectRow {
  readonly subject: string;
  readonly source: string;
  readonly record_type: string;
  readonly record: string;
  /** Null of a mitigation. */
  readonly effect: RemedyEffect | null;
}

const none: Effects = new Map();
const lookUp =
  "select subject, source, record_type, record, effect from gateway.remedy where subject = any($1) and (effect is not null or (kind = 'MITIGATION' and open))";

/** `state` undefined: no remedies are kept, so none has an effect. */
export function openEffects(
  state: GatewayState | undefined,
  pseudonymise: Pseudonymise,
  log: Log,
): EffectLookUp {
  if (state === undefined) return { of: () => Promise.resolve(none) };
  const rowsOf = inGroups(
    (pseudonyms: readonly string[]) => state.query<EffectRow & Record<string, unknown>>(lookUp, [pseudonyms]),
    ({ subject }) => subject,
  );
  return {
    of: async (subjects, request) => {
      if (subjects.length === 0) return none;
      const ids = new Map(subjects.map((subject) => [pseudonymOf(pseudonymise, subject), subject.id]));
      let rows: readonly EffectRow[];
      try {
        rows = await rowsOf([...ids.keys()]);
      } catch (error) {
        log.error({ request, err: error }, 'the effects of remedies cannot be read');
        throw new ClientError('NOT_READY', undefined, error);
      }
      return rows.length === 0 ? none : gather(rows, ids);
    },
  };
}

/** A settled effect outranks an open objection. */
function gather(rows: readonly EffectRow[], ids: ReadonlyMap<string, string>): Effects {
  const effects = new Map<string, Map<string, Map<string, Map<string, Effect>>>>();
  for (const { subject, source, record_type, record, effect } of rows) {
    const id = ids.get(subject)!;
    const ofRecords = entry(entry(entry(effects, source), record_type), id);
    const number = comparableNumber(record);
    const known = ofRecords.get(number) ?? { mitigated: false };
    if (effect === null) ofRecords.set(number, { ...known, mitigated: true });
    else if (effect !== 'UNDER_OBJECTION' || known.effect === undefined)
      ofRecords.set(number, { ...known, effect });
  }
  return effects;
}

function entry<K, Inner extends Map<unknown, unknown>>(map: Map<K, Inner>, key: K): Inner {
  let inner = map.get(key);
  if (inner === undefined) map.set(key, (inner = new Map() as unknown as Inner));
  return inner;
}

/** A field by which the records of a type are found; `added`: the request itself did not ask for it. */
export interface FoundBy {
  readonly field: string;
  readonly added: boolean;
}

/**
 * A source's answer under the effects: records that are repaired or revoked are gone, those under objection say so.
 * What was fetched only to find them is dropped. Rows are shared with the cache and are never changed.
 */
export function underEffects(
  answer: SourceAnswer,
  effects: SourceEffects,
  foundBy: ReadonlyMap<string, FoundBy>,
): SourceAnswer {
  const change = (all: SourceAnswer['rows']): SourceAnswer['rows'] => {
    const rows = new Map(all);
    for (const [record, { field, added }] of foundBy) {
      const ofRecord = all.get(record);
      if (ofRecord === undefined) continue;
      const bySubject = effects.get(record);
      const changed = [...ofRecord].map(([id, found]): [string, readonly RecordRow[]] => {
        const numbers = bySubject?.get(id);
        if (numbers === undefined && !added) return [id, found];
        const effectOn = (row: RecordRow): Effect | undefined =>
          numbers?.get(comparableNumber(String(row[field])));
        return [id, found.flatMap((row) => affected(row, effectOn(row), added ? field : undefined))];
      });
      rows.set(record, new Map(changed));
    }
    return rows;
  };
  const { rows, candidates } = answer;
  return { ...answer, rows: change(rows), ...(candidates && { candidates: change(candidates) }) };
}

/** Empty where the row is out of use. */
function affected(row: RecordRow, found: Effect | undefined, drop: string | undefined): RecordRow[] {
  const { effect, mitigated = false } = found ?? {};
  if (effect === 'REPAIRED' || effect === 'REVOKED') return [];
  // A status the owner has taken further is not taken back.
  const marked = effect === 'UNDER_OBJECTION' && row['recordStatus'] === 'EFFECTIVE';
  if (!marked && !mitigated && drop === undefined) return [row];
  const copy = Object.assign(Object.create(null) as Record<string, RecordRow[string]>, row);
  if (marked) copy['recordStatus'] = 'UNDER_OBJECTION';
  if (mitigated) copy[mitigatedMark] = true;
  if (drop !== undefined) delete copy[drop];
  return [copy];
}
