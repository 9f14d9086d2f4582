// The library of transforms a manifest may name: what each makes, and what it needs to be told.
// To add one: a file of its name here, an entry below, a test. A manifest's author writes no code.
import type { RecordField } from '../../schema/catalogue.ts';
import { boolean, booleanOf } from './boolean.ts';
import { caseNumber } from './case-number.ts';
import { citizenId } from './citizen-id.ts';
import { code } from './code.ts';
import { type CodesRule, codes } from './codes.ts';
import { date, dateIn } from './date.ts';
import { dateTime, dateTimeIn } from './date-time.ts';
import type { DayForm } from './day-form.ts';
import { decimal } from './decimal.ts';
import { integer } from './integer.ts';
import { orgCode } from './org-code.ts';
import { type PeriodEnd, period } from './period.ts';
import { region } from './region.ts';
import { split } from './split.ts';
import { term } from './term.ts';
import { text } from './text.ts';
import type { Transform } from './transform.ts';
import { uscc } from './uscc.ts';
import { wanYuan } from './wan-yuan.ts';
import { yuan } from './yuan.ts';

/** What a transform must be told in the manifest. */
export type TransformRule =
  | { readonly parameter: 'none'; readonly makes: readonly Made[]; readonly transform: Transform }
  | {
      readonly parameter: 'table';
      readonly makes: readonly Made[];
      readonly make: (table: ReadonlyMap<string, string>) => Transform;
    }
  | {
      readonly parameter: 'separator';
      readonly makes: readonly Made[];
      readonly make: (separator: string) => Transform;
    }
  | {
      readonly parameter: 'codes';
      readonly makes: readonly Made[];
      readonly make: (rule: CodesRule) => Transform;
    }
  | {
      /** An agency's words for yes and no; told nothing, the usual ones. */
      readonly parameter: 'truths';
      readonly makes: readonly Made[];
      readonly make: (words: ReadonlyMap<string, boolean>) => Transform;
    }
  | {
      /** How days are written; told nothing, the usual ways. */
      readonly parameter: 'day form';
      readonly makes: readonly Made[];
      readonly make: (form: DayForm) => Transform;
    }
  | {
      readonly parameter: 'period';
      readonly makes: readonly Made[];
      readonly make: (end: PeriodEnd, foreverWords: readonly string[]) => Transform;
    }
  | {
      /** Counted from another field, whose transform is given. */
      readonly parameter: 'term';
      readonly makes: readonly Made[];
      readonly make: (readStart: Transform) => Transform;
    };

/** A type of the SDL a transform can fill; `enum` stands for any enum, brackets for a list. */
export type Made =
  | 'String'
  | 'Int'
  | 'Boolean'
  | 'Date'
  | 'DateTime'
  | 'Money'
  | 'Decimal'
  | 'RegionCode'
  | 'USCC'
  | 'CitizenId'
  | 'enum'
  | '[String]'
  | '[enum]';

const plain = (transform: Transform, ...makes: readonly Made[]): TransformRule => ({
  parameter: 'none',
  makes,
  transform,
});

export const transforms: ReadonlyMap<string, TransformRule> = new Map<string, TransformRule>([
  ['text', plain(text, 'String')],
  ['integer', plain(integer, 'Int')],
  ['boolean', { parameter: 'truths', makes: ['Boolean'], make: booleanOf }],
  ['date', { parameter: 'day form', makes: ['Date'], make: dateIn }],
  ['date-time', { parameter: 'day form', makes: ['DateTime'], make: dateTimeIn }],
  ['period', { parameter: 'period', makes: ['Date'], make: period }],
  ['term', { parameter: 'term', makes: ['Date'], make: term }],
  ['yuan', plain(yuan, 'Money')],
  ['wan-yuan', plain(wanYuan, 'Money')],
  ['decimal', plain(decimal, 'Decimal')],
  ['region', plain(region, 'RegionCode')],
  ['uscc', plain(uscc, 'USCC', 'String')],
  ['citizen-id', plain(citizenId, 'CitizenId', 'String')],
  ['org-code', plain(orgCode, 'String')],
  ['case-number', plain(caseNumber, 'String')],
  ['code', { parameter: 'table', makes: ['enum', 'String'], make: code }],
  ['codes', { parameter: 'codes', makes: ['[enum]', '[String]'], make: codes }],
  ['split', { parameter: 'separator', makes: ['[String]'], make: split }],
]);

const defaults: ReadonlyMap<string, Transform> = new Map<string, Transform>([
  ['String', text],
  ['ID', text],
  ['Int', integer],
  ['Boolean', boolean],
  ['Date', date],
  ['DateTime', dateTime],
  ['Money', yuan],
  ['Decimal', decimal],
  ['RegionCode', region],
  ['USCC', uscc],
  ['CitizenId', citizenId],
]);

/** The type of a field as `Made` writes it, for comparison with what a transform makes. */
export function madeTypeOf(field: RecordField): string {
  const type = field.enumValues === undefined ? field.type : 'enum';
  return field.list ? `[${type}]` : type;
}

/** What a field gets when the manifest says nothing: by its SDL type; undefined where it must be said. */
export function defaultTransform(field: RecordField): Transform | undefined {
  if (field.list) return undefined;
  if (field.enumValues !== undefined) return code(new Map(field.enumValues.map((value) => [value, value])));
  return defaults.get(field.type);
}
