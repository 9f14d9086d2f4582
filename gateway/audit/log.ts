/**
 * The append-only log. `append` chains an entry at once, `durable` resolves when it is on disk.
 * INVARIANT: `durable` resolves only after a successful fdatasync of the entry. The first failed write or sync ends
 * the log for good: a failed fsync may have dropped pages that a second one would report as written.
 */
import type { KeyObject } from 'node:crypto';
import { dirname } from 'node:path';
import { appendAnchor } from './anchor.ts';
import { AuditError, systemCode } from './audit-error.ts';
import { keyIdOf, signCheckpoint, type Checkpoint } from './checkpoint.ts';
import { encodeEntry, type AuditBody, type Head } from './entry.ts';
import { lockDirectory, type DirectoryLock } from './lock.ts';
import { recover, type Recovery } from './recovery.ts';
import { openSegment, segmentOf, syncDirectory, type OpenSegment, type SegmentFile } from './segment.ts';

export interface AuditLogOptions {
  readonly directory: string;
  /** Ed25519. Without it there are no checkpoints. */
  readonly signingKey?: KeyObject;
  readonly clock: () => Date;
  /** Called once, when a write or sync failed: the process must stop answering. */
  readonly onFatal: (error: Error) => void;
  /** A segment that a batch would make larger than this is left for a new one. Bytes; default 256 MiB. */
  readonly segmentBytes?: number;
  /** Entries between two checkpoints; default 10,000. */
  readonly checkpointEvery?: number;
  /** How much may wait for the disk, in UTF-16 units (bytes, for ASCII); default 64 Mi. */
  readonly queueCharacters?: number;
  /** Checkpoints are appended here too, once they are durable. Best on another machine. */
  readonly anchorFile?: string;
  /** Told of every group of entries that has reached the disk. */
  readonly onCommit?: (commit: { readonly milliseconds: number; readonly entries: number }) => void;
  /** How segments are opened; tests give files that fail. */
  readonly openSegment?: OpenSegment;
}

export interface AuditLog {
  /**
   * Chains and queues an entry; it is not durable yet.
   * @returns its number
   * @throws AuditError AUDIT_QUEUE_FULL, AUDIT_ENTRY_INVALID, AUDIT_ENTRY_TOO_LARGE, AUDIT_FAILED, AUDIT_CLOSED
   */
  append(body: AuditBody): number;
  /** The same, for whoever must cite the entry. @returns its number and hash */
  appendAt(body: AuditBody): Head;
  /** Resolves when entry `seq` and all before it are on disk. @throws AuditError AUDIT_FAILED, AUDIT_SEQ_UNKNOWN */
  durable(seq: number): Promise<void>;
  /** The last entry appended, durable or not. */
  readonly head: Head;
  /** Number of the last entry that is on disk; 0 for none. */
  readonly durableSeq: number;
  /** False once closed or failed. */
  readonly healthy: boolean;
  /** What waits for the disk, in UTF-16 units. */
  readonly queued: number;
  /** Writes a last checkpoint, syncs, and gives the directory free. @throws AuditError AUDIT_FAILED */
  close(): Promise<void>;
}

/** `lastSeq` is the last entry found, before anything this run appends. */
export interface Recovered {
  readonly cutBytes: number;
  readonly lastSeq: number;
}

const DEFAULTS = {
  segmentBytes: 256 * 1024 * 1024,
  checkpointEvery: 10_000,
  queueCharacters: 64 * 1024 * 1024,
};

/**
 * Opens the log for this process alone, cuts and reports a torn tail.
 * @throws AuditError AUDIT_LOCKED, AUDIT_CHAIN_BROKEN, AUDIT_FAILED; the system error of a directory it cannot use
 */
export async function openAuditLog(
  options: AuditLogOptions,
): Promise<{ log: AuditLog; recovered: Recovered }> {
  const { directory, openSegment: openFile = openSegment } = options;
  const lock = await lockDirectory(directory);
  try {
    const recovery = await recover(directory);
    const segment = recovery.segment ?? segmentOf(directory, 1);
    const file = await openFile(segment.path, recovery.segment === undefined ? 'ax' : 'a');
    if (recovery.segment === undefined) {
      await syncDirectory(directory);
      await syncDirectory(dirname(directory));
    }
    const log = new GroupCommitLog(options, lock, recovery, file, segment.number);
    if (recovery.cutBytes > 0) {
      await log.durable(
        log.append({ kind: 'recovered', segment: segment.name, cutBytes: recovery.cutBytes }),
      );
    }
    return { log, recovered: { cutBytes: recovery.cutBytes, lastSeq: recovery.head.seq } };
  } catch (error) {
    await lock.release();
    throw error;
  }
}

interface Waiter {
  readonly seq: number;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

class GroupCommitLog implements AuditLog {
  readonly #options: AuditLogOptions & typeof DEFAULTS;
  readonly #lock: DirectoryLock;
  readonly #keyId: string;
  #file: SegmentFile;
  #segmentNumber: number;
  #segmentBytes: number;
  #head: Head;
  #durableSeq: number;
  #sinceCheckpoint: number;
  #lines: string[] = [];
  #queued = 0;
  #waiters: Waiter[] = [];
  #state: 'open' | 'closing' | 'closed' | 'failed' = 'open';
  #failure: AuditError | undefined;
  #committing: Promise<void> | undefined;
  #newCheckpoint: Checkpoint | undefined;
  #toAnchor: Checkpoint | undefined;
  #anchoring: Promise<void> | undefined;
  #closing: Promise<void> | undefined;

  constructor(
    options: AuditLogOptions,
    lock: DirectoryLock,
    recovery: Recovery,
    file: SegmentFile,
    segmentNumber: number,
  ) {
    this.#options = { ...DEFAULTS, ...options };
    this.#lock = lock;
    this.#keyId = options.signingKey === undefined ? '' : keyIdOf(options.signingKey);
    this.#file = file;
    this.#segmentNumber = segmentNumber;
    this.#segmentBytes = recovery.segmentBytes;
    this.#head = { seq: recovery.head.seq, hash: recovery.head.hash };
    this.#durableSeq = recovery.head.seq;
    this.#sinceCheckpoint = recovery.sinceCheckpoint;
  }

  get head(): Head {
    return this.#head;
  }

  get durableSeq(): number {
    return this.#durableSeq;
  }

  get healthy(): boolean {
    return this.#state === 'open';
  }

  get queued(): number {
    return this.#queued;
  }

  append(body: AuditBody): number {
    return this.appendAt(body).seq;
  }

  appendAt(body: AuditBody): Head {
    if (this.#state !== 'open') throw this.#refusal();
    if (this.#queued >= this.#options.queueCharacters) {
      throw new AuditError('AUDIT_QUEUE_FULL', 'the audit log cannot be written as fast as it grows');
    }
    const entry = this.#chain(body);
    if (this.#sinceCheckpoint >= this.#options.checkpointEvery) this.#chainCheckpoint();
    this.#committing ??= this.#commit();
    return entry;
  }

  durable(seq: number): Promise<void> {
    if (seq <= this.#durableSeq) return Promise.resolve();
    if (this.#state === 'failed') return Promise.reject(this.#refusal());
    if (!(seq <= this.#head.seq)) {
      return Promise.reject(new AuditError('AUDIT_SEQ_UNKNOWN', 'no such entry has been appended'));
    }
    return new Promise((resolve, reject) => this.#waiters.push({ seq, resolve, reject }));
  }

  close(): Promise<void> {
    return (this.#closing ??= this.#close());
  }

  #chain(body: AuditBody): Head {
    const { line, head } = encodeEntry(this.#head, this.#options.clock().toISOString(), body);
    this.#head = head;
    this.#lines.push(line);
    this.#queued += line.length;
    this.#sinceCheckpoint += 1;
    return head;
  }

  #chainCheckpoint(): void {
    const { signingKey, clock } = this.#options;
    this.#sinceCheckpoint = 0;
    if (signingKey === undefined) return;
    const checkpoint = signCheckpoint(this.#head, clock().toISOString(), signingKey, this.#keyId);
    this.#chain({ kind: 'checkpoint', ...checkpoint });
    this.#sinceCheckpoint = 0;
    if (this.#options.anchorFile !== undefined) this.#newCheckpoint = checkpoint;
  }

  /** Batch after batch, without a pause or a timer, for as long as something is queued. Never rejects. */
  async #commit(): Promise<void> {
    try {
      // Whatever else is appended in this turn of the event loop shares the first write.
      await new Promise((resolve) => setImmediate(resolve));
      while (this.#lines.length > 0) {
        const bytes = Buffer.from(this.#lines.join(''));
        const last = this.#head.seq;
        const entries = last - this.#durableSeq;
        const started = performance.now();
        const checkpoint = this.#newCheckpoint;
        this.#lines = [];
        this.#queued = 0;
        this.#newCheckpoint = undefined;
        await this.#rotateFor(bytes.length);
        await this.#file.write(bytes);
        await this.#file.sync();
        this.#segmentBytes += bytes.length;
        this.#durableSeq = last;
        this.#release();
        this.#options.onCommit?.({ milliseconds: performance.now() - started, entries });
        if (checkpoint !== undefined) this.#anchor(checkpoint);
      }
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#committing = undefined;
    }
  }

  #release(): void {
    const waiting = this.#waiters;
    this.#waiters = [];
    for (const waiter of waiting) {
      if (waiter.seq <= this.#durableSeq) waiter.resolve();
      else this.#waiters.push(waiter);
    }
  }

  async #rotateFor(bytes: number): Promise<void> {
    const { directory, segmentBytes, openSegment: openFile = openSegment } = this.#options;
    if (this.#segmentBytes === 0 || this.#segmentBytes + bytes <= segmentBytes) return;
    const next = await openFile(segmentOf(directory, this.#segmentNumber + 1).path, 'ax');
    const full = this.#file;
    this.#file = next;
    this.#segmentNumber += 1;
    this.#segmentBytes = 0;
    await full.close();
    await syncDirectory(directory);
  }

  #fail(cause: unknown): void {
    const message = 'the audit log could not be written; nothing more may be answered';
    this.#failure = new AuditError('AUDIT_FAILED', message, { cause });
    this.#state = 'failed';
    this.#lines = [];
    const waiting = this.#waiters;
    this.#waiters = [];
    for (const waiter of waiting) waiter.reject(this.#failure);
    this.#options.onFatal(this.#failure);
  }

  #refusal(): AuditError {
    return this.#failure ?? new AuditError('AUDIT_CLOSED', 'the audit log has been closed');
  }

  /** Off the commit path: a slow anchor delays nobody, and one waiting checkpoint replaces an older one. */
  #anchor(checkpoint: Checkpoint): void {
    this.#toAnchor = checkpoint;
    this.#anchoring ??= this.#writeAnchors();
  }

  async #writeAnchors(): Promise<void> {
    const { anchorFile } = this.#options;
    while (this.#toAnchor !== undefined && anchorFile !== undefined) {
      const checkpoint = this.#toAnchor;
      this.#toAnchor = undefined;
      try {
        await appendAnchor(anchorFile, checkpoint);
      } catch (error) {
        // The log itself is sound; that its anchor is not is written where the auditor looks.
        if (this.#state === 'failed' || this.#state === 'closed') continue;
        this.#chain({
          kind: 'anchor-failed',
          coversSeq: checkpoint.coversSeq,
          code: systemCode(error) ?? 'UNKNOWN',
        });
        this.#committing ??= this.#commit();
      }
    }
    this.#anchoring = undefined;
  }

  async #close(): Promise<void> {
    if (this.#state === 'open') {
      this.#state = 'closing';
      if (this.#sinceCheckpoint > 0) this.#chainCheckpoint();
      if (this.#lines.length > 0) this.#committing ??= this.#commit();
    }
    await this.#committing;
    await this.#anchoring;
    await this.#committing;
    if (this.#state === 'closing') this.#state = 'closed';
    await this.#file.close().catch((error: unknown) => {
      if (this.#failure === undefined) throw error;
    });
    await this.#lock.release();
    if (this.#failure !== undefined) throw this.#failure;
  }
}
