// The report on a delivery that was put aside or waits, in English and Chinese: for the agency that sent it, hence with
// lines and columns, and without any value of a record.
import { randomBytes } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import type { DeliveryFault, Finding } from './delivery-problem.ts';
import { faultWords } from './fault-words.ts';

export interface Reported {
  readonly source: string;
  readonly record: string;
  readonly file: string;
  readonly state: 'quarantined' | 'waiting' | 'in use';
  readonly at: Date;
  readonly findings: readonly Finding[];
}

/** The text of a report; ends with a line feed. */
export function writeReport({ source, record, file, state, at, findings }: Reported): string {
  const [en, zh] = STATES[state];
  const lines = [
    `${file}`,
    `${source} · ${record} · ${at.toISOString()}`,
    '',
    en,
    zh,
    '',
    ...findings.flatMap((finding, at) => [...describe(finding, at + 1), '']),
    remedy(
      state,
      findings.map(({ fault }) => fault),
    ),
    '',
  ];
  return lines.join('\n');
}

const STATES: Readonly<Record<Reported['state'], readonly [en: string, zh: string]>> = {
  waiting: ['This delivery waits and is not in use yet.', '本批文件尚在等待，未启用。'],
  quarantined: [
    'This delivery was put aside and is not in use. The one before stays in use.',
    '本批文件已被隔离，未启用；此前一批继续使用。',
  ],
  'in use': [
    'This delivery is in use. The rows named here are nobody’s: with more of them than the manifest allows nobody is clear by it.',
    '本批文件已启用。下列各行的主体标识无法识别；超出清单允许的数量时，任何主体都不能据此判定为“无记录”。',
  ],
};

function describe({ fault, reason, column, count, lines }: Finding, number: number): string[] {
  const words = faultWords[fault];
  const places = lines.join(', ') + (count > lines.length ? ' …' : '');
  return [
    `${number}. ${fault}: ${words.en} · ${words.zh}`,
    ...(column === undefined ? [] : [`   column 列: ${column}`]),
    ...(lines.length === 0 ? [] : [`   lines 行: ${places} (${count} in all 共 ${count} 处)`]),
    `   detail 说明: ${reason}`,
  ];
}

function remedy(state: Reported['state'], faults: readonly DeliveryFault[]): string {
  if (state === 'waiting') {
    return 'It is taken as soon as what it waits for has come.\n所等文件到齐后将自动启用。';
  }
  const deliver = 'Correct it and deliver it again, under the same name or a later number.';
  const deliverZh = '请更正后以原文件名或更大的序号重新交付。';
  if (faults.every((fault) => fault === 'SHRUNKEN')) {
    return `${deliver} If it is right as it is, the gateway's operator can release it.\n${deliverZh}若内容确实无误，可由网关运维人员放行。`;
  }
  return `${deliver}\n${deliverZh}`;
}

export const reportPath = (path: string): string => `${path}.report.txt`;

/** Lays the report beside the delivery. @throws Error where the drop box cannot be written to */
export async function layReport(path: string, reported: Reported): Promise<void> {
  // Made under a name nobody can foresee and moved into place: a link planted there is replaced, not followed.
  const draft = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  const file = await open(draft, 'wx', 0o644);
  try {
    await file.writeFile(writeReport(reported));
  } finally {
    await file.close();
  }
  await rename(draft, reportPath(path)).catch(async (error: unknown) => {
    await rm(draft, { force: true });
    throw error;
  });
}

/** Takes the report away when its delivery is in use after all. */
export async function removeReport(path: string): Promise<void> {
  await rm(reportPath(path), { force: true });
}
