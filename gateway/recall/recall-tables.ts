// Tables of the recall: which changes of a record's meaning its readers must hear of, who read it, what each of them is
// told, and what came of telling.

export const recallTables = `
  -- What conditions of policies look at in the record, as it was when somebody acted against it.
  alter table gateway.remedy add column if not exists facts jsonb not null default '{}';
  -- Rules that a verdict cited about the subject.
  alter table gateway.access_subject add column if not exists rules text[] not null default '{}';
  -- Up to which step of the remedies changes were looked for.
  create table if not exists gateway.recall_position (
    one boolean primary key default true check (one),
    seq bigint not null default 0
  );
  insert into gateway.recall_position default values on conflict do nothing;
  create table if not exists gateway.recall_change (
    seq bigint primary key references gateway.remedy_event (seq),
    number text not null references gateway.remedy (number),
    subject text not null,
    kind text not null check (kind in ('MARKED', 'MARK_REMOVED', 'OUT_OF_USE', 'CORRECTED', 'WITHDRAWN', 'REPAIRED')),
    at timestamptz not null,
    -- Readings between these are told of it.
    reads_from timestamptz not null,
    reads_until timestamptz not null,
    -- Readings of that time came to be known after its readers were told.
    due boolean not null default false
  );
  create index if not exists recall_change_subject on gateway.recall_change (subject);
  create index if not exists recall_change_number on gateway.recall_change (number);
  create index if not exists recall_change_due on gateway.recall_change (seq) where due;
  -- A number is given once, even where its notice has long been forgotten.
  create table if not exists gateway.recall_list (
    consumer text primary key,
    last_number bigint not null
  );
  create table if not exists gateway.recall_notice (
    id bigint generated always as identity primary key,
    change bigint not null references gateway.recall_change (seq),
    consumer text not null,
    purpose text not null,
    -- More than one where readings came to be known later.
    part int not null,
    -- Its place in the consumer's own list; without one it is not told, for the reason beside it.
    number bigint,
    untold text,
    made_at timestamptz not null,
    last_read_at timestamptz not null,
    readings int not null,
    sealed boolean not null,
    case_given boolean not null,
    user_given boolean not null,
    cited boolean not null,
    -- Told for its verdicts alone: readings that only looked do not count.
    verdicts_only boolean not null,
    acknowledge_by date,
    acknowledged_at timestamptz,
    acknowledged_by text,
    delivered_at timestamptz,
    keep_until timestamptz not null,
    check ((number is null) = (untold is not null)),
    unique (change, consumer, purpose, part),
    unique (consumer, number)
  );
  create index if not exists recall_notice_open
    on gateway.recall_notice (acknowledge_by) where number is not null and acknowledged_at is null;
  create index if not exists recall_notice_keep on gateway.recall_notice (keep_until);
  create table if not exists gateway.recall_reading (
    change bigint not null references gateway.recall_change (seq),
    log text not null,
    seq bigint not null,
    consumer text not null,
    purpose text not null,
    request text not null,
    at timestamptz not null,
    case_number text,
    named boolean not null,
    sealed boolean not null,
    -- Whether a verdict of it cited a rule about the type of the record.
    cited boolean not null,
    keep_until timestamptz not null,
    notice bigint references gateway.recall_notice (id) on delete cascade,
    primary key (change, log, seq)
  );
  create index if not exists recall_reading_notice on gateway.recall_reading (notice, at desc);
  create index if not exists recall_reading_new on gateway.recall_reading (change) where notice is null;`;
