// Reads what the audit log has gained since the last look, so that a long run does not read it from the start each time.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Entries of the log at `directory` since the previous call, oldest first. */
export function auditTail(directory: string): () => readonly any[] {
  const seen = new Map<string, number>();
  return () =>
    readdirSync(directory)
      .filter((name) => name.endsWith('.jsonl'))
      .sort()
      .flatMap((name) => {
        const bytes = readFileSync(join(directory, name)).subarray(seen.get(name) ?? 0);
        const end = bytes.lastIndexOf(0x0a) + 1;
        seen.set(name, (seen.get(name) ?? 0) + end);
        return bytes.subarray(0, end).toString('utf8').split('\n').filter(Boolean);
      })
      .map((line) => JSON.parse(line) as unknown);
}
