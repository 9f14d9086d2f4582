// What a delivery's file name says: `<name>-<yyyymmdd>-<sequence>.<ext>`. The newest by date and sequence counts.
import { isCalendarDate } from '../../schema/identifiers/calendar-date.ts';

export interface DeliveryName {
  readonly file: string;
  /** YYYY-MM-DD. */
  readonly delivered: string;
  readonly sequence: number;
}

/** Reads `file` by the manifest's pattern. Undefined: not a delivery of this record type. */
export function readDeliveryName(pattern: string, file: string): DeliveryName | undefined {
  const [before = '', after = ''] = pattern.split('*');
  if (!file.startsWith(before) || !file.endsWith(after) || file.length < before.length + after.length) {
    return undefined;
  }
  const parts = /^([0-9]{4})([0-9]{2})([0-9]{2})-([0-9]{1,6})$/.exec(
    file.slice(before.length, file.length - after.length),
  );
  if (parts === null) return undefined;
  const [year, month, day, sequence] = parts.slice(1).map(Number) as [number, number, number, number];
  if (!isCalendarDate(year, month, day)) return undefined;
  return { file, delivered: `${parts[1]}-${parts[2]}-${parts[3]}`, sequence };
}

/** Negative when `a` is older than `b`, 0 when they claim the same place. */
export function compareDeliveries(
  a: Pick<DeliveryName, 'delivered' | 'sequence'>,
  b: Pick<DeliveryName, 'delivered' | 'sequence'>,
): number {
  if (a.delivered !== b.delivered) return a.delivered < b.delivered ? -1 : 1;
  return a.sequence - b.sequence;
}
