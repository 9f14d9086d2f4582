// Tables of what an office orders, and the views by which it is read as a source like any other: a manifest of the sql
// transport leads to them, so that sections, classifications, policies and rules hold for them unchanged.

export const officeTables = `
  create sequence if not exists gateway.office_number;
  create table if not exists gateway.office_act (
    number text primary key,
    kind text not null check (kind in ('MEASURE', 'LETTER')),
    -- The pseudonym finds the remedies of the same record; the identifier is what the office and its readers need.
    subject text not null,
    uscc text,
    citizen_id text,
    type text not null,
    title text not null,
    basis text not null,
    nature text check (nature in ('SANCTION', 'INCENTIVE')),
    honours text check (honours in ('BARS', 'RESTRICTS')),
    source text,
    record_type text,
    record text,
    -- An objection to the record suspends nothing.
    stands boolean not null default false,
    document text not null,
    authority text not null,
    executor text,
    matter text,
    place text,
    state text not null,
    revision int not null default 1,
    open boolean not null default true,
    from_on date not null,
    to_on date,
    due_on date,
    closed_on date,
    answer text,
    outcome text,
    check (num_nonnulls(uscc, citizen_id) = 1),
    check (num_nonnulls(source, record_type, record) in (0, 3)),
    check (to_on >= from_on)
  );
  create index if not exists office_act_uscc on gateway.office_act (uscc);
  create index if not exists office_act_citizen on gateway.office_act (citizen_id);
  create index if not exists office_act_record on gateway.office_act (subject, source, record_type, record) where open;
  create index if not exists office_act_due on gateway.office_act (due_on) where open;
  create unique index if not exists office_letter_number on gateway.office_act (authority, document) where kind = 'LETTER';
  create table if not exists gateway.office_step (
    seq bigint generated always as identity primary key,
    number text not null references gateway.office_act (number),
    from_state text,
    to_state text not null,
    at timestamptz not null,
    consumer text not null,
    official text,
    request text not null,
    reason text
  );
  create index if not exists office_step_number on gateway.office_step (number, seq);
  create schema if not exists credit_office;
  create or replace view credit_office.measure as
    select a.number, a.uscc, a.citizen_id, a.type, a.title, a.nature, a.honours, a.basis, a.document, a.authority,
      a.executor, a.from_on, a.to_on, a.closed_on as lifted_on, a.state, a.answer as feedback,
      a.source as on_source, a.record_type as on_record_type, a.record as on_record,
      coalesce(r.effect, 'EFFECTIVE') as record_status
    from gateway.office_act a left join lateral (
      select effect from gateway.remedy r
      where r.subject = a.subject and r.source = a.source and r.record_type = a.record_type and r.record = a.record
        and (r.effect in ('REPAIRED', 'REVOKED') or (r.effect = 'UNDER_OBJECTION' and not a.stands))
      order by r.effect = 'UNDER_OBJECTION' limit 1
    ) r on true
    where a.kind = 'MEASURE';
  create or replace view credit_office.letter as
    select number, uscc, citizen_id, type, title, basis, document, authority, matter, from_on as issued_on, due_on,
      state, answer, outcome, closed_on
    from gateway.office_act where kind = 'LETTER';`;

/** A measure that is suspended says so, even where the record's owner writes its number otherwise by now. */
export const suspendedMeasures = `
  create or replace view credit_office.measure as
    select a.number, a.uscc, a.citizen_id, a.type, a.title, a.nature, a.honours, a.basis, a.document, a.authority,
      a.executor, a.from_on, a.to_on, a.closed_on as lifted_on, a.state, a.answer as feedback,
      a.source as on_source, a.record_type as on_record_type, a.record as on_record,
      coalesce(r.effect, case a.state when 'SUSPENDED' then 'UNDER_OBJECTION' else 'EFFECTIVE' end) as record_status
    from gateway.office_act a left join lateral (
      select effect from gateway.remedy r
      where r.subject = a.subject and r.source = a.source and r.record_type = a.record_type and r.record = a.record
        and (r.effect in ('REPAIRED', 'REVOKED') or (r.effect = 'UNDER_OBJECTION' and not a.stands))
      order by r.effect = 'UNDER_OBJECTION' limit 1
    ) r on true
    where a.kind = 'MEASURE';`;
