// Keeps issued reports, whole and unchanged, until the last day their purpose asks for, and every public key that ever
// signed one. A report is its issuer's: it is found by nobody else, nor for another purpose.
import type { GatewayState } from '../state/state.ts';
import { hashOf } from './sign-report.ts';
import type { ReportKey } from './signing-key.ts';

export interface KeptReport {
  readonly number: string;
  readonly consumer: string;
  readonly purpose: string;
  readonly issuedAt: Date;
  /** Last day, YYYY-MM-DD. */
  readonly keptUntil: string;
  readonly hash: string;
  readonly document: string;
}

/** Days are Beijing's, YYYY-MM-DD. Everything rejects where the state cannot be reached. */
export interface ReportStore {
  /** The report and the key that signed it, both or neither. */
  keep(report: KeptReport, key: ReportKey, today: string): Promise<void>;
  /** Its issuer's alone. @throws Error where it is not what was kept */
  find(
    number: string,
    consumer: string,
    today: string,
  ): Promise<Pick<KeptReport, 'purpose' | 'document' | 'hash'> | undefined>;
  hashOf(number: string, today: string): Promise<string | undefined>;
  /** Every key that has signed, the first used first. */
  keys(): Promise<readonly ReportKey[]>;
}

const insertReport = `insert into gateway.report
  (number, consumer, purpose, issued_at, kept_until, hash, document) values ($1, $2, $3, $4, $5, $6, $7)`;
const insertKey = 'insert into gateway.report_key (kid, jwk) values ($1, $2) on conflict do nothing';

/** Two clocks must agree that its time is over, ours and the database's: one that runs ahead destroys no evidence. */
const deleteOver =
  "delete from gateway.report where kept_until < least($1::date, (now() at time zone 'Asia/Shanghai')::date)";

export function openReportStore(state: GatewayState): ReportStore {
  let forgotten = '';
  return {
    keep: async ({ number, consumer, purpose, issuedAt, keptUntil, hash, document }, key, today) => {
      await state.transaction(async (query) => {
        await query(insertKey, [key.kid, JSON.stringify(key)]);
        await query(insertReport, [number, consumer, purpose, issuedAt, keptUntil, hash, document]);
      });
      if (forgotten === today) return;
      await state.query(deleteOver, [today]);
      forgotten = today;
    },
    find: async (number, consumer, today) => {
      const [row] = await state.query<{ purpose: string; document: string; hash: string }>(
        'select purpose, document, hash from gateway.report where number = $1 and consumer = $2 and kept_until >= $3::date',
        [number, consumer, today],
      );
      if (row !== undefined && hashOf(row.document) !== row.hash) {
        throw new Error('a kept report is not what was issued');
      }
      return row;
    },
    hashOf: async (number, today) => {
      const [row] = await state.query<{ hash: string }>(
        'select hash from gateway.report where number = $1 and kept_until >= $2::date',
        [number, today],
      );
      return row?.hash;
    },
    keys: async () => {
      const rows = await state.query<{ jwk: ReportKey }>(
        'select jwk from gateway.report_key order by first_used_at, kid limit 1000',
      );
      return rows.map(({ jwk }) => jwk);
    },
  };
}
