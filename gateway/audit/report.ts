/** The sentences in which the log's state and findings are told to an auditor. Nothing in them moves the terminal. */
import type { AuditEntry, Frame, Json } from './entry.ts';
import type { VerifyReport } from './verify.ts';
import type { BadEntry } from './walk.ts';

export const AUDIT_HELP = `Reads the audit log. Nothing is ever changed by it, and it may run beside the gateway.

  npm run -s audit -- verify              is every entry as it was written, and none missing?
  npm run -s audit -- find [what]         who read what, when, for which purpose, under which case number?
  npm run -s audit -- show <number>       one entry, whole
  npm run -s audit -- head                number and hash of the last entry

Options
  --directory <path>       the log; default $AUDIT_DIRECTORY or data/audit
  --json                   for programs: one JSON object, for find one a line
  --help                   this text

verify
  --public-key <file>      checks the signatures of checkpoints; may be given several times, after a change of keys;
                           default $AUDIT_PUBLIC_KEY_FILE or data/keys/audit-signing.key.pub, if it exists
  --anchor <file>          compares with checkpoints kept elsewhere: only they can show that the end was removed

find (all that is given must match)
  --subject <identifier>   a unified social credit code or citizen id, in full
  --pseudonym-key <file>   needed for --subject; default $PSEUDONYM_KEY_FILE or data/keys/pseudonym.key
  --consumer <name>        the consuming system
  --user <name>            the human behind it
  --case <number>          the case number given
  --from <date>            2026-05, 2026-05-03 or 2026-05-03T08:00Z
  --to <date>              likewise; a month or day is included as a whole
  --offset <offset>        of months and days from UTC, such as +08:00; default Z

Exit code: 0 sound, found; 1 broken chain, nothing found; 2 wrong use or unreadable files.
`;

const count = (number: number, noun: string): string =>
  `${number.toLocaleString('en-US')} ${number === 1 ? noun : noun === 'entry' ? 'entries' : `${noun}s`}`;

export function describeProblem({ seq, file, line, byte, reason }: BadEntry): string {
  return `BROKEN at entry ${seq} (${file} line ${line}, byte ${byte}): ${reason}\n`;
}

export function describeVerification(report: VerifyReport): string {
  const { entries, segments, head, checkpoints, signatures, coveredSeq, anchors, tornBytes, problem } =
    report;
  if (problem !== undefined)
    return `${describeProblem(problem)}${count(entries, 'entry')} before it are sound.\n`;
  const signed = signatures === 'checked' ? 'signed checkpoint' : 'checkpoint';
  const parts = [
    `OK: ${count(entries, 'entry')} in ${count(segments, 'segment')}`,
    `head ${head.seq} sha256:${head.hash}`,
    count(checkpoints, signed),
    ...(anchors === undefined ? [] : [`${count(anchors, 'anchored checkpoint')} agreed with`]),
  ];
  const notes: string[] = [];
  if (signatures === 'unchecked' && checkpoints > 0) {
    notes.push('The signatures of the checkpoints were not checked: no --public-key.');
  }
  // The checkpoint itself is the entry after the one it covers.
  if (coveredSeq + 1 < head.seq) {
    notes.push(
      `No checkpoint covers entries ${coveredSeq + 1} to ${head.seq} yet; the chain alone protects them.`,
    );
  }
  if (tornBytes > 0) {
    notes.push(
      `The last line is unfinished (${count(tornBytes, 'byte')}): it is being written, or a crash left it and ` +
        'the next start will cut and report it.',
    );
  }
  return [parts.join(', '), ...notes].map((line) => `${line}\n`).join('');
}

export function describeHead(frame: Frame): string {
  return `entry ${frame.seq}, ${frame.time}, sha256:${frame.hash}\n`;
}

/** One line for one reading or refusal. */
export function describeFinding(entry: AuditEntry, outcome: AuditEntry | undefined): string {
  const caller = entry['caller'] as { readonly consumer?: Json } | undefined;
  const end =
    entry.kind === 'refusal'
      ? `refused ${text(entry['code'])}`
      : outcome === undefined
        ? 'no outcome recorded'
        : `outcome ${outcome.seq} ${outcome.time}`;
  return (
    `entry ${entry.seq}  ${entry.time}  ${text(caller?.consumer)}  user ${text(entry['user'])}  ` +
    `purpose ${text(entry['purpose'])}  case ${text(entry['case'])}  request ${text(entry['request'])}  ${end}${describeFilters(entry['filters'])}\n`
  );
}

/** What the sources were told to leave out: `  filters court CourtListing.recordStatus notIn REPAIRED or absent`. */
function describeFilters(filters: Json | undefined): string {
  const tests = membersOf(filters).flatMap(([source, records]) =>
    membersOf(records).flatMap(([record, list]) =>
      (Array.isArray(list) ? (list as readonly Json[]) : []).map((test) => {
        const { field, test: kind, orAbsent, ...constants } = Object.fromEntries(membersOf(test));
        const values = membersOf(constants).map(([name, value]) =>
          Array.isArray(value) ? value.map(text).join('|') : `${name} ${text(value)}`,
        );
        const absent = orAbsent === true ? ['or absent'] : [];
        return [`${text(source)} ${text(record)}.${text(field)}`, text(kind), ...values, ...absent].join(' ');
      }),
    ),
  );
  return tests.length === 0 ? '' : `  filters ${tests.join('; ')}`;
}

function membersOf(value: Json | undefined): (readonly [string, Json])[] {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : [];
}

export function describeSearch(found: number, searched: number): string {
  return `${found === 0 ? 'Nothing found' : `${count(found, 'finding')}`} in ${count(searched, 'entry')}.\n`;
}

/** An entry as JSON over several lines. */
export function describeEntry(entry: AuditEntry, intact: boolean): string {
  const note = intact ? '' : `BROKEN: the content of entry ${entry.seq} does not match its hash\n`;
  return `${printable(JSON.stringify(entry, null, 2))}\n${note}`;
}

function text(value: Json | undefined): string {
  if (value === undefined || value === null) return '-';
  return printable(typeof value === 'string' ? value : JSON.stringify(value)).replaceAll('\n', '\ufffd');
}

/** What callers wrote must not move the cursor or forge a line of the report. */
function printable(value: string): string {
  return value.replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, (sign) => (sign === '\n' ? '\n' : '\ufffd'));
}
