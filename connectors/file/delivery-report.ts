// The report on a delivery that was put aside, waits, or has rows that are nobody's, in Chinese and English: for the clerk
// who sent it, hence with lines, columns and cures, and without any value of a record.
import { randomBytes } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import type { DeliveryFault, Finding } from './delivery-problem.ts';
import { detailWords } from './detail-words.ts';
import { faultWords } from './fault-words.ts';
import { type KeyFault, keyFaultWords } from '../key-faults.ts';

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
    zh,
    en,
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
  const { what } = faultWords[fault];
  const detail = detailWords(reason);
  const cure = detail?.cure ?? faultWords[fault].cure;
  const places = lines.join(', ') + (count > lines.length ? ' …' : '');
  return [
    `${number}. ${fault}: ${what.zh} · ${what.en}`,
    ...(column === undefined ? [] : [`   列 column: ${column}`]),
    ...(lines.length === 0 ? [] : [`   行 lines: ${places} (共 ${count} 处 ${count} in all)`]),
    `   说明 detail: ${detail === undefined ? '' : `${detail.zh} · `}${reason}${keyWords(reason)}`,
    `   处理办法 cure: ${cure.zh}`,
    `     ${cure.en}`,
  ];
}

/** The Chinese words for what is wrong with a key. */
function keyWords(reason: string): string {
  const fault = reason.slice(0, Math.max(0, reason.indexOf(':'))) as KeyFault;
  const words = keyFaultWords[fault];
  return words === undefined ? '' : ` · ${words.what.zh}；${words.cure.zh}`;
}

function remedy(state: Reported['state'], faults: readonly DeliveryFault[]): string {
  if (state === 'waiting') {
    return '所等文件到齐后将自动启用。\nIt is taken as soon as what it waits for has come.';
  }
  const deliver = 'Correct it and deliver it again, under the same name or a later number.';
  const deliverZh = '请更正后以原文件名或更大的序号重新交付。';
  if (faults.every((fault) => fault === 'SHRUNKEN')) {
    return `${deliverZh}若内容确实无误，可由网关运维人员放行。\n${deliver} If it is right as it is, the gateway's operator can release it.`;
  }
  return `${deliverZh}\n${deliver}`;
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
