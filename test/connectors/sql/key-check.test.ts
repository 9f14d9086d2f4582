// The databases and we agree on which keys need no second look: an SQL condition that let a wrong key pass would hide a
// row that is nobody's.
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type KeyForm, keyForms, readKey } from '../../../connectors/key-forms.ts';
import { citizenIdAt, orgCodeAt, usccAt } from '../../../connectors/sandbox/generator/identifiers.ts';
import { databaseOf } from '../../../connectors/sql/connect.ts';
import type { SqlSession } from '../../../connectors/sql/dialect.ts';
import { writeCensus } from '../../../connectors/sql/key-census-statement.ts';
import { type Database, databases } from './levy.ts';

const hyphenated = (code: string): string => `${code.slice(0, 8)}-${code.slice(8)}`;

/** Whether a look-up asks for the key in just this writing. */
function isAskedSo(text: string, form: KeyForm): boolean {
  const reading = readKey(text, [form]);
  if (reading.kind !== 'key') return false;
  switch (form.name) {
    case 'org-code':
      return text === reading.key || text === hyphenated(reading.key);
    case 'citizen-id':
      return text === reading.key || (text.endsWith('x') && text.toUpperCase() === reading.key);
    case 'citizen-id-15':
      return /^[0-9]{15}$/.test(text);
    default:
      return text === reading.key;
  }
}

const index = fc.nat(899_999);
const day = fc.date({ min: new Date('1795-01-01'), max: new Date('2105-01-01'), noInvalidDate: true });
const digits = (length: number): fc.Arbitrary<string> => fc.stringMatching(new RegExp(`^[0-9]{${length}}$`));
/** Valid codes, days around the ends of months, and any check place behind them. */
const code = fc.oneof(
  index.map((at) => usccAt('91', at)),
  index.map((at) => orgCodeAt(at)),
  index.map((at) => hyphenated(orgCodeAt(at))),
  index.map((at) => citizenIdAt(at)),
  fc
    .tuple(digits(6), day, digits(3), fc.constantFrom(...'0123456789Xx'))
    .map(
      ([head, date, tail, check]) =>
        `${head}${date.toISOString().slice(0, 10).replaceAll('-', '')}${tail}${check}`,
    ),
  fc
    .tuple(digits(6), fc.constantFrom('000229', '960229', '950229', '991131', '991231', '990100'), digits(3))
    .map((parts) => parts.join('')),
  fc
    .tuple(
      fc.constantFrom('18000229', '18960229', '19000229', '20000229', '20230229', '20990430', '20990431'),
      fc.nat(10),
    )
    .map(([date, check]) => `110105${date}002${'0123456789X'[check]!}`),
);
const text = fc.oneof(
  { weight: 3, arbitrary: code },
  {
    weight: 3,
    arbitrary: fc
      .tuple(code, fc.nat(17), fc.constantFrom('0', '7', 'A', 'I', 'X', 'x', ' ', '*', '１', 'é', '\n', ''))
      .map(([right, at, sign]) => right.slice(0, at) + sign + right.slice(at + 1)),
  },
  code.map((right) => `${right} `),
  code.map((right) => `${right}\n`),
  code.map((right) => right.toLowerCase()),
);

describe.each(databases)('%s', (_name, start) => {
  let database: Database;
  let session: SqlSession;
  beforeAll(async () => {
    database = await start();
    const limits = { concurrency: 1, deadline: 10_000, bytes: 10_000_000 };
    session = databaseOf(database.address).open({ address: database.address, source: 'levy', ...limits });
    await database.admin('CREATE TABLE code (code varchar(60))');
  });
  afterAll(async () => {
    await session.close();
    await database.stop();
  });

  test.each([...keyForms.values()].map((form) => [form.name, form] as const))(
    'only keys that are asked for just so need no second look: %s',
    async (_form, form) => {
      const { dialect, text: sql } = databaseOf(database.address);
      const statement = writeCensus(
        dialect,
        sql,
        { table: ['code'] },
        {
          kind: 'own',
          column: 'code',
          writing: { forms: [form], separators: [] },
          others: [],
          countsKeyless: true,
          crosswalks: [],
        },
        1000,
      );
      const oddIn = async (texts: readonly string[]): Promise<readonly unknown[]> => {
        await database.admin('DELETE FROM code');
        await database.admin(
          `INSERT INTO code VALUES ${texts.map((one) => `('${one.replaceAll("'", "''")}')`).join(', ')}`,
        );
        const odd: unknown[] = [];
        await session.run(
          statement,
          ([tag, found]) => void (tag === 'odd' && odd.push(found)),
          new AbortController().signal,
        );
        return odd.sort();
      };
      await fc.assert(
        fc.asyncProperty(fc.uniqueArray(text, { minLength: 60, maxLength: 200 }), async (texts) => {
          expect(await oddIn(texts)).toEqual(texts.filter((one) => !isAskedSo(one, form)).sort());
        }),
        { numRuns: 8 },
      );
    },
  );
});
