// Why a delivery is put aside or waits. Findings name lines and columns, never values, and are what the agency is told.

/** Closed list; docs/manifests.md explains each. */
export const deliveryFaults = [
  'ENCODING',
  'EMPTY',
  'DUPLICATE_HEADER',
  'MISSING_COLUMN',
  'REORDERED',
  'SHORT_ROW',
  'UNREADABLE',
  'TOO_LARGE',
  'NO_KEY',
  'UNUSABLE_KEY',
  'LEFT_OUT',
  'DUPLICATE_KEY',
  'SPOILT',
  'FORMULA',
  'UNKNOWN_OPERATION',
  'TRUNCATED',
  'COUNT',
  'HASH',
  'SHRUNKEN',
  'OLDER',
  'FUTURE',
  'LINK',
  'GAP',
  'UNPROVEN',
] as const;

export type DeliveryFault = (typeof deliveryFaults)[number];

/** One kind of mistake: how often it occurs, and the first lines on which it does. */
export interface Finding {
  readonly fault: DeliveryFault;
  /** English, without values; names of columns and files at most. */
  readonly reason: string;
  readonly column?: string | undefined;
  readonly count: number;
  /** Lines (rows of a sheet) of the first of them, counted from 1. */
  readonly lines: readonly number[];
}

export class DeliveryProblem extends Error {
  override readonly name = 'DeliveryProblem';
  readonly findings: readonly Finding[];

  constructor(findings: readonly Finding[]) {
    super(findings.map(writeFinding).join('; '));
    this.findings = findings;
  }

  get fault(): DeliveryFault {
    return this.findings[0]?.fault ?? 'UNREADABLE';
  }
}

/** A problem with the delivery as a whole, or with the one line at which reading ended. */
export function problem(
  fault: DeliveryFault,
  reason: string,
  at: { readonly line?: number; readonly column?: string } = {},
): DeliveryProblem {
  const { line, column } = at;
  return new DeliveryProblem([{ fault, reason, column, count: 1, lines: line === undefined ? [] : [line] }]);
}

/** `SHORT_ROW: shorter than the header, on line 3 and 12 more`. */
export function writeFinding({ fault, reason, column, count, lines }: Finding): string {
  const subject = column === undefined ? '' : `column ${column} `;
  const more = count > lines.length && lines.length > 0 ? ` and ${count - lines.length} more` : '';
  const places = lines.length === 0 ? '' : `, on line${lines.length > 1 ? 's' : ''} ${lines.join(', ')}`;
  return `${fault}: ${subject}${reason}${places}${more}`;
}

const MOST_LINES = 10;
const MOST_KINDS = 40;

/** Gathers what is wrong with rows while reading goes on, so that an agency hears of everything at once. */
export class Findings {
  readonly #kinds = new Map<
    string,
    { fault: DeliveryFault; reason: string; column?: string | undefined; count: number; lines: number[] }
  >();

  get none(): boolean {
    return this.#kinds.size === 0;
  }

  add(fault: DeliveryFault, reason: string, line: number, column?: string): void {
    const kind = `${fault} ${reason} ${column ?? ''}`;
    let known = this.#kinds.get(kind);
    if (known === undefined) {
      if (this.#kinds.size >= MOST_KINDS) return;
      this.#kinds.set(kind, (known = { fault, reason, column, count: 0, lines: [] }));
    }
    known.count += 1;
    if (known.lines.length < MOST_LINES) known.lines.push(line);
  }

  get all(): readonly Finding[] {
    return [...this.#kinds.values()];
  }

  /**
   * `also`: what is to be told with it, and puts nothing aside by itself.
   * @throws DeliveryProblem when anything was found
   */
  end(also: readonly Finding[] = []): void {
    if (!this.none) throw new DeliveryProblem([...this.all, ...also]);
  }
}
