// The tables of the gateway's own state, step by step. A step that has been released is never changed: a later one
// corrects it. Every step can run on a database in use.

import { officeTables, suspendedMeasures } from '../office/office-tables.ts';
import { recallTables } from '../recall/recall-tables.ts';
import { webhookTables } from '../webhooks/webhook-tables.ts';
import { remedyTables } from '../remedies/remedy-tables.ts';

export interface Migration {
  readonly id: number;
  readonly name: string;
  readonly sql: string;
}

const caseSubjects = `
  create table if not exists gateway.case_subject (
    day date not null,
    consumer text not null,
    purpose text not null,
    case_number text not null,
    subject text not null,
    primary key (day, consumer, purpose, case_number, subject)
  );
  -- One claim of a case at a time, on whichever replica: two halves must not pass where the whole would not.
  create or replace function gateway.claim_case(
    of_day date, of_consumer text, of_purpose text, of_case text, wanted text[], most int
  ) returns boolean language plpgsql as $$
  declare touched int;
  begin
    perform pg_advisory_xact_lock(hashtextextended(concat_ws(chr(31), of_day, of_consumer, of_purpose, of_case), 0));
    select count(*) into touched from (
      select subject from gateway.case_subject
        where day = of_day and consumer = of_consumer and purpose = of_purpose and case_number = of_case
      union select unnest(wanted)
    ) as all_subjects;
    if touched > most then return false; end if;
    insert into gateway.case_subject (day, consumer, purpose, case_number, subject)
      select distinct of_day, of_consumer, of_purpose, of_case, unnest(wanted) on conflict do nothing;
    return true;
  end $$;`;

const reports = `
  create table if not exists gateway.report (
    number text primary key,
    consumer text not null,
    purpose text not null,
    issued_at timestamptz not null,
    kept_until date not null,
    hash text not null,
    document text not null
  );
  create index if not exists report_kept_until on gateway.report (kept_until);
  create table if not exists gateway.report_key (
    kid text primary key,
    jwk jsonb not null,
    first_used_at timestamptz not null default now()
  );`;

const accessIndex = `
  -- Derived from the audit log, which stays the truth: emptied, these tables fill again by themselves.
  create table if not exists gateway.access_position (
    log text primary key,
    segment int not null,
    byte_offset bigint not null,
    seq bigint not null,
    moved_at timestamptz not null default now()
  );
  create table if not exists gateway.access_reading (
    id bigint generated always as identity primary key,
    log text not null,
    seq bigint not null,
    request text not null,
    at timestamptz not null,
    consumer text not null,
    purpose text not null,
    case_number text,
    officer text,
    sealed boolean not null,
    fields jsonb not null,
    answered boolean not null default false,
    keep_until timestamptz not null,
    unique (log, seq)
  );
  create index if not exists access_reading_request on gateway.access_reading (request);
  create index if not exists access_reading_keep on gateway.access_reading (keep_until);
  create table if not exists gateway.access_subject (
    subject text not null,
    at timestamptz not null,
    reading bigint not null references gateway.access_reading (id) on delete cascade,
    sources text[] not null,
    primary key (subject, at, reading)
  );
  create index if not exists access_subject_reading on gateway.access_subject (reading);`;

const groundOfRefusal = 'alter table gateway.remedy add column if not exists ground text;';

const mitigations = `
  alter table gateway.remedy drop constraint if exists remedy_kind_check;
  alter table gateway.remedy add constraint remedy_kind_check check (kind in ('OBJECTION', 'REPAIR', 'MITIGATION'));
  alter table gateway.remedy add column if not exists decided_by text;
  -- What a request asks of its subjects' records.
  create index if not exists remedy_meaning on gateway.remedy (subject)
    where effect is not null or (kind = 'MITIGATION' and open);
  drop index if exists gateway.remedy_effect;`;

export const migrations: readonly Migration[] = [
  { id: 1, name: 'subjects of a case', sql: caseSubjects },
  { id: 2, name: 'remedies', sql: remedyTables },
  { id: 3, name: 'reports', sql: reports },
  { id: 4, name: 'who read whom', sql: accessIndex },
  { id: 5, name: 'telling readers of changes', sql: recallTables },
  { id: 6, name: 'grounds of refusal', sql: groundOfRefusal },
  { id: 7, name: 'measures and letters', sql: officeTables },
  { id: 8, name: 'webhooks', sql: webhookTables },
  { id: 9, name: 'mitigations', sql: mitigations },
  { id: 10, name: 'suspended measures', sql: suspendedMeasures },
];
