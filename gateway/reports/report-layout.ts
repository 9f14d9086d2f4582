// What a printed report shows and in which order, Chinese with English labels, for the page and the PDF alike. It shows
// the signed document and adds nothing but where to check it.
import type { Json } from '../audit/entry.ts';
import { type ReportContent, factsOf } from './report-content.ts';

export type Block =
  | { readonly kind: 'heading'; readonly text: string }
  | { readonly kind: 'facts'; readonly rows: readonly (readonly [label: string, value: string])[] }
  | {
      readonly kind: 'table';
      readonly columns: readonly string[];
      /** Shares of the width, together 1. */
      readonly widths: readonly number[];
      readonly rows: readonly (readonly string[])[];
    }
  | { readonly kind: 'note'; readonly text: string };

/** Where a report can be checked. */
export interface Proof {
  readonly hash: string;
  readonly keyId: string;
  readonly verifyAt: string;
}

export const reportTitle = '信用核查报告 Credit report';

const outcomeTexts: Readonly<Record<string, string>> = {
  CLEAR: '未见限制 CLEAR',
  RESTRICTED: '受限 RESTRICTED',
  BARRED: '禁止 BARRED',
  REVIEW: '需人工核实 REVIEW',
  INDETERMINATE: '无法判断 INDETERMINATE',
};
const stateTexts: Readonly<Record<string, string>> = {
  OK: '正常 OK',
  AMBIGUOUS: '归属不明 AMBIGUOUS',
  INCOMPLETE: '不完整 INCOMPLETE',
  STALE: '过期 STALE',
  UNAVAILABLE: '不可用 UNAVAILABLE',
  INVALID: '无效 INVALID',
  DENIED: '无权 DENIED',
};
const statusTexts: Readonly<Record<string, string>> = {
  IN_FORCE: '生效中 IN FORCE',
  SUSPENDED: '暂不执行 SUSPENDED',
  EXPIRED: '已届满 EXPIRED',
  NOT_YET: '尚未生效 NOT YET',
  UNDATED: '日期缺失 UNDATED',
  LIFTED: '已撤销或修复、日期不明 LIFTED',
  UNPLACED: '地域不明 UNPLACED',
  CANDIDATE: '归属不明 CANDIDATE',
  ABSENT: '应有记录未找到 ABSENT',
};
const kindTexts: Readonly<Record<string, string>> = {
  Organization: '组织 Organisation',
  Person: '自然人 Person',
};

export function reportLayout(report: ReportContent, proof: Proof): readonly Block[] {
  const { question, asked, verdicts, law, audit, sources, answer } = report;
  return [
    facts([
      ['报告编号 Number', report.number],
      ['出具时间 Issued at', beijingTime(report.issuedAt)],
      ['整体结论 Combined outcome', named(outcomeTexts, verdicts.combined)],
      ['保存至 Kept until', report.keptUntil],
    ]),
    heading('核查事项 Question'),
    facts([
      ['主体类型 Kind', named(kindTexts, question.kind)],
      ['场景 Scene', question.scene],
      ['核查日 Evaluation date', question.asOf],
      ['适用地域 Jurisdiction', question.jurisdiction ?? '全国 CN'],
      ['调用方 Consumer', `${asked.title.zh} ${asked.title.en} (${asked.consumer})`],
      ['部门 Agency', asked.agency ?? '–'],
      ['经办人 User', asked.user ?? '–'],
      ['案号 Case', asked.case ?? '–'],
      ['用途 Purpose', `${asked.purposeTitle.zh} ${asked.purposeTitle.en} (${asked.purpose})`],
      ['法律依据 Legal basis', asked.legalBasis],
    ]),
    heading('逐个结论 Verdicts'),
    {
      kind: 'table',
      columns: ['序号 No.', '主体 Subject', '结论 Outcome'],
      widths: [0.12, 0.44, 0.44],
      rows: verdicts.members.map(({ index, subject, outcome, code }) => [
        String(index + 1),
        subject ?? `${question.subjects[index] ?? ''} （代码无效 not valid: ${code ?? ''}）`,
        outcome === null ? '无法判断 not assessed' : named(outcomeTexts, outcome),
      ]),
    },
    ...answer.members.flatMap(({ subject, verdict }) => memberBlocks(subject, verdict)),
    heading('数据来源 Sources'),
    {
      kind: 'table',
      columns: ['来源 Source', '归口部门 Owner', '状态 State', '数据截至 As of', '版本 Version'],
      widths: [0.24, 0.2, 0.16, 0.24, 0.16],
      rows: sources.map(({ title, owner, states, asOf, version }) => [
        `${title.zh} ${title.en}`,
        `${owner.zh} ${owner.en}`,
        states.map((state) => named(stateTexts, state)).join('; '),
        asOf === null ? '–' : beijingTime(asOf),
        version,
      ]),
    },
    heading('适用规则 Rules'),
    facts([
      ['规则版本 Rules version', law.rulesVersion],
      ['策略版本 Policy version', law.policyVersion],
    ]),
    ruleTable(law.rules),
    note('以下规则尚未纳入，结论不涵盖。 Rules this report does not speak of:'),
    ruleTable(law.notAssessed),
    heading('留痕与核验 Audit and verification'),
    facts([
      ['请求编号 Request', audit.request],
      ['审计条目 Audit entry', `${audit.intent.seq} ${audit.intent.hash}`],
      ['审计链首 Audit head', `${audit.head.seq} ${audit.head.hash}`],
      ['文件哈希 SHA-256', proof.hash],
      ['签名密钥 Key', proof.keyId],
      ['核验地址 Verify at', proof.verifyAt],
    ]),
    note(report.advice),
  ];
}

function memberBlocks(subject: string, verdict: { readonly [name: string]: Json }): Block[] {
  const findings = factsOf(verdict, 'findings');
  const reasons = Array.isArray(verdict['reasons']) ? (verdict['reasons'] as readonly Json[]) : [];
  if (findings.length === 0 && reasons.length === 0) return [];
  const blocks: Block[] = [heading(`${subject} 认定 Findings`)];
  if (findings.length > 0) {
    blocks.push({
      kind: 'table',
      columns: ['规则 Rule', '状态 Status', '内容与依据 Rule and basis', '文书 Record', '起止 From–to'],
      widths: [0.08, 0.16, 0.38, 0.2, 0.18],
      rows: findings.map((finding) => [
        text(finding['rule']),
        named(statusTexts, text(finding['status'])),
        `${text(finding['title'])} ${text(finding['basis'])}`,
        text(finding['record']),
        `${text(finding['from'])} – ${text(finding['until'])}`,
      ]),
    });
  }
  return [...blocks, ...reasons.map((reason) => note(text(reason)))];
}

function ruleTable(rules: readonly { readonly [name: string]: Json }[]): Block {
  return {
    kind: 'table',
    columns: ['规则 Rule', '内容 Title', '依据 Basis', '核对 Certainty'],
    widths: [0.08, 0.5, 0.3, 0.12],
    rows: rules.map((rule) => ['id', 'title', 'basis', 'certainty'].map((name) => text(rule[name]))),
  };
}

function heading(words: string): Block {
  return { kind: 'heading', text: words };
}

function note(words: string): Block {
  return { kind: 'note', text: words };
}

function facts(rows: readonly (readonly [string, string])[]): Block {
  return { kind: 'facts', rows };
}

function named(texts: Readonly<Record<string, string>>, code: string): string {
  return texts[code] ?? code;
}

function text(value: Json | undefined): string {
  return typeof value === 'string' ? value : '–';
}

/** `2026-11-22 12:00:00 (UTC+8)`. */
function beijingTime(iso: string): string {
  const at = new Date(Date.parse(iso) + 8 * 3_600_000);
  return `${at.toISOString().slice(0, 19).replace('T', ' ')} (UTC+8)`;
}
