// Tables of remedies: the case as it stands, every step it took, and the requests for correction that came of it.

export const remedyTables = `
  create sequence if not exists gateway.remedy_number;
  create table if not exists gateway.remedy (
    number text primary key,
    kind text not null check (kind in ('OBJECTION', 'REPAIR')),
    -- The pseudonym finds effects; the identifier is what the official and the record's owner must read.
    subject text not null,
    subject_kind text not null,
    subject_id text not null,
    source text not null,
    record_type text not null,
    record text not null,
    state text not null,
    revision int not null default 1,
    open boolean not null default true,
    effect text check (effect in ('UNDER_OBJECTION', 'REPAIRED', 'REVOKED')),
    statement text not null,
    corrected_on date,
    filed_on date not null,
    due_on date
  );
  create unique index if not exists remedy_open
    on gateway.remedy (subject, source, record_type, record, kind) where open;
  create index if not exists remedy_effect on gateway.remedy (subject) where effect is not null;
  create index if not exists remedy_subject on gateway.remedy (subject, kind);
  create index if not exists remedy_due on gateway.remedy (due_on) where open;
  create table if not exists gateway.remedy_event (
    seq bigint generated always as identity primary key,
    number text not null references gateway.remedy (number),
    from_state text,
    to_state text not null,
    effect text,
    at timestamptz not null,
    consumer text not null,
    official text,
    request text not null,
    reason text
  );
  create index if not exists remedy_event_number on gateway.remedy_event (number, seq);
  create table if not exists gateway.correction_request (
    objection text primary key references gateway.remedy (number),
    source text not null,
    record_type text not null,
    record text not null,
    reason text not null,
    requested_on date not null,
    closed_on date,
    outcome text check (outcome in ('CORRECTED', 'WITHDRAWN'))
  );
  create index if not exists correction_open on gateway.correction_request (requested_on) where closed_on is null;`;
