// A floating number of a database as the decimal number it stands for, all its digits written out. A database's own text
// leaves some away: MariaDB casts a float of 1234567 to 1234570.

/**
 * The shortest decimal that is stored as this number, where it is the only one with so few places: then it is what was
 * written. Otherwise the number itself, digit by digit, which says more than anybody meant but nothing that is not there.
 */
export function exactFloat(value: number, precision: 'single' | 'double'): string {
  if (!Number.isFinite(value)) return String(value);
  const shortest = plainDigits(precision === 'single' ? shortestSingle(value) : String(value));
  const places = shortest.length - (shortest.indexOf('.') + 1 || shortest.length);
  return 10 ** -places > gapAt(value, precision) ? shortest : allDigits(value);
}

function shortestSingle(value: number): string {
  for (let digits = 1; digits < 9; digits += 1) {
    const text = value.toPrecision(digits);
    if (Math.fround(Number(text)) === value) return text;
  }
  return value.toPrecision(9);
}

/** `1.5e+21` → its digits. */
function plainDigits(text: string): string {
  const parts = /^(-?)([0-9]+)(?:\.([0-9]+))?(?:e([+-][0-9]+))?$/.exec(text)!;
  const [whole, fraction, power] = [parts[2]!, parts[3] ?? '', Number(parts[4] ?? 0)];
  const digits = `${'0'.repeat(Math.max(0, -power))}${whole}${fraction}${'0'.repeat(Math.max(0, power))}`;
  const point = Math.max(0, -power) + whole.length + power;
  return `${parts[1]}${tidy(digits.slice(0, point), digits.slice(point))}`;
}

interface Binary {
  readonly mantissa: bigint;
  /** Of two. */
  readonly exponent: number;
}

function binaryOf(value: number): Binary {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  const bits = view.getBigUint64(0);
  const power = Number((bits >> 52n) & 0x7ffn);
  const fraction = bits & 0xfffffffffffffn;
  return power === 0
    ? { mantissa: fraction, exponent: -1074 }
    : { mantissa: fraction | (1n << 52n), exponent: power - 1075 };
}

/** The distance to the next number that can be stored. */
function gapAt(value: number, precision: 'single' | 'double'): number {
  const { exponent } = binaryOf(value);
  return 2 ** (precision === 'single' ? Math.max(exponent + 29, -149) : exponent);
}

function allDigits(value: number): string {
  const { mantissa, exponent } = binaryOf(value);
  const sign = value < 0 ? '-' : '';
  if (exponent >= 0) return `${sign}${mantissa << BigInt(exponent)}`;
  const digits = String(mantissa * 5n ** BigInt(-exponent)).padStart(1 - exponent, '0');
  return `${sign}${tidy(digits.slice(0, exponent), digits.slice(exponent))}`;
}

function tidy(whole: string, fraction: string): string {
  const left = whole.replace(/^0+(?=[0-9])/, '');
  const right = fraction.replace(/0+$/, '');
  return right === '' ? left : `${left}.${right}`;
}
