// `npm run -s deliveries`: which delivery of each record type is in use, what was put aside or waits and why, and the
// release of one that only shrank or lacks its proof. Reads the register in the staging database; shows no value of any record.
import { parseArgs } from 'node:util';
import type pg from 'pg';
import { writeReport } from '../../connectors/file/delivery-report.ts';
import { type RegisteredDelivery, acceptDelivery, listDeliveries } from '../../connectors/file/register.ts';
import { columns } from './columns.ts';

const HELP = `Deliveries of files: in use, waiting, put aside.
各来源的文件交付：在用、等待、隔离。

  npm run -s deliveries -- list
  npm run -s deliveries -- report <file>
  npm run -s deliveries -- accept <file> [--by <name>]

  list     the delivery in use of each record type, with rows and age; what waits or was put aside, and why
  report   the report on a file, as it lies beside it
  accept   says that nothing of a delivery is missing: one that was put aside only because it shrank, that waits only for
           its proof, or that is in use without one; gateways follow at their next look
  --by     who releases it (default: the user of this machine); kept in the register
  --help   this text

DATABASE_URL names the database into which deliveries are staged.

Exit code: 0 done; 1 no such delivery, or it cannot be released; 2 wrong use, or no database.
`;

export interface DeliveriesIo {
  readonly stdout: { write(text: string): unknown };
  readonly stderr: { write(text: string): unknown };
  readonly databaseUrl: string | undefined;
  readonly user: string;
  readonly now: Date;
  readonly open: (url: string) => pg.Pool;
}

export async function runDeliveries(argv: readonly string[], io: DeliveriesIo): Promise<0 | 1 | 2> {
  const { stdout, stderr } = io;
  let given: ReturnType<typeof read>;
  try {
    given = read(argv);
  } catch {
    stderr.write(HELP);
    return 2;
  }
  const { positionals, values } = given;
  if (values.help === true) {
    stdout.write(HELP);
    return 0;
  }
  const [command, file, ...rest] = positionals;
  const wrong =
    command === 'list'
      ? file !== undefined
      : !['report', 'accept'].includes(command ?? '') || file === undefined;
  if (wrong || rest.length > 0) {
    stderr.write(HELP);
    return 2;
  }
  if (io.databaseUrl === undefined || io.databaseUrl === '') {
    stderr.write('Set DATABASE_URL. 请设置 DATABASE_URL。\n');
    return 2;
  }
  const pool = io.open(io.databaseUrl);
  // A connection that ends when its work is done is no news; queries report what matters.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  try {
    if (command === 'list') return await list(pool, io);
    return command === 'report'
      ? await report(pool, io, file!)
      : await accept(pool, io, file!, values.by ?? io.user);
  } catch (error) {
    const { code = 'unknown' } = error as { readonly code?: string };
    const NO_SCHEMA = ['3F000', '42P01', '42703'];
    const text = NO_SCHEMA.includes(code)
      ? 'No gateway has staged deliveries here yet. 此库尚无文件交付登记。'
      : `The database cannot be asked (${code}). 无法查询数据库。`;
    stderr.write(`${text}\n`);
    return 2;
  } finally {
    await pool.end();
  }
}

function read(argv: readonly string[]) {
  return parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: { by: { type: 'string' }, help: { type: 'boolean' } },
  });
}

async function list(pool: pg.Pool, { stdout, now }: DeliveriesIo): Promise<0> {
  const deliveries = await listDeliveries(pool);
  const rows = deliveries.map((delivery) => [
    delivery.source,
    delivery.record,
    delivery.file,
    stateText(delivery),
    delivery.rows === null ? '' : String(delivery.rows),
    ageText(now.getTime() - Date.parse(`${delivery.delivered}T00:00:00+08:00`)),
    keysText(delivery),
    faultsText(delivery),
  ]);
  const heading = [
    'source 来源',
    'record 记录',
    'file 文件',
    'state 状态',
    'rows 行数',
    'age 数据时龄',
    'keys 标识',
    'why 原因',
  ];
  stdout.write(rows.length === 0 ? 'No deliveries. 没有文件交付。\n' : columns([heading, ...rows]));
  return 0;
}

const STATES: Readonly<Record<RegisteredDelivery['state'], string>> = {
  active: 'in use 在用',
  waiting: 'waits 等待',
  quarantined: 'put aside 隔离',
  accepted: 'released 已放行',
  loading: 'loading 载入中',
  applied: 'applied 已并入',
  retired: 'was in use 曾用',
  replaced: 'redelivered 已重新交付',
};

function stateText({ state, acceptedBy }: RegisteredDelivery): string {
  return acceptedBy === null ? STATES[state] : `${STATES[state]} (${acceptedBy})`;
}

/** `3 nobody's 无法识别, 2 masked 已遮盖`. */
function keysText({ keys, state }: RegisteredDelivery): string {
  if (keys === null || !['active', 'waiting'].includes(state)) return '';
  const spoilt = keys.spoilt === 0 ? [] : [`${keys.spoilt} nobody's 无法识别`];
  const masked = keys.masked === 0 ? [] : [`${keys.masked} masked 已遮盖`];
  const { dropped, keyless } = keys.leftOut;
  const out = [
    ...(dropped === 0 ? [] : [`${dropped} no records 非记录行`]),
    ...(keyless === 0 ? [] : [`${keyless} without a key 无标识已跳过`]),
  ];
  return [...spoilt, ...masked, ...out].join(', ');
}

function faultsText({ findings, state, whole }: RegisteredDelivery): string {
  const faults = findings.map(({ fault }) => fault);
  // In use, and still nobody has said that it is all.
  return [...new Set(state === 'active' && !whole ? ['UNPROVEN', ...faults] : faults)].join(', ');
}

/** Days, or hours of the first two. */
function ageText(milliseconds: number): string {
  const hours = Math.max(0, Math.floor(milliseconds / 3_600_000));
  return hours < 48 ? `${hours} h` : `${Math.floor(hours / 24)} d`;
}

async function report(pool: pg.Pool, { stdout, stderr }: DeliveriesIo, file: string): Promise<0 | 1> {
  const found = (await listDeliveries(pool, file)).filter(({ findings }) => findings.length > 0);
  if (found.length === 0) {
    stderr.write('Nothing was found wrong with such a file. 没有该文件的问题报告。\n');
    return 1;
  }
  for (const delivery of found) {
    const { state: now } = delivery;
    const state = now === 'waiting' ? now : now === 'active' ? ('in use' as const) : ('quarantined' as const);
    stdout.write(writeReport({ ...delivery, state }));
  }
  return 0;
}

async function accept(
  pool: pg.Pool,
  { stdout, stderr }: DeliveriesIo,
  file: string,
  by: string,
): Promise<0 | 1> {
  if ((await acceptDelivery(pool, file, by)) > 0) {
    stdout.write('Released: the gateways follow at their next look. 已放行，网关下次检查时生效。\n');
    return 0;
  }
  stderr.write(
    'No such delivery was put aside for shrinking alone, waits for its proof alone, or is in use without one. ' +
      '没有仅因行数减少被隔离、仅待校验文件或未经校验即在用的该文件。\n',
  );
  return 1;
}
