// What a row filter means, told once more and without cleverness: the reference that sources are held against.
import type { FieldTest } from '../../../policies/engine/row-filter.ts';
import type { Row } from '../../../policies/engine/row-values.ts';

/** Whether a row is inside a filter. */
export function meets(filter: readonly FieldTest[], row: Row): boolean {
  return filter.every(({ field, orAbsent, accepts }) => {
    const value = row[field];
    if (value === undefined || value === null) return orAbsent;
    const plain = value as string | number | boolean;
    switch (accepts.kind) {
      case 'any':
        return true;
      case 'none':
        return false;
      case 'in':
        return accepts.values.includes(plain);
      case 'notIn':
        return !accepts.values.includes(plain);
      case 'within':
        return accepts.regions.some((region) => regionsAround(String(plain)).includes(region));
      case 'range':
        return (
          (accepts.from === undefined || plain >= accepts.from) &&
          (accepts.to === undefined || plain <= accepts.to)
        );
    }
  });
}

function regionsAround(code: string): readonly string[] {
  const province = `${code.slice(0, 2)}0000`;
  return [code, ...(code.slice(2, 4) === '90' ? [] : [`${code.slice(0, 4)}00`]), province];
}
