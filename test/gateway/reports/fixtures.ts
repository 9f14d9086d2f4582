// A signed report to change and to verify: small, with everything a report has, and keys made on the spot.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ReportContent } from '../../../gateway/reports/report-content.ts';
import { type ReportSigningKey, loadReportSigningKey } from '../../../gateway/reports/signing-key.ts';

const head = { seq: 7, hash: 'a'.repeat(64) };
const evidence = [
  { source: 'court', recordType: 'CourtListing', state: 'OK', asOf: '2026-11-22T04:00:00.000Z' },
];
export const finding = {
  rule: 'R1',
  source: 'court',
  recordType: 'CourtListing',
  record: '（2025）鲁9901执10号',
  status: 'IN_FORCE',
  effect: 'BAR',
  basis: '法释〔2017〕7号',
  title: 'Listed. 列入名单。',
  from: '2025-09-22',
  until: null,
  underObjection: false,
  otherBasis: [],
};

export const content: ReportContent = {
  format: 'credit-report/1',
  number: 'CR20261122-0123456789ABCDEF',
  issuedAt: '2026-11-22T04:00:00.000Z',
  keptUntil: '2041-11-22',
  question: {
    kind: 'Organization',
    subjects: ['91990000XX00000197', '<b>坏\u202e</b>'],
    scene: 'GOVERNMENT_PROCUREMENT',
    asOf: '2026-11-22',
    jurisdiction: '420200',
    query: '{ x }',
  },
  asked: {
    consumer: 'procurement-platform',
    title: { en: 'Procurement platform', zh: '采购平台' },
    agency: null,
    user: null,
    case: null,
    purpose: 'government-procurement',
    purposeTitle: { en: 'Supplier check', zh: '供应商审查' },
    legalBasis: '政府采购法',
  },
  verdicts: {
    combined: 'BARRED',
    members: [
      { index: 0, subject: '91990000XX00000197', outcome: 'BARRED', code: null, message: null },
      {
        index: 1,
        subject: null,
        outcome: null,
        code: 'IDENTIFIER_INVALID',
        message: 'An identifier is not valid.',
      },
    ],
  },
  answer: {
    members: [
      {
        index: 0,
        subject: '91990000XX00000197',
        verdict: { outcome: 'BARRED', findings: [finding], evidence, reasons: [] },
        sections: {},
      },
    ],
    errors: [],
    withheld: [],
  },
  sources: [
    {
      source: 'court',
      title: { en: 'Court', zh: '法院' },
      owner: { en: 'Court', zh: '法院' },
      version: '0123456789abcdef',
      states: ['OK'],
      asOf: '2026-11-22T04:00:00.000Z',
    },
  ],
  law: {
    policyVersion: 'p1',
    rulesVersion: 'r1',
    rules: [{ id: 'R1', title: 'Listed.', basis: '法释', certainty: 'V' }],
    notAssessed: [{ id: 'R3', title: 'Large fine.', basis: '政府采购法', certainty: 'S' }],
  },
  audit: { request: '6f1c54de-0000-4000-8000-000000000000', intent: head, head },
  advice: 'Advice. 供参考。',
};

export const proof = {
  hash: 'b'.repeat(64),
  keyId: 'key',
  verifyAt: 'https://credit.example/reports/x/verify?hash=b',
};

/** A new key in a folder that is gone at once: only what is in memory counts. */
export async function newKey(): Promise<ReportSigningKey> {
  const directory = mkdtempSync(join(tmpdir(), 'report-key-'));
  try {
    return await loadReportSigningKey(join(directory, 'report.key'));
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
