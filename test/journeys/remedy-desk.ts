// The credit office's counter and its officials, as journeys need them.
import type { Answer, RunningGateway } from './running-gateway.ts';
import { id, procurement } from './running-gateway.ts';

export const handling = (user = 'official.one') =>
  ({ 'credit-purpose': 'remedy-handling', 'credit-user': user }) as const;

const shown =
  'number revision state source recordType record filedOn dueOn dueProvisional overdue effect next';

export interface Desk {
  /** A deed or question of the office; `fields` after the root. */
  office(document: string, variables?: Readonly<Record<string, unknown>>, user?: string): Promise<Answer>;
  counter(document: string, variables?: Readonly<Record<string, unknown>>): Promise<Answer>;
  fileObjection(key: string, recordType: string, record: string): Promise<Answer>;
  step(deed: string, number: string, revision: number, user?: string): Promise<Answer>;
  decideObjection(number: string, revision: number, decision: string, user?: string): Promise<Answer>;
  applyForRepair(key: string, recordType: string, record: string, correctedOn?: string): Promise<Answer>;
  decideRepair(number: string, revision: number, decision: string, user?: string): Promise<Answer>;
  verdict(key: string, jurisdiction?: string): Promise<any>; // JSON as it came
  /** Document numbers of a firm's bans, or of its listings, as a purchaser sees them. */
  bans(key: string): Promise<readonly any[]>;
  listings(key: string): Promise<readonly any[]>;
}

export function deskOf(world: RunningGateway): Desk {
  const office: Desk['office'] = (query, variables = {}, user = 'official.one') =>
    world.ask({ query, variables, consumer: 'credit-office', headers: handling(user) });
  const counter: Desk['counter'] = (query, variables = {}) =>
    world.ask({ query, variables, consumer: 'credit-counter', headers: handling('clerk.one') });
  const asked = async (query: string, variables: Readonly<Record<string, unknown>>): Promise<any> => {
    const answer = await world.ask({
      query,
      variables,
      consumer: 'procurement-platform',
      headers: procurement,
    });
    if (answer.body.errors !== undefined) throw new Error(answer.text);
    return answer.body.data.organization;
  };
  return {
    office,
    counter,
    fileObjection: (key, recordType, record) =>
      counter(
        `mutation ($uscc: USCC, $type: String!, $record: String!) {
          fileObjection(uscc: $uscc, recordType: $type, record: $record, statement: "The sum was paid in time. 已按期缴清。") { ${shown} } }`,
        { uscc: id(key), type: recordType, record },
      ),
    step: (deed, number, revision, user) =>
      office(
        `mutation ($number: String!, $revision: Int!) { ${deed}(number: $number, revision: $revision${deed === 'withdrawObjection' ? ', reason: "settled"' : ''}) { ${shown} } }`,
        { number, revision },
        user,
      ),
    decideObjection: (number, revision, decision, user) =>
      office(
        `mutation ($number: String!, $revision: Int!, $decision: ObjectionDecision!) {
          decideObjection(number: $number, revision: $revision, decision: $decision, reason: "As verified. 经核实。") { ${shown} } }`,
        { number, revision, decision },
        user,
      ),
    applyForRepair: (key, recordType, record, correctedOn = '2026-01-05') =>
      counter(
        `mutation ($uscc: USCC, $type: String!, $record: String!, $on: Date!) {
          applyForRepair(uscc: $uscc, recordType: $type, record: $record, correctedOn: $on, promise: "It will not happen again. 承诺不再发生。") { ${shown} correctedOn promise } }`,
        { uscc: id(key), type: recordType, record, on: correctedOn },
      ),
    decideRepair: (number, revision, decision, user) =>
      office(
        `mutation ($number: String!, $revision: Int!, $decision: RepairDecision!) {
          decideRepair(number: $number, revision: $revision, decision: $decision, reason: "As examined. 经审核。") { ${shown} } }`,
        { number, revision, decision },
        user,
      ),
    verdict: async (key, jurisdiction) =>
      (
        await asked(
          `query ($uscc: USCC!, $in: RegionCode) { organization(uscc: $uscc) {
            eligibility(scene: GOVERNMENT_PROCUREMENT, jurisdiction: $in) { outcome findings { rule status record underObjection } } } }`,
          { uscc: id(key), ...(jurisdiction === undefined ? {} : { in: jurisdiction }) },
        )
      ).eligibility,
    bans: async (key) =>
      (
        await asked(
          `query ($uscc: USCC!) { organization(uscc: $uscc) { procurement { bans { documentNumber recordStatus } } } }`,
          { uscc: id(key) },
        )
      ).procurement.bans,
    listings: async (key) =>
      (
        await asked(
          `query ($uscc: USCC!) { organization(uscc: $uscc) { court { listings { caseCode recordStatus } } } }`,
          { uscc: id(key) },
        )
      ).court.listings,
  };
}

/** Code of the first error and what is possible instead. */
export const refusal = (answer: Answer): readonly (string | undefined)[] => {
  const extensions = answer.body.errors?.[0]?.extensions as { code?: string; instead?: string } | undefined;
  return [extensions?.code, extensions?.instead];
};
