// docs/remedies.md: what an office may order and write, where, and by which text, from policies/remedies/measures.yaml.
import type { MeasureLaw, OrderType } from '../../policies/engine/measure-law.ts';
import { code, table } from './markdown.ts';

const head = ['On', 'Where', 'Basis', 'Checked'];

/** One line for each measure and each text that lets it be ordered. */
export function measureTable({ measures }: MeasureLaw): string {
  return table(
    ['Ordered', 'What it is', 'Nature', ...head, 'Honours'],
    [...measures].flatMap(([id, type]) =>
      lines(id, type, [type.nature]).map((cells) => [...cells, type.honours ?? '–']),
    ),
  );
}

/** The same of letters. */
export function letterTable({ letters }: MeasureLaw): string {
  return table(
    ['Letter', 'What it is', ...head],
    [...letters].flatMap(([id, type]) => lines(id, type, [])),
  );
}

function lines(id: string, type: OrderType, more: readonly string[]): string[][] {
  const { title, subjects, grounds } = type;
  return Object.entries(grounds).map(([where, { basis, certainty }]) => [
    ...[code(id), `${title.en} ${title.zh}`, ...more],
    ...[subjects.join(', '), where, basis, certainty],
  ]);
}
