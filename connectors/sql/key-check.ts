// Tells in SQL which keys of a column are written as look-ups ask for them, so that a census of a million rows sends
// only the odd ones. What it lets pass must be just what key-forms.ts reads as a key in that writing.
import { CITIZEN_ID_WEIGHTS } from '../../schema/identifiers/citizen-id.ts';
import { ORG_CODE_WEIGHTS } from '../../schema/identifiers/org-code.ts';
import { USCC_ALPHABET, USCC_WEIGHTS } from '../../schema/identifiers/uscc.ts';
import type { KeyForm } from '../key-forms.ts';

/** How a database looks at texts, byte by byte whatever a column's collation takes for equal. */
export interface TextSql {
  /** A column as text. */
  text(column: string): string;
  /** Groups apart what the text's collation takes for equal. */
  exact(text: string): string;
  /** What `exact` made, as text again. */
  inexact(exact: string): string;
  /** `pattern` has neither quotes nor backslashes, and no lines: it is a constant of ours. */
  matches(text: string, pattern: string): string;
  /** The value of one place (from 1) in an alphabet, from 0. */
  valueAt(text: string, place: number, alphabet: string): string;
  /** The name of a column's type, where the database can say it. */
  typeOf?(column: string, from: string): string;
}

export const postgresText: TextSql = {
  text: (column) => `${column}::text COLLATE "C"`,
  exact: (text) => text,
  inexact: (exact) => exact,
  matches: (text, pattern) => `${text} ~ '${pattern}'`,
  valueAt: (text, place, alphabet) => `(strpos('${alphabet}', substr(${text}, ${place}, 1)) - 1)`,
  // A type without a row: nothing is read.
  typeOf: (column, from) => `pg_typeof((SELECT ${column} FROM ${from} LIMIT 0))::text`,
};

export const mysqlText: TextSql = {
  text: (column) => `CONVERT(${column} USING utf8mb4) COLLATE utf8mb4_bin`,
  exact: (text) => `CAST(${text} AS BINARY)`,
  inexact: (exact) => `CONVERT(${exact} USING utf8mb4)`,
  // A $ also matches before a line's end, which the length excludes.
  matches: (text, pattern) => `${text} REGEXP '${pattern}'`,
  valueAt: (text, place, alphabet) => `(LOCATE(SUBSTR(${text}, ${place}, 1), '${alphabet}') - 1)`,
};

/** A condition that holds for the keys of these forms that look-ups find by themselves. Never null. */
export function isUsual(sql: TextSql, text: string, forms: readonly KeyForm[]): string {
  const checks = forms.map((form) => formChecks[form.name]!(sql, text));
  return checks.length === 0 ? 'FALSE' : `(${checks.join(' OR ')})`;
}

/** No value at all, or blanks. */
export function isBlank(sql: TextSql, text: string): string {
  return `(${text} IS NULL OR ${sql.matches(text, '^[[:space:]\u00A0\u3000]*$')})`;
}

type Check = (sql: TextSql, text: string) => string;

const DIGITS = '0123456789';
const WITH_X = `${DIGITS}X`;
const BASE_36 = `${DIGITS}ABCDEFGHIJKLMNOPQRSTUVWXYZ`;

/** Days of any year; 29 February stands with its years. */
const DAYS =
  '((0[13578]|1[02])(0[1-9]|[12][0-9]|3[01])|(0[469]|11)(0[1-9]|[12][0-9]|30)|02(0[1-9]|1[0-9]|2[0-8]))';
const LEAP = '(0[48]|[2468][048]|[13579][26])0229';
const BIRTH = `((18|19|20)([0-9][0-9]${DAYS}|${LEAP})|20000229)`;
const BIRTH_OF_1900S = `([0-9][0-9]${DAYS}|${LEAP})`;

const formChecks: Readonly<Record<string, Check>> = {
  uscc: (sql, text) =>
    checked(sql, text, 18, `^[${USCC_ALPHABET}]{2}[0-9]{6}[${USCC_ALPHABET}]{10}$`, {
      sum: sumOf(sql, text, USCC_WEIGHTS, USCC_ALPHABET, USCC_ALPHABET),
      modulus: 31,
      rest: 0,
    }),
  'org-code': (sql, text) => {
    const plain = `REPLACE(${text}, '-', '')`;
    const rule = { sum: sumOf(sql, plain, ORG_CODE_WEIGHTS, BASE_36, WITH_X), modulus: 11, rest: 0 };
    const whole = checked(sql, text, 9, '^[0-9A-Z]{8}[0-9X]$', rule);
    return `(${whole} OR ${checked(sql, text, 10, '^[0-9A-Z]{8}-[0-9X]$', rule)})`;
  },
  'citizen-id': (sql, text) =>
    checked(sql, text, 18, `^[0-9]{6}${BIRTH}[0-9]{3}[0-9Xx]$`, {
      sum: sumOf(sql, `REPLACE(${text}, 'x', 'X')`, CITIZEN_ID_WEIGHTS, WITH_X, WITH_X),
      modulus: 11,
      rest: 1,
    }),
  'citizen-id-15': (sql, text) => shaped(sql, text, 15, `^[0-9]{6}${BIRTH_OF_1900S}[0-9]{3}$`),
};

interface CheckRule {
  readonly sum: string;
  readonly modulus: number;
  readonly rest: number;
}

/** The sum of all places by their weights, the check place's being 1. */
function sumOf(
  sql: TextSql,
  text: string,
  weights: readonly number[],
  alphabet: string,
  checkAlphabet: string,
): string {
  const places = weights.map((weight, at) => `${sql.valueAt(text, at + 1, alphabet)} * ${weight}`);
  return [...places, sql.valueAt(text, weights.length + 1, checkAlphabet)].join(' + ');
}

/** CASE, so that the sum is only taken where the shape is right. */
function checked(
  sql: TextSql,
  text: string,
  length: number,
  pattern: string,
  { sum, modulus, rest }: CheckRule,
): string {
  return `CASE WHEN ${shaped(sql, text, length, pattern)} THEN (${sum}) % ${modulus} = ${rest} ELSE FALSE END`;
}

function shaped(sql: TextSql, text: string, length: number, pattern: string): string {
  return `COALESCE(CHAR_LENGTH(${text}) = ${length} AND ${sql.matches(text, pattern)}, FALSE)`;
}
