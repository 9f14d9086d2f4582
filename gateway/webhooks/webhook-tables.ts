// Tables of the webhooks: one open message per consumer, every attempt to deliver it, and endpoints that are gone.

export const webhookTables = `
  create table if not exists gateway.webhook_message (
    id text primary key,
    consumer text not null,
    -- Announces the notices of the consumer's list up to this number.
    up_to bigint not null,
    made_at timestamptz not null,
    state text not null check (state in ('PENDING', 'DELIVERED', 'PARKED', 'DROPPED')),
    attempts int not null default 0,
    failures int not null default 0,
    next_at timestamptz not null,
    -- Whoever tries has it until then.
    claimed_until timestamptz,
    ended_at timestamptz
  );
  create unique index if not exists webhook_message_open on gateway.webhook_message (consumer) where state = 'PENDING';
  create index if not exists webhook_message_next on gateway.webhook_message (next_at) where state = 'PENDING';
  create unique index if not exists webhook_message_list on gateway.webhook_message (consumer, up_to);
  create table if not exists gateway.webhook_attempt (
    message text not null references gateway.webhook_message (id) on delete cascade,
    number int not null,
    at timestamptz not null,
    -- Null while it is under way, and for good where its gateway died.
    outcome text,
    status int,
    milliseconds int,
    primary key (message, number)
  );
  create table if not exists gateway.webhook_gone (
    consumer text primary key,
    fingerprint text not null,
    at timestamptz not null
  );`;
