// Records → values: section states, masks, verdicts. What comes out is the only thing the executor ever sees.
import type { SourceAnswer, Subject } from '../../connectors/contract.ts';
import type { RecordType, SubjectTypeName } from '../../schema/catalogue.ts';
import { type Judgement, judge } from '../verdict/judge.ts';
import { inFindingOrder, toldAssessments, verdictFacts } from '../verdict/verdict-view.ts';
import { bareObject } from './bare-object.ts';
import { evidenceFor } from './evidence.ts';
import { ownFields, ownView } from './own-view.ts';
import { type RecordViewer, recordViewer } from './record-view.ts';
import { sectionView } from './section-view.ts';
import type { Fetched, VerdictWish, Withheld } from './stages.ts';
import { subjectItems, subjectOf } from './subjects.ts';
import { type OccasionArguments, isSameOccasion, occasionOf } from './verdict-occasion.ts';

/** A verdict as the audit keeps it. */
export interface VerdictGiven {
  readonly subject: Subject;
  readonly scene: string;
  readonly asOf: string;
  /** Region code, or null where nobody said where. */
  readonly jurisdiction: string | null;
  readonly outcome: string;
  /** Ids of the rules it cites to its caller. */
  readonly rules: readonly string[];
}

/** Values for the executor, and what the audit must know of them. */
export interface Completion {
  /** Resolvers of Query's subject roots, to be called with the field's arguments. */
  readonly rootValue: Readonly<Record<string, (given: never) => unknown>>;
  readonly outcomes: readonly VerdictGiven[];
  readonly withheld: ReadonlyMap<string, Withheld>;
}

type View = Readonly<Record<string, unknown>>;

const nothing: ReadonlySet<string> = new Set();

/**
 * Prepares every value of the plan. Pure: no source is asked from here on. `orders`: record type → fields by which
 * its records are ordered.
 */
export function complete(fetched: Fetched, orders: ReadonlyMap<string, readonly string[]>): Completion {
  const { planned, answers } = fetched;
  const { decided } = planned;
  const { snapshot, today } = decided.admitted;
  const withheld = new Map(planned.withheld);
  const noteWithheld = (entry: Withheld): void => {
    if (!withheld.has(entry.coordinate)) withheld.set(entry.coordinate, entry);
  };
  const viewerFor = (type: RecordType, shown: ReadonlySet<string>): RecordViewer =>
    recordViewer(type, shown, orders.get(type.name) ?? [], decided.table, today, noteWithheld);
  const grantedRecord = (type: RecordType): boolean =>
    decided.table.records.get(type.name)?.anyShown === true;

  const sectionViewers = new Map<string, ReadonlyMap<string, RecordViewer | undefined>>();
  for (const [coordinate, { records }] of planned.sections) {
    const viewers = [...records.values()].map(
      ({ type, shown }) => [type.name, grantedRecord(type) ? viewerFor(type, shown) : undefined] as const,
    );
    sectionViewers.set(coordinate, new Map(viewers));
  }
  // A wish is of one kind of subject, so that an identifier is enough.
  const judgements = new Map<VerdictWish, Map<string, Judgement>>();
  const outcomes: VerdictGiven[] = [];
  const verdictViewers = new Map<string, RecordViewer>();
  const verdictViewer = (name: string): RecordViewer => {
    let viewer = verdictViewers.get(name);
    if (viewer === undefined) {
      viewer = viewerFor(snapshot.catalogue.records.get(name)!, nothing);
      verdictViewers.set(name, viewer);
    }
    return viewer;
  };

  const verdict = (subject: Subject, wish: VerdictWish): View => {
    if (!wish.subjects.has(subject.id)) return bareObject();
    const judged = judgements.get(wish) ?? new Map<string, Judgement>();
    judgements.set(wish, judged);
    let judgement = judged.get(subject.id);
    if (judgement === undefined) {
      judgement = judge(wish.rules, evidenceFor(fetched, subject, wish), wish.occasion);
      judged.set(subject.id, judgement);
      outcomes.push({
        subject,
        scene: wish.scene.scene,
        asOf: wish.occasion.asOf,
        jurisdiction: wish.occasion.place ?? null,
        outcome: judgement.outcome,
        rules: [...new Set(toldAssessments(judgement, verdictViewer).map(({ rule }) => rule.id))],
      });
    }
    const version = snapshot.policies.rulebook.version;
    const facts = verdictFacts(wish.scene, judgement, wish.occasion, version, verdictViewer);
    const allowed = ownFields(decided.table);
    const own = allowed.get('Verdict');
    const view = ownView(own, facts.verdict);
    // Lists are made only where they are selected, and only then are their withheld fields listed.
    const list = (
      name: string,
      type: string,
      values: () => readonly View[],
      ordered: (views: View[]) => View[] = (views) => views,
    ): void => {
      view[name] =
        own?.has(name) === true
          ? () => ordered(values().map((value) => ownView(allowed.get(type), value)))
          : null;
    };
    list('findings', 'Finding', facts.findings, inFindingOrder);
    list('evidence', 'Evidence', facts.evidence);
    list('rules', 'Rule', facts.rules);
    list('notAssessed', 'Rule', facts.notAssessed);
    return view;
  };

  const entities = new Map<string, View>();
  const entity = (subject: Subject): View => {
    const key = `${subject.kind} ${subject.id}`;
    const ready = entities.get(key);
    if (ready !== undefined) return ready;
    const view = bareObject();
    view['__typename'] = subject.kind;
    view[subject.kind === 'Organization' ? 'uscc' : 'citizenId'] = subject.id;
    for (const [coordinate, wish] of planned.sections) {
      if (wish.section.subject !== subject.kind) continue;
      const viewers = sectionViewers.get(coordinate)!;
      const shown = [...viewers.values()].some((viewer) => viewer !== undefined);
      const answer = shown ? answers.get(wish.section.source) : undefined;
      view[wish.section.source] = sectionView(wish, subject, answer, viewers);
    }
    view['eligibility'] = (given: OccasionArguments & { readonly scene: string }): View => {
      const wanted = occasionOf(decided.admitted, given);
      const wish = planned.verdicts
        .get(subject.kind)
        ?.find(({ scene, occasion }) => scene.scene === given.scene && isSameOccasion(occasion, wanted));
      if (wish === undefined) throw new Error('a verdict was not planned');
      return verdict(subject, wish);
    };
    entities.set(key, view);
    return view;
  };
  const items = (kind: SubjectTypeName, texts: readonly string[]): View[] =>
    subjectItems(kind, texts).map((item) =>
      item.kind === 'subject'
        ? entity(item.subject)
        : { __typename: 'InvalidSubject', index: item.index, code: item.code, message: item.message },
    );
  return {
    outcomes,
    withheld,
    rootValue: {
      organization: ({ uscc }: { uscc: string }) =>
        entity(subjectOf('Organization', uscc, 'organization(uscc)')),
      organizations: ({ usccs }: { usccs: readonly string[] }) => items('Organization', usccs),
      myRecords: () => {
        const { speaksFor } = decided.admitted.caller;
        return speaksFor === undefined ? null : entity(speaksFor);
      },
      person: ({ citizenId }: { citizenId: string }) =>
        entity(subjectOf('Person', citizenId, 'person(citizenId)')),
      persons: ({ citizenIds }: { citizenIds: readonly string[] }) => items('Person', citizenIds),
    },
  };
}

/** States of the sources a request asked, for the audit and the error list. */
export function failuresOf(answers: ReadonlyMap<string, SourceAnswer>): readonly {
  readonly source: string;
  readonly failure: NonNullable<SourceAnswer['failure']>;
}[] {
  return [...answers].flatMap(([source, { failure, invalidSubjects, gaps = [] }]) => {
    if (failure !== undefined) return [{ source, failure }];
    const spoilt = new Set(invalidSubjects);
    for (const { reason, subjects = [] } of gaps)
      if (reason === 'UNREADABLE') for (const subject of subjects) spoilt.add(subject);
    if (spoilt.size === 0) return [];
    const detail = `what it said of ${spoilt.size} subjects is not usable`;
    return [{ source, failure: { code: 'SOURCE_INVALID_ANSWER' as const, detail } }];
  });
}
