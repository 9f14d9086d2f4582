// The three questions the bench asks, as the documented operations ask them.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

export const questionNames = ['Q1', 'Q2', 'Q3'] as const;
export type QuestionName = (typeof questionNames)[number];

/** A question as it is sent: the JSON body, and who asks it for what. */
export interface Question {
  readonly name: QuestionName;
  readonly title: string;
  readonly body: string;
  readonly consumer: string;
  readonly headers: Readonly<Record<string, string>>;
}

interface Written {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** Q1 bid opening (30 organisations), Q2 promotion check (one official), Q3 the first bidder of Q1 alone. */
export async function readQuestions(root: string): Promise<readonly Question[]> {
  const read = async (name: string): Promise<Written> =>
    JSON.parse(await readFile(join(root, 'docs', 'operations', `${name}.json`), 'utf8')) as Written;
  const [bidOpening, promotionCheck] = [await read('bid-opening'), await read('promotion-check')];
  const bidders = bidOpening.variables['usccs'] as readonly string[];
  // The second of the cast: listed by a court, so that the answer holds a record.
  const oneSupplier: Written = { query: bidOpening.query, variables: { usccs: bidders.slice(1, 2) } };
  const procurement = {
    consumer: 'procurement-platform',
    headers: { 'credit-purpose': 'government-procurement' },
  };
  return [
    {
      name: 'Q1',
      title: `bid opening, ${bidders.length} organisations`,
      body: JSON.stringify(bidOpening),
      ...procurement,
    },
    {
      name: 'Q2',
      title: 'promotion check, one official',
      body: JSON.stringify(promotionCheck),
      consumer: 'organisation-dept',
      headers: {
        'credit-purpose': 'promotion-review',
        'credit-case': 'BENCH-0001',
        'credit-user': 'bench',
      },
    },
    { name: 'Q3', title: 'one supplier', body: JSON.stringify(oneSupplier), ...procurement },
  ];
}
