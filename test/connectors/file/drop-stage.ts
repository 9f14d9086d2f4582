// A drop box, a staging database and as many gateways as a test wants, with what they said.
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import iconv from 'iconv-lite';
import pg from 'pg';
import { type Connector, type Subject } from '../../../connectors/contract.ts';
import { makeConnector } from '../../../connectors/connector.ts';
import { type FileOptions, openFile } from '../../../connectors/file/connect.ts';
import type { FileManifest } from '../../../connectors/manifest.ts';
import { usccAt } from '../../../connectors/sandbox/generator/identifiers.ts';
import { startPostgres } from '../../../connectors/sandbox/postgres/postgres.ts';
import { type Delivery, unwatched } from '../../../connectors/watch.ts';
import { type Bench, ask, numbersOf, probeManifest } from '../../contract/bench.ts';

export const now = new Date('2026-03-10T12:00:00+08:00');
export const subject = (index: number): Subject => ({ kind: 'Organization', id: usccAt('91', index) });

export interface Said {
  readonly message: string;
  readonly reason?: unknown;
  readonly error?: unknown;
  readonly rows?: unknown;
}

export interface DropStage {
  readonly url: string;
  readonly database: pg.Pool;
  /** Made anew by `reset`. */
  readonly drop: () => string;
  readonly said: () => readonly Said[];
  readonly told: () => readonly Delivery[];
  reset(): Promise<void>;
  /** Ends every gateway. */
  closeAll(): Promise<void>;
  manifest(delivery: string, directory?: string): FileManifest;
  /** Opens a gateway's view of the source; closed by `reset`. */
  start(delivery: string, options?: Partial<FileOptions>, directory?: string): Promise<Connector>;
  numbers(gateway: Connector, subject: Subject): Promise<unknown[]>;
  /** `[file, state, reason]` of listings, in the order in which they were registered. */
  registered(): Promise<unknown[]>;
  stop(): Promise<void>;
}

export async function openDropStage(): Promise<DropStage> {
  const root = mkdtempSync(join(tmpdir(), 'files-'));
  const server = await startPostgres({ directory: root, port: 0 });
  const url = server.url('postgres');
  const database = new pg.Pool({ connectionString: url, max: 2 });
  database.on('error', () => undefined);
  database.on('connect', (client) => client.on('error', () => undefined));
  let drop = '';
  let open: Connector[] = [];
  let said: Said[] = [];
  let told: Delivery[] = [];

  const closeAll = async (): Promise<void> => {
    const closing = open;
    open = [];
    await Promise.all(closing.map((connector) => connector.close()));
  };
  const clear = async (): Promise<void> => {
    await closeAll();
    if (drop !== '') await rm(drop, { recursive: true, force: true });
  };

  const manifest = (delivery: string, directory = drop): FileManifest => {
    const format = delivery.includes('format:') ? '' : 'format: csv, ';
    const bench = {
      environment: { PROBE_ADDRESS: directory },
      manifest: () => ({
        top: 'transport: file',
        listings: `delivery: { pattern: listings-*.csv, ${format}encoding: gb18030, ${delivery} }`,
        awards: 'delivery: { pattern: awards-*.jsonl, format: jsonl }',
      }),
    } as unknown as Bench;
    return probeManifest(bench) as FileManifest;
  };

  return {
    url,
    database,
    drop: () => drop,
    said: () => said,
    told: () => told,
    manifest,
    closeAll,
    reset: async () => {
      await clear();
      await database.query('DROP SCHEMA IF EXISTS staging CASCADE');
      drop = mkdtempSync(join(tmpdir(), 'drop-'));
      said = [];
      told = [];
    },
    start: async (delivery, options = {}, directory = drop) => {
      const say = (context: Readonly<Record<string, unknown>>, message: string): void =>
        void said.push({ message, ...context });
      const log = { info: say, warn: say, error: say };
      const watch = { ...unwatched, delivered: (one: Delivery) => void told.push(one) };
      const read = manifest(delivery, directory);
      const given = { stagingUrl: url, clock: () => now, log, watch, interval: 50, grace: 200, ...options };
      const transport = openFile(read, given);
      const connector = makeConnector(read, transport, { clock: () => now, log });
      open.push(connector);
      await transport.ready;
      return connector;
    },
    numbers: async (gateway, asked) =>
      numbersOf(await ask(gateway, [asked], { Listing: ['number'] }), asked.id),
    registered: async () => {
      const found = await database.query<{ file: string; state: string; reason: string | null }>(
        `SELECT file, state, reason FROM staging.delivery WHERE record = 'Listing' ORDER BY id`,
      );
      return found.rows.map(({ file, state, reason }) =>
        reason === null ? [file, state] : [file, state, reason],
      );
    },
    stop: async () => {
      await clear();
      await database.end();
      await server.stop();
      await rm(root, { recursive: true, force: true });
    },
  };
}

export const csv = (...lines: string[]): Buffer =>
  iconv.encode(['code,doc,amt,day,st', ...lines, ''].join('\r\n'), 'gb18030');
export const listing = ({ id }: Subject, doc: string): string => `${id},${doc},1,2026-03-01,0`;
export const changes = (...lines: string[]): Buffer =>
  iconv.encode(['操作,code,doc,amt,day,st', ...lines, ''].join('\r\n'), 'gb18030');
