// A request walks through once: authenticate → admit → decide → plan → fetch → complete → record. Each stage
// takes only its predecessor's type, so that a fetch before a decision does not compile.
import type { SourceAnswer, SourceRequest, Subject } from '../../connectors/contract.ts';
import type { Consumer, Purpose } from '../../policies/engine/consumers.ts';
import type { DecisionTable } from '../../policies/engine/decision-table.ts';
import type { SceneRules, SubjectRules } from '../../policies/engine/rulebook.ts';
import type { RecordType, Section, SubjectTypeName } from '../../schema/catalogue.ts';
import type { Effects, FoundBy } from '../remedies/effects.ts';
import type { Occasion } from '../verdict/assess-record.ts';
import type { PolicySnapshot } from './snapshot.ts';

declare const stage: unique symbol;
type Stage<Name extends string, Shape> = Shape & { readonly [stage]: Name };

/**
 * Who is asking. `token` is the token's id, for the audit; undefined for the public. `speaksFor`: the subject the bearer
 * was verified to be.
 */
export type Caller = Stage<
  'caller',
  { readonly consumer: Consumer; readonly token?: string; readonly speaksFor?: Subject }
>;

/** A caller with a purpose it holds. `purpose` is undefined only for introspection. */
export type Admitted = Stage<
  'admitted',
  {
    readonly caller: Caller;
    readonly request: string;
    readonly receivedAt: Date;
    /** Calendar day of the request in Beijing. */
    readonly today: string;
    readonly purpose?: Purpose;
    readonly caseNumber?: string;
    readonly user?: string;
    /** The policies and keys this request sees from beginning to end. */
    readonly snapshot: PolicySnapshot;
  }
>;

/** A decision for every coordinate, before anything is fetched. */
export type Decided = Stage<
  'decided',
  { readonly admitted: Admitted; readonly purpose: Purpose; readonly table: DecisionTable }
>;

/** A verdict somebody asked for. */
export interface VerdictWish {
  readonly scene: SceneRules;
  /** The scene's rules and evidence for the kind of subject. */
  readonly rules: SubjectRules;
  readonly occasion: Occasion;
  /** Ids of the subjects whose verdict is shown: nobody else is judged, for nobody else was asked about. */
  readonly subjects: ReadonlySet<string>;
}

/** What a query wants of one record type. */
export interface RecordWish {
  readonly type: RecordType;
  readonly shown: ReadonlySet<string>;
}

/** What a query wants of one section, for every subject it names. */
export interface SectionWish {
  readonly section: Section;
  readonly records: ReadonlyMap<string, RecordWish>;
}

/** A field that is not, or not wholly, shown. */
export interface Withheld {
  readonly coordinate: string;
  readonly outcome: 'DENIED' | 'MASKED' | 'CONDITIONAL';
  readonly reason: string;
}

export type Planned = Stage<
  'planned',
  {
    readonly decided: Decided;
    readonly subjects: readonly Subject[];
    /** `Organization.court` → what is wanted of it. */
    readonly sections: ReadonlyMap<string, SectionWish>;
    /** Verdicts by subject kind. */
    readonly verdicts: ReadonlyMap<SubjectTypeName, readonly VerdictWish[]>;
    /** One request per source. */
    readonly fetches: ReadonlyMap<string, SourceRequest>;
    readonly withheld: ReadonlyMap<string, Withheld>;
    /** What remedies make of the records, where they make anything of those asked for. */
    readonly remedies?: RemediesOfPlan;
  }
>;

export interface RemediesOfPlan {
  readonly effects: Effects;
  /** Source → record type → how its records are found. */
  readonly foundBy: ReadonlyMap<string, ReadonlyMap<string, FoundBy>>;
}

export type Fetched = Stage<
  'fetched',
  { readonly planned: Planned; readonly answers: ReadonlyMap<string, SourceAnswer> }
>;

/** Marks a stage's product. Only the stage's own file may call it with its name. */
export function enter<Name extends string, Shape>(shape: Shape): Stage<Name, Shape> {
  return shape as Stage<Name, Shape>;
}
