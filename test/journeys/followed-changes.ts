// How journeys follow changes: a consumer's own list, and the receipts the credit office sees.
import pg from 'pg';
import { expect } from 'vitest';
import { handling } from './remedy-desk.ts';
import type { Answer, RunningGateway } from './running-gateway.ts';

export const following = { 'credit-purpose': 'following-changes' } as const;

const notice =
  'cursor change changedAt subject source recordType record purpose readings lastReadAt noticedAt acknowledgeBy acknowledgeByProvisional acknowledgedAt read { request at caseNumber }';

export interface Follower {
  page(since?: string, first?: number): Promise<Answer>;
  /** All there is, from a cursor or from the beginning. */
  all(since?: string): Promise<readonly any[]>; // JSON as it came
  /** Waits until there are so many. */
  until(count: number): Promise<readonly any[]>;
  acknowledge(upTo: string, user?: string): Promise<Answer>;
}

export function followerOf(world: RunningGateway, consumer: string): Follower {
  const page: Follower['page'] = (since, first = 100) =>
    world.ask({
      query: `query ($since: String, $first: Int) { changes(since: $since, first: $first) { nodes { ${notice} } next more } }`,
      variables: { first, ...(since === undefined ? {} : { since }) },
      consumer,
      headers: following,
    });
  const all: Follower['all'] = async (since) => {
    const nodes: unknown[] = [];
    for (let from = since, more = true; more;) {
      const answer = await page(from);
      if (answer.body.errors !== undefined) throw new Error(answer.text);
      const { changes } = answer.body.data;
      nodes.push(...changes.nodes);
      ({ next: from, more } = changes);
    }
    return nodes;
  };
  return {
    page,
    all,
    until: async (count) => {
      await expect.poll(async () => (await all()).length, { timeout: 10_000 }).toBeGreaterThanOrEqual(count);
      return all();
    },
    acknowledge: (upTo, user) =>
      world.ask({
        query: 'mutation ($upTo: String!) { acknowledgeChanges(upTo: $upTo) { acknowledged upTo } }',
        variables: { upTo },
        consumer,
        headers: { ...following, ...(user === undefined ? {} : { 'credit-user': user }) },
      }),
  };
}

const receipt =
  'remedy change consumer consumerTitle purpose lastReadAt noticedAt untold delivery attempts deliveredAt acknowledgeBy acknowledgeByProvisional acknowledgedAt acknowledgedBy overdue';

/** Receipts of a remedy's changes as the credit office sees them. */
export async function receiptsOf(world: RunningGateway, remedy: string): Promise<readonly any[]> {
  const answer = await world.ask({
    query: `query ($remedy: String!) { noticeReceipts(remedy: $remedy) { ${receipt} } }`,
    variables: { remedy },
    consumer: 'credit-office',
    headers: handling(),
  });
  if (answer.body.errors !== undefined) throw new Error(answer.text);
  return answer.body.data.noticeReceipts;
}

/** A statement on the gateway's own state, as only a test may. */
export async function ownState(
  { sandbox }: RunningGateway,
  text: string,
  values: readonly unknown[] = [],
): Promise<readonly any[]> {
  const database = new pg.Client(sandbox.environment['DATABASE_URL']);
  await database.connect();
  try {
    return (await database.query(text, [...values])).rows;
  } finally {
    await database.end();
  }
}
