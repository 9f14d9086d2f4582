// Values as MariaDB and MySQL send them in their own types → the text the transforms read. Nothing is cast at the server:
// its casts round floats, and would make every type look alike.
import type { FieldPacket } from 'mysql2';
import { exactFloat } from './exact-float.ts';

/** Numbers of the protocol. */
const FLOAT = 4;
const DOUBLE = 5;
const TIMESTAMP = 7;
const YEAR = 13;
const BIT = 16;

/** Sessions have this zone; a moment says so, because China's clocks have not always had it. */
const SESSION_ZONE = '+08:00';

/** Settings of the driver under which it hands over what it got. */
export const asSent = {
  dateStrings: true,
  supportBigNumbers: true,
  bigNumberStrings: true,
  jsonStrings: true,
} as const;

export const isFloat = ({ columnType }: FieldPacket): boolean =>
  columnType === FLOAT || columnType === DOUBLE;

/** Undefined: bytes that are no text, which no field can be read from. */
export function textOf(value: unknown, field: FieldPacket | undefined): string | null | undefined {
  if (value === null) return null;
  const type = field?.columnType;
  switch (typeof value) {
    case 'number':
      if (type === FLOAT) return exactFloat(value, 'single');
      if (type === DOUBLE) return exactFloat(value, 'double');
      return type === YEAR ? String(value).padStart(4, '0') : String(value);
    case 'string':
      return type === TIMESTAMP && !value.startsWith('0000') ? `${value}${SESSION_ZONE}` : value;
    case 'object':
      if (!Buffer.isBuffer(value)) return undefined;
      return type === BIT ? String(unsigned(value)) : utf8(value);
    default:
      return undefined;
  }
}

function unsigned(bytes: Buffer): bigint {
  return bytes.length === 0 ? 0n : BigInt(`0x${bytes.toString('hex')}`);
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function utf8(bytes: Buffer): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}
