// Looks at a table or view: its columns from the database's own catalogue, and a few rows of them.
import type { SqlSession } from '../sql/dialect.ts';
import { databaseOf } from '../sql/connect.ts';
import { type FoundColumn, type FoundRecord, IntrospectionProblem, mostSamples } from './found-record.ts';

/** Expressions of the catalogue for a column's type and its comment. */
const ON_POSTGRES = [
  'data_type',
  "col_description((quote_ident(table_schema) || '.' || quote_ident(table_name))::regclass::oid, ordinal_position::int)",
] as const;
const ON_MYSQL = ['column_type', 'column_comment'] as const;

const LIMITS = { concurrency: 1, deadline: 10_000, bytes: 4_000_000, tls: undefined } as const;

/** `table`: `schema.table` or a table of the address's own database. @throws IntrospectionProblem, SourceError */
export async function introspectSql(address: string, table: string): Promise<FoundRecord> {
  const { dialect, open } = databaseOf(address);
  const session = open({ address, source: 'new-source', ...LIMITS });
  try {
    const parts = table.split('.');
    const mysql = /^(?:mysql|mariadb):/.test(address);
    const schema = parts.length === 2 ? parts[0]! : mysql ? new URL(address).pathname.slice(1) : 'public';
    const name = parts.at(-1)!;
    const columns: { name: string; declared: string; comment: string | undefined }[] = [];
    const [type, comment] = mysql ? ON_MYSQL : ON_POSTGRES;
    const wanted = ['column_name', type, comment].map((one) => dialect.asText(one)).join(', ');
    const catalogue = `SELECT ${wanted} FROM information_schema.columns WHERE table_schema = ${dialect.mark(1)} AND table_name = ${dialect.mark(2)} ORDER BY ordinal_position`;
    await run(session, { text: catalogue, values: [schema, name], width: 3 }, ([column, declared, said]) => {
      const remark = typeof said === 'string' && said.trim() !== '' ? said.trim() : undefined;
      columns.push({ name: String(column), declared: String(declared), comment: remark });
    });
    if (columns.length === 0) {
      throw new IntrospectionProblem(`no table or view ${table}, or its columns may not be seen`);
    }
    const from = parts.map((part) => dialect.quote(part)).join('.');
    const selected = columns.map((column) => dialect.value(dialect.quote(column.name))).join(', ');
    const samples = columns.map((): string[] => []);
    const text = `SELECT ${selected} FROM ${from} LIMIT ${mostSamples}`;
    await run(session, { text, values: [], width: columns.length }, (row) => {
      row.forEach((value, at) => {
        if (typeof value === 'string' && value.trim() !== '') samples[at]!.push(value);
      });
    });
    return {
      columns: columns.map((column, at): FoundColumn => ({ ...column, samples: samples[at]! })),
      manifest: [`table: ${table}`],
      top: [],
    };
  } finally {
    await session.close();
  }
}

async function run(
  session: SqlSession,
  statement: Parameters<SqlSession['run']>[0],
  receive: (row: readonly unknown[]) => void,
): Promise<void> {
  await session.run(statement, receive, AbortSignal.timeout(LIMITS.deadline));
}
