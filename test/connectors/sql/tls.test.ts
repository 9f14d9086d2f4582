// Encrypted connections to real servers, and what is said of those that are not.
import { chmodSync, chownSync, copyFileSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { claimPort } from '../../../connectors/sandbox/loopback-port.ts';
import { startPostgres } from '../../../connectors/sandbox/postgres/postgres.ts';
import { unprivilegedUser } from '../../../connectors/sandbox/postgres/system-user.ts';
import type { SqlSession, Tls } from '../../../connectors/sql/dialect.ts';
import { openMysql } from '../../../connectors/sql/mysql.ts';
import { openPostgres } from '../../../connectors/sql/postgres.ts';
import { readTls } from '../../../connectors/sql/tls.ts';
import { type Authority, openCertificates } from '../credentials/certificates.ts';
import { hasMariadbProgram, startPrivateMariadb } from './private-mariadb.ts';

const certificates = openCertificates();
let directory: string;
let authority: Authority;
let other: Authority;
let files: { readonly cert: string; readonly key: string };
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'sql-tls-'));
  chmodSync(directory, 0o755);
  authority = certificates.authority('agency-authority');
  other = certificates.authority('foreign-authority');
  const server = authority.issue('database', { server: true });
  files = { cert: join(directory, 'server.crt'), key: join(directory, 'server.key') };
  copyFileSync(server.certFile, files.cert);
  copyFileSync(server.keyFile, files.key);
  chmodSync(files.key, 0o600);
  const user = await unprivilegedUser();
  if (user) for (const file of Object.values(files)) chownSync(file, user.uid, user.gid);
});
afterAll(async () => {
  certificates.remove();
  await rm(directory, { recursive: true, force: true });
});

interface Server {
  address(host: string): string;
  open(address: string, tls: Tls): SqlSession;
  /** Says whether the connection is encrypted, by its only column that is not empty then. */
  readonly question: string;
  stop(): Promise<void>;
}

const limits = { source: 'probe', concurrency: 1, deadline: 5000, bytes: 10_000 };

async function encryptedPostgres(): Promise<Server> {
  mkdirSync(join(directory, 'postgres'));
  const settings = { ssl: 'on', ssl_cert_file: files.cert, ssl_key_file: files.key };
  const server = await startPostgres({ directory: join(directory, 'postgres'), port: 0, settings });
  return {
    address: (host) => server.url('postgres').replace('127.0.0.1', host),
    open: (address, tls) => openPostgres({ ...limits, address, tls }),
    question: `SELECT version, 1 FROM pg_stat_ssl WHERE pid = pg_backend_pid()`,
    stop: () => server.stop(),
  };
}

async function encryptedMariadb(): Promise<Server> {
  const port = await claimPort(0, 'MariaDB', 'PORT');
  const server = await startPrivateMariadb(directory, port, [
    `--ssl-cert=${files.cert}`,
    `--ssl-key=${files.key}`,
  ]);
  return {
    address: (host) => `mysql://root@${host}:${port}/mysql`,
    open: (address, tls) => openMysql({ ...limits, address, tls }),
    question: `SELECT variable_value, 1 FROM information_schema.session_status WHERE variable_name = 'SSL_VERSION'`,
    stop: () => server.stop(),
  };
}

const servers: [string, () => Promise<Server>][] = [['PostgreSQL', encryptedPostgres]];
if (hasMariadbProgram) servers.push(['MariaDB', encryptedMariadb]);

describe.each(servers)('%s', (_name, start) => {
  let server: Server;
  beforeAll(async () => {
    server = await start();
  }, 60_000);
  afterAll(() => server?.stop());

  const ask = async (host: string, tls: Tls): Promise<unknown> => {
    const session = server.open(server.address(host), tls);
    const rows: unknown[] = [];
    try {
      const statement = { text: server.question, values: [], width: 2 };
      await session.run(statement, (row) => rows.push(row[0]), new AbortController().signal);
      return rows;
    } catch (error) {
      return (error as { code?: unknown }).code;
    } finally {
      await session.close();
    }
  };

  test('a server the authority vouches for is believed, and spoken to in secret', async () => {
    expect(await ask('localhost', { kind: 'on', ca: authority.cert })).toEqual([
      expect.stringMatching(/^TLSv1\.[23]$/),
    ]);
  });

  test('a server somebody else vouches for is not, nor one nobody knows', async () => {
    expect(await ask('localhost', { kind: 'on', ca: other.cert })).toBe('SOURCE_UNREACHABLE');
    expect(await ask('localhost', { kind: 'on' })).toBe('SOURCE_UNREACHABLE');
  });

  test('by number it is asked for the name the manifest gives', async () => {
    const on = { kind: 'on', ca: authority.cert } as const;
    expect(await ask('127.0.0.1', { ...on, serverName: 'localhost' })).toHaveLength(1);
    expect(await ask('127.0.0.1', { ...on, serverName: 'elsewhere.example' })).toBe('SOURCE_UNREACHABLE');
  });

  test('off is off', async () => {
    const rows = (await ask('localhost', { kind: 'off' })) as unknown[];
    expect(rows[0] ?? '').toBe('');
  });
});

describe('what an address and a manifest say', () => {
  const read = (
    address: string,
    written?: Parameters<typeof readTls>[0],
  ): readonly [Tls, readonly string[]] => {
    const problems: string[] = [];
    const tls = readTls(written, address, { AGENCY_CA: authority.cert }, (_path, message) => {
      problems.push(message);
    });
    return [tls, problems];
  };

  test('another host without a word is a problem, this machine is not', () => {
    for (const address of ['postgres://u:secret@db.example/x', 'mysql://u:secret@10.0.0.7/x']) {
      const [, problems] = read(address);
      expect(problems).toEqual([expect.stringMatching(/^address: is on another host/)]);
      expect(problems.join()).not.toContain('secret');
      expect(read(address, 'off')).toEqual([{ kind: 'off' }, []]);
    }
    expect(read('postgres://u@localhost/x?host=db.example')[1]).toHaveLength(1);
    for (const address of ['postgres://u@127.0.0.1/x', 'mysql://u@[::1]/x', 'postgres://u@/x?host=/run/pg']) {
      expect(read(address)).toEqual([{ kind: 'off' }, []]);
    }
  });

  test('sslmode decides where the manifest says nothing, and what is encrypted is verified', () => {
    const ca = join(directory, 'authority.pem');
    writeFileSync(ca, authority.cert);
    expect(read(`postgres://u@db.example/x?sslmode=require&sslrootcert=${ca}`)).toEqual([
      { kind: 'on', ca: authority.cert },
      [],
    ]);
    expect(read('mysql://u@db.example/x?ssl-mode=VERIFY_IDENTITY')).toEqual([{ kind: 'on' }, []]);
    expect(read('postgres://u@db.example/x?sslmode=disable')).toEqual([{ kind: 'off' }, []]);
    expect(read('postgres://u@db.example/x?sslmode=prefer')[1]).toHaveLength(1);
    expect(read('postgres://u@db.example/x?sslmode=disable', 'on')).toEqual([{ kind: 'on' }, []]);
  });

  test('files and variables of the manifest are read, and what cannot be is named', () => {
    expect(read('mysql://u@db.example/x', { ca: '${AGENCY_CA}' })[0]).toMatchObject({
      ca: authority.cert.trim(),
    });
    expect(read('mysql://u@db.example/x', { ca: 'file:/nowhere.pem' })[1]).toEqual([
      'sql.tls.ca: cannot read /nowhere.pem',
    ]);
    expect(read('mysql://u@10.0.0.7/x', 'on')[1]).toEqual([expect.stringContaining('serverName')]);
  });
});
