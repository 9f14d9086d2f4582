// `npm run -s impact`: what would change for the last requests if proposed policies were live.
import { isAbsolute, join, relative, resolve } from 'node:path';
import { loadPolicies } from '../../policies/engine/load-policies.ts';
import type { Catalogue } from '../../schema/catalogue.ts';
import { listSegments } from '../audit/segment.ts';
import { type PolicySnapshot, takeSnapshot } from '../request/snapshot.ts';
import { type AuditedRequests, readAuditedRequests } from './audited-requests.ts';
import { columns } from './columns.ts';
import { type Impact, type ImpactChange, impactOf } from './impact.ts';
import type { RulePart, VerdictImpact } from './verdict-impact.ts';
import {
  BadFiles,
  type CommandContext,
  type CommandIo,
  type ExitCode,
  WrongUse,
  runSteward,
} from './steward-command.ts';

const HELP = `What would change for the last audited requests under proposed policies. Nothing is changed.
以拟议策略重放最近的审计请求，列出影响；不作任何改动。

  npm run -s impact -- --policies <folder> [--last 1000]

  --policies         the proposed folder: a whole policies/, edited
  --current          the folder to compare with (policies under the root)
  --last             how many requests to replay, newest (1000)
  --audit-directory  the audit log ($AUDIT_DIRECTORY, or data/audit under the root)
  --json             for programs
  --root             the project root ($PROJECT_ROOT, or the current folder)

Exit code: 0 shown; 1 the files have problems, or the audit log is broken; 2 wrong use.
`;

const options = {
  policies: { type: 'string' },
  current: { type: 'string' },
  last: { type: 'string', default: '1000' },
  'audit-directory': { type: 'string' },
} as const;

export async function runImpact(argv: readonly string[], io: CommandIo): Promise<ExitCode> {
  return runSteward(argv, io, {
    help: HELP,
    options,
    run: async ({ values, positionals }, context) => {
      if (positionals.length > 0) throw new WrongUse(`unexpected ${positionals[0]}`);
      if (values.policies === undefined) throw new WrongUse('--policies is missing. 缺少 --policies。');
      const count = /^[1-9]\d{0,6}$/.test(values.last) ? Number(values.last) : undefined;
      if (count === undefined) throw new WrongUse('--last must be a number from 1. --last 须为正整数。');
      const { root } = context;
      const within = (path: string): string => (isAbsolute(path) ? path : join(root, path));
      const { snapshot } = await context.definition();
      const { catalogue } = snapshot;
      const now =
        values.current === undefined ? snapshot : await snapshotOf(resolve(values.current), catalogue);
      const proposed = await snapshotOf(resolve(values.policies), catalogue);
      const directory = within(values['audit-directory'] ?? io.env['AUDIT_DIRECTORY'] ?? 'data/audit');
      const audited = await auditedIn(directory, count, catalogue);
      const impact = impactOf(audited.requests, now, proposed);
      if (context.json) io.stdout.write(`${JSON.stringify(impact, undefined, 2)}\n`);
      else io.stdout.write(describe(impact));
      return sayBroken(audited, context);
    },
  });
}

async function snapshotOf(directory: string, catalogue: Catalogue): Promise<PolicySnapshot> {
  const loaded = await loadPolicies(directory, catalogue).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT' && error.code !== 'ENOTDIR') throw error;
    throw new BadFiles([{ file: error.path ?? directory, message: 'cannot be read' }]);
  });
  if (loaded.policies !== undefined) return takeSnapshot(catalogue, loaded.policies);
  const short = (file: string): string => (isAbsolute(file) ? relative(process.cwd(), file) : file);
  throw new BadFiles(loaded.problems.map((problem) => ({ ...problem, file: short(problem.file) })));
}

async function auditedIn(directory: string, count: number, catalogue: Catalogue): Promise<AuditedRequests> {
  const segments = await listSegments(directory).catch(() => []);
  if (segments.length === 0) throw new BadFiles([{ file: directory, message: 'holds no audit log' }]);
  return readAuditedRequests(directory, count, catalogue);
}

function sayBroken({ problem }: AuditedRequests, { io }: CommandContext): ExitCode {
  if (problem === undefined) return 0;
  io.stderr.write(
    `The audit log is broken at entry ${problem.seq} (${problem.file}:${problem.line}): ${problem.reason}. ` +
      `What stands after it was not replayed. 审计日志在第 ${problem.seq} 条处损坏，其后未重放。\n`,
  );
  return 1;
}

const effects: Readonly<Record<ImpactChange['effect'], string>> = {
  WIDER: 'wider 放宽',
  NARROWER: 'narrower 收紧',
  OTHER: 'other 变更',
};

function describe(impact: Impact): string {
  const { from, to, replayed, affected, refusedAlready, refused, changes } = impact;
  const parts = [
    `${replayed} requests replayed, policies ${from} → ${to}: ${affected} affected. ` +
      `重放 ${replayed} 个请求，受影响 ${affected} 个。\n`,
  ];
  if (refusedAlready > 0) {
    parts.push(
      `${refusedAlready} are refused by the policies of today already. 其中 ${refusedAlready} 个现行策略已拒绝。\n`,
    );
  }
  if (refused.length > 0) {
    const rows = refused.map(({ consumer, purpose, code, requests }) => [
      consumer,
      purpose,
      code,
      String(requests),
    ]);
    const head = ['consumer 调用方', 'purpose 用途', 'code 错误码', 'requests 请求数'];
    parts.push('\nRefused altogether. 整体拒绝：\n', columns([head, ...rows]));
  }
  if (changes.length > 0) {
    const rows = changes.map((one) => [
      one.consumer,
      one.purpose,
      one.use === 'shown' ? one.coordinate : `${one.coordinate} (verdict 核查)`,
      `${one.before} → ${one.after}`,
      effects[one.effect],
      String(one.requests),
    ]);
    const head = [
      'consumer 调用方',
      'purpose 用途',
      'field 字段',
      'change 变化',
      'effect 影响',
      'requests 请求数',
    ];
    parts.push('\nSeen otherwise. 可见性变化：\n', columns([head, ...rows]));
  }
  parts.push(describeVerdicts(impact.verdicts));
  if (affected === 0 && impact.verdicts.touched.length === 0)
    parts.push('Nothing changes for them. 对上述请求无影响。\n');
  return parts.join('');
}

const differences = { REMOVED: 'removed 删除', ADDED: 'added 新增', CHANGED: 'changed 变更' } as const;
const partTexts: Readonly<Record<RulePart, string>> = {
  text: 'text 文字',
  condition: 'condition 条件',
  effect: 'effect 效果',
  term: 'term 期限',
  validity: 'validity 有效期',
};

/** What the rules change for verdicts already given; nothing where the books are the same. */
function describeVerdicts(impact: VerdictImpact): string {
  const { from, to, replayed, same, unknown, withoutRules, otherRules, placesDiffer, touched } = impact;
  if (from === to) return '';
  const parts = [
    `\nRules ${from} → ${to}: ${replayed} verdicts replayed, ${same} stay as they are, ${unknown} cannot be told. ` +
      `规则变动：重放 ${replayed} 项核查结论，${same} 项不变，${unknown} 项无法确定。\n`,
  ];
  if (touched.length > 0) {
    const rows = touched.map(({ scene, outcome, id, rule, difference, cited, verdicts, entries }) => [
      scene,
      outcome,
      `${rule} ${id}`,
      difference.kind === 'CHANGED'
        ? `${differences.CHANGED}: ${difference.parts.map((part) => partTexts[part]).join(', ')}`
        : differences[difference.kind],
      cited ? 'cited 引用' : 'may concern 可能涉及',
      String(verdicts),
      entries.join(' '),
    ]);
    const head = [
      'scene 场景',
      'outcome 结论',
      'rule 规则',
      'difference 变动',
      'in the verdict 与结论的关系',
      'verdicts 结论数',
      'entries 日志条目',
    ];
    parts.push(columns([head, ...rows]));
  }
  if (placesDiffer) {
    parts.push(
      'What places say of their own differs: any verdict may be another. 地方规定有变动，任何结论均可能改变。\n',
    );
  }
  if (unknown > 0) {
    parts.push(
      'What these verdicts would say depends on records, and the log holds none: ask again to know. ' +
        '上述结论取决于记录内容，日志不含记录，须重新查询方可得知。\n',
    );
  }
  if (withoutRules > 0) {
    parts.push(
      `${withoutRules} of them were logged before verdicts named their rules. 其中 ${withoutRules} 项记录时尚未载明所引规则。\n`,
    );
  }
  if (otherRules > 0) {
    parts.push(
      `${otherRules} verdicts were given under still other rules: compared by the names of rules alone. ` +
        `另有 ${otherRules} 项依据其他版本规则作出，仅按规则名称比较。\n`,
    );
  }
  return parts.join('');
}
