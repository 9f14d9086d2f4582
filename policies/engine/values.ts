// Cedar's run-time values and their operations, as the Cedar language reference defines them. Anything Cedar
// calls an error throws CedarError here, and every caller turns that into a denial.
import type { CedarJson, EntityRef } from './cedar-json.ts';

export class CedarError extends Error {}

export interface Entity {
  readonly kind: 'entity';
  readonly type: string;
  readonly id: string;
}
export interface CedarSet {
  readonly kind: 'set';
  readonly items: readonly CedarValue[];
}
export interface CedarRecord {
  readonly kind: 'record';
  readonly members: ReadonlyMap<string, CedarValue>;
}
/** `units`: milliseconds for datetime and duration, ten-thousandths for decimal. */
export interface Extension {
  readonly kind: 'datetime' | 'duration' | 'decimal';
  readonly units: bigint;
}
export type CedarValue = boolean | bigint | string | Entity | CedarSet | CedarRecord | Extension;

export function entity(type: string, id: string): Entity {
  return { kind: 'entity', type, id };
}

export function entityKey(reference: EntityRef): string {
  return `${reference.type}::${reference.id}`;
}

/** Literal JSON → value. */
export function valueOf(json: CedarJson): CedarValue {
  if (typeof json === 'boolean' || typeof json === 'string') return json;
  if (typeof json === 'number') return BigInt(json);
  if (Array.isArray(json)) return { kind: 'set', items: (json as readonly CedarJson[]).map(valueOf) };
  const object = json as Readonly<Record<string, CedarJson>>;
  if ('__entity' in object) {
    const reference = object['__entity'] as unknown as EntityRef;
    return entity(reference.type, reference.id);
  }
  if ('__extn' in object) {
    const call = object['__extn'] as unknown as { fn: string; arg?: CedarJson; args?: readonly CedarJson[] };
    return construct(call.fn, valueOf(call.arg ?? call.args?.[0] ?? ''));
  }
  return {
    kind: 'record',
    members: new Map(Object.entries(object).map(([name, member]) => [name, valueOf(member)])),
  };
}

export function asBoolean(value: CedarValue): boolean {
  if (typeof value !== 'boolean') throw new CedarError('expected a boolean');
  return value;
}
export function asLong(value: CedarValue): bigint {
  if (typeof value !== 'bigint') throw new CedarError('expected a long');
  return value;
}
export function asText(value: CedarValue): string {
  if (typeof value !== 'string') throw new CedarError('expected a string');
  return value;
}
export function asEntity(value: CedarValue): Entity {
  if (typeof value !== 'object' || value.kind !== 'entity') throw new CedarError('expected an entity');
  return value;
}
export function asSet(value: CedarValue): CedarSet {
  if (typeof value !== 'object' || value.kind !== 'set') throw new CedarError('expected a set');
  return value;
}
export function asExtension(value: CedarValue, kind: Extension['kind']): bigint {
  if (typeof value !== 'object' || value.kind !== kind) throw new CedarError(`expected a ${kind}`);
  return value.units;
}

/** Cedar equality: values of different types are simply not equal. */
export function equals(left: CedarValue, right: CedarValue): boolean {
  if (typeof left !== 'object' || typeof right !== 'object') return left === right;
  if (left.kind === 'entity')
    return right.kind === 'entity' && left.type === right.type && left.id === right.id;
  if (left.kind === 'set') {
    if (right.kind !== 'set') return false;
    const within = (inner: CedarSet, outer: CedarSet): boolean =>
      inner.items.every((item) => outer.items.some((candidate) => equals(item, candidate)));
    return within(left, right) && within(right, left);
  }
  if (left.kind === 'record') {
    if (right.kind !== 'record' || left.members.size !== right.members.size) return false;
    return [...left.members].every(([name, member]) => {
      const other = right.members.get(name);
      return other !== undefined && equals(member, other);
    });
  }
  return left.kind === right.kind && left.units === right.units;
}

/** `<` and friends: longs, datetimes and durations of one kind. Returns a negative, zero or positive number. */
export function compare(left: CedarValue, right: CedarValue): number {
  if (typeof left === 'bigint' && typeof right === 'bigint') return left < right ? -1 : left > right ? 1 : 0;
  if (typeof left === 'object' && typeof right === 'object' && left.kind === right.kind) {
    if (left.kind === 'datetime' || left.kind === 'duration') {
      const other = (right as Extension).units;
      return left.units < other ? -1 : left.units > other ? 1 : 0;
    }
  }
  throw new CedarError('these values have no order');
}

const longLimit = 2n ** 63n;

/** Checked 64-bit result. */
export function checkedLong(value: bigint): bigint {
  if (value >= longLimit || value < -longLimit) throw new CedarError('integer overflow');
  return value;
}

/** Calls of Cedar's extension functions and methods that policies here may use. */
export const extensionCalls: Readonly<Record<string, (...values: CedarValue[]) => CedarValue>> = {
  datetime: (text) => construct('datetime', text),
  duration: (text) => construct('duration', text),
  decimal: (text) => construct('decimal', text),
  offset: (at, by) => ({
    kind: 'datetime',
    units: checkedLong(asExtension(at, 'datetime') + asExtension(by, 'duration')),
  }),
  durationSince: (at, since) => ({
    kind: 'duration',
    units: checkedLong(asExtension(at, 'datetime') - asExtension(since, 'datetime')),
  }),
  toDate: (at) => {
    const units = asExtension(at, 'datetime');
    const day = 86_400_000n;
    return { kind: 'datetime', units: units - (((units % day) + day) % day) };
  },
  toDays: (span) => asExtension(span, 'duration') / 86_400_000n,
  toHours: (span) => asExtension(span, 'duration') / 3_600_000n,
  toMinutes: (span) => asExtension(span, 'duration') / 60_000n,
  toSeconds: (span) => asExtension(span, 'duration') / 1000n,
  toMilliseconds: (span) => asExtension(span, 'duration'),
  lessThan: (a, b) => asExtension(a, 'decimal') < asExtension(b, 'decimal'),
  lessThanOrEqual: (a, b) => asExtension(a, 'decimal') <= asExtension(b, 'decimal'),
  greaterThan: (a, b) => asExtension(a, 'decimal') > asExtension(b, 'decimal'),
  greaterThanOrEqual: (a, b) => asExtension(a, 'decimal') >= asExtension(b, 'decimal'),
};

function construct(name: string, argument: CedarValue): Extension {
  const text = asText(argument);
  if (name === 'datetime') return { kind: 'datetime', units: parseDatetime(text) };
  if (name === 'duration') return { kind: 'duration', units: parseDuration(text) };
  if (name === 'decimal') return { kind: 'decimal', units: parseDecimal(text) };
  throw new CedarError(`unknown extension ${name}`);
}

const datetimeForm = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}:\d{2}(\.\d{3})?(Z|[+-]\d{4}))?$/;

function parseDatetime(text: string): bigint {
  if (!datetimeForm.test(text)) throw new CedarError('not a datetime');
  const iso = text.replace(/([+-]\d{2})(\d{2})$/, (whole, hours: string, minutes: string) =>
    text.includes('T') ? `${hours}:${minutes}` : whole,
  );
  const milliseconds = Date.parse(text.includes('T') ? iso : `${text}T00:00:00Z`);
  if (Number.isNaN(milliseconds)) throw new CedarError('not a datetime');
  const day = Number(text.slice(8, 10));
  const lastDay = new Date(Date.UTC(Number(text.slice(0, 4)), Number(text.slice(5, 7)), 0)).getUTCDate();
  if (day > lastDay) throw new CedarError('not a datetime');
  return BigInt(milliseconds);
}

function parseDuration(text: string): bigint {
  const match = /^(-?)(?=\d)(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m(?!s))?(?:(\d+)s)?(?:(\d+)ms)?$/.exec(text);
  if (match === null) throw new CedarError('not a duration');
  const [, sign, days, hours, minutes, seconds, milliseconds] = match;
  const total =
    BigInt(days ?? 0) * 86_400_000n +
    BigInt(hours ?? 0) * 3_600_000n +
    BigInt(minutes ?? 0) * 60_000n +
    BigInt(seconds ?? 0) * 1000n +
    BigInt(milliseconds ?? 0);
  return checkedLong(sign === '-' ? -total : total);
}

function parseDecimal(text: string): bigint {
  const match = /^(-?)(\d+)\.(\d{1,4})$/.exec(text);
  if (match === null) throw new CedarError('not a decimal');
  const [, sign, whole, fraction] = match;
  const units = BigInt(whole!) * 10_000n + BigInt(fraction!.padEnd(4, '0'));
  return checkedLong(sign === '-' ? -units : units);
}
