// Agencies as they might be: subjects of whom the truth is known, their records under keys in random valid writings, and
// one fault or none. Everything follows from a number.
import type { Subject } from '../../connectors/contract.ts';
import { citizenIdAt, usccAt } from '../../connectors/sandbox/generator/identifiers.ts';
import { orgCodeCheck } from '../../schema/identifiers/org-code.ts';
import { parseCitizenId } from '../../schema/identifiers/citizen-id.ts';
import { completeUscc, parseUscc } from '../../schema/identifiers/uscc.ts';
import type { AgencyRow } from './bench.ts';

/** What is wrong with the agency or its data; the names are told in the title of a failure. */
export const dataFaults = [
  'none',
  'a wrong check place',
  'a place too few',
  'made a number',
  'rounded',
  'eaten zeros',
  'a name instead of a key',
  'no key',
  'two keys in one cell',
  'a masked key',
  'an unreadable day',
  'an unknown code',
  'nothing at all',
  'the control is gone',
  'somebody else’s rows alone',
] as const;
export const wireFaults = ['down', 'garbage'] as const;

export type DataFault = (typeof dataFaults)[number];
export type Fault = DataFault | (typeof wireFaults)[number];

export interface GeneratedAgency {
  readonly subjects: readonly Subject[];
  /** Ids of the subjects of whom there is a record, whatever became of it. */
  readonly barred: ReadonlySet<string>;
  readonly control: string;
  readonly rows: readonly AgencyRow[];
}

export type Random = () => number;

/** mulberry32. */
export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const pick = <T>(random: Random, list: readonly T[]): T => list[Math.floor(random() * list.length)]!;

const SUBJECTS = 16;

/** `organisations`: of organisations alone, for agencies that are asked for them. */
export function generateAgency(seed: number, fault: Fault): GeneratedAgency {
  const random = randomFrom(seed);
  const first = Math.floor(random() * 5000) + 100;
  const subjects = Array.from({ length: SUBJECTS }, (_, at): Subject => {
    const index = first + at;
    if (random() < 0.3) return { kind: 'Person', id: citizenIdAt(index) };
    return { kind: 'Organization', id: random() < 0.2 ? allDigits(index) : usccAt('91', index) };
  });
  const control = usccAt('91', first + SUBJECTS + 1);
  const stranger = usccAt('91', first + SUBJECTS + 2);
  const barred = subjects.filter(() => random() < 0.4);
  // The one the fault strikes has a record.
  const victim = barred[0] ?? subjects[0]!;
  const all = barred.includes(victim) ? barred : [victim, ...barred];
  const row = (key: string | null, more: Partial<AgencyRow> = {}): AgencyRow => ({
    ...{ code: key, doc: `D-${Math.floor(random() * 1e6)}`, amt: '1', day: '2026-03-01', st: '0' },
    ...more,
  });
  const others = all.filter((one) => one !== victim).map((one) => row(writing(random, one)));
  const always = row(writing(random, { kind: 'Organization', id: control }));
  const struck = strike(random, victim, fault, row, others[0]?.code ?? stranger);
  const rows =
    fault === 'nothing at all'
      ? []
      : fault === 'the control is gone'
        ? [row(stranger), ...others]
        : fault === 'somebody else’s rows alone'
          ? [row(stranger)]
          : [always, struck, ...others];
  return { subjects, barred: new Set(all.map(({ id }) => id)), control, rows: shuffled(random, rows) };
}

function strike(
  random: Random,
  { id, kind }: Subject,
  fault: Fault,
  row: (key: string | null, more?: Partial<AgencyRow>) => AgencyRow,
  other: string,
): AgencyRow {
  const written = writing(random, { id, kind });
  switch (fault) {
    case 'a wrong check place':
      return row(`${id.slice(0, 17)}${id.endsWith('0') ? '1' : '0'}`);
    case 'a place too few': {
      const at = Math.floor(random() * 18);
      return row(id.slice(0, at) + id.slice(at + 1));
    }
    case 'made a number':
      return row(`${id.slice(0, 1)}.${id.slice(1, 6).replace(/\D/g, '0')}E+17`);
    case 'rounded':
      return row(rounded(id, kind));
    case 'eaten zeros':
      return row(String(Math.floor(random() * 9e6) + 1e5));
    case 'a name instead of a key':
      return row('样例有限公司');
    case 'no key':
      return row(pick(random, [null, '', ' ', '-']));
    case 'two keys in one cell':
      return row(`${id}${pick(random, ['、', ';', '/', ' '])}${other}`.slice(0, 40));
    case 'a masked key': {
      const sign = pick(random, ['*', '×', '●', 'X', '＊', '…']);
      const covered = sign === '…' ? sign : sign.repeat(6);
      return row(`${id.slice(0, 6)}${covered}${id.slice(12)}`);
    }
    case 'an unreadable day':
      return row(written, { day: pick(random, ['2026-02-30', '某日', '0001-01-01 BC']) });
    case 'an unknown code':
      return row(written, { st: '7' });
    default:
      return row(written);
  }
}

/** A valid way to write a key; every one of them is its subject's. */
function writing(random: Random, { id, kind }: Subject): string {
  const ways: readonly ((text: string) => string)[] = [
    (text) => text,
    (text) => text,
    (text) => text,
    (text) => text.toLowerCase(),
    (text) => ` ${text}`,
    (text) => `${text} `,
    (text) => `'${text}`,
    (text) => `${text.slice(0, 6)}-${text.slice(6)}`,
    (text) => `${text.slice(0, 8)}\u200B${text.slice(8)}`,
    (text) => `${text.slice(0, 4)} ${text.slice(4, 8)} ${text.slice(8)}`,
    (text) => `代码：${text}`,
    (text) => text.replace(/[0-9]/g, (digit) => String.fromCharCode(digit.charCodeAt(0) + 0xfee0)),
  ];
  const inner = id.slice(8, 17);
  // An organisation code whose own check place is wrong is nobody's where it stands alone.
  const orgCode = kind === 'Organization' && random() < 0.2 && orgCodeCheck(inner) === inner[8];
  return pick(random, ways)(orgCode ? inner : id);
}

/**
 * Fifteen digits and zeros that are no key. By chance one in eleven citizen numbers stays a valid one, of somebody else;
 * that nobody can tell from a row of his, and a spreadsheet rounds a whole column.
 */
function rounded(id: string, kind: Subject['kind']): string {
  const digits = id.replace(/\D/g, '1').slice(0, 14);
  for (let last = 0; ; last += 1) {
    const text = `${digits}${last}000`;
    if ((kind === 'Person' ? parseCitizenId(text) : parseUscc(text)).ok) continue;
    return text;
  }
}

/** A code that is a number to whoever does not know better. */
function allDigits(index: number): string {
  for (let at = index * 100; ; at += 1) {
    const code = completeUscc(`11420200${String(at).padStart(9, '0').slice(-9)}`);
    if (/^[0-9]{18}$/.test(code)) return code;
  }
}

function shuffled<T>(random: Random, list: readonly T[]): readonly T[] {
  return list
    .map((one) => [random(), one] as const)
    .sort(([a], [b]) => a - b)
    .map(([, one]) => one);
}
