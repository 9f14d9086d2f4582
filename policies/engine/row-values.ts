// How a record's fields appear to a policy: the Cedar type of each SDL type, and the conversion of a value.
import { type Catalogue, type RecordField, ownSource } from '../../schema/catalogue.ts';
import { type CedarValue, entity, valueOf } from './values.ts';

/** A value as a record row holds it. */
export type RowValue = string | number | boolean | null | readonly string[];
export type Row = Readonly<Record<string, RowValue | undefined>>;

/** Cedar type of a row attribute. */
export type AttributeType = 'String' | 'Long' | 'Boolean' | 'datetime' | 'decimal' | 'Region' | 'StringSet';

/** The Cedar type a field has for policies. */
export function attributeTypeOf(field: Pick<RecordField, 'type' | 'list'>): AttributeType {
  if (field.list) return 'StringSet';
  switch (field.type) {
    case 'Int':
      return 'Long';
    case 'Boolean':
      return 'Boolean';
    case 'Date':
    case 'DateTime':
      return 'datetime';
    case 'Money':
    case 'Decimal':
      return 'decimal';
    case 'RegionCode':
      return 'Region';
    default:
      return 'String';
  }
}

/** A present value as Cedar sees it; throws CedarError where it has no Cedar form, which denies. */
export function toCedar(value: Exclude<RowValue, null>, type: AttributeType): CedarValue {
  switch (type) {
    case 'datetime':
      return dayOf(String(value).slice(0, 10));
    case 'decimal': {
      const text = String(value);
      return valueOf({ __extn: { fn: 'decimal', arg: text.includes('.') ? text : `${text}.0` } });
    }
    case 'Region':
      return entity('Region', String(value));
    case 'Long':
      return BigInt(value as number);
    case 'StringSet':
      return { kind: 'set', items: [...(value as readonly string[])] };
    case 'String':
    case 'Boolean':
      return value as string | boolean;
  }
}

const rememberedDays = 4096;
const days = new Map<string, CedarValue>();

/** The same days come again and again: above all the day of the request. */
function dayOf(text: string): CedarValue {
  let day = days.get(text);
  if (day === undefined) {
    day = valueOf({ __extn: { fn: 'datetime', arg: text } });
    if (days.size >= rememberedDays) days.clear();
    days.set(text, day);
  }
  return day;
}

/**
 * Attributes of `context.row`: the union over all record types. A name whose Cedar type differs between record
 * types is left out, so that a policy that uses it is refused by validation instead of meaning two things.
 */
export function rowAttributes(catalogue: Catalogue): ReadonlyMap<string, AttributeType> {
  const attributes = new Map<string, AttributeType>();
  const conflicting = new Set<string>();
  for (const field of catalogue.coordinates.values()) {
    if (!isDataField(catalogue, field)) continue;
    const type = attributeTypeOf(field);
    const known = attributes.get(field.name);
    if (known !== undefined && known !== type) conflicting.add(field.name);
    attributes.set(field.name, type);
  }
  for (const name of conflicting) attributes.delete(name);
  return attributes;
}

function isDataField(catalogue: Catalogue, field: RecordField): boolean {
  const type = field.coordinate.split('.')[0]!;
  return catalogue.records.get(type)?.source !== ownSource;
}
