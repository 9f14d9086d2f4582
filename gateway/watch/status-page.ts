// The status report as a page for people, English and Chinese. It loads nothing and runs no script; its policy
// allows its own style and nothing else.
import { createHash } from 'node:crypto';
import { type KeyFault, keyFaultWords } from '../../connectors/key-faults.ts';
import type { SourceStatus, StatusReport } from './status.ts';

const style = `
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem; color: #1b1f24; background: #fff }
h1 { font-size: 1.3rem } h2 { font-size: 1.05rem; margin-top: 2rem }
table { border-collapse: collapse; width: 100% } caption { text-align: left; font-weight: 600; padding: .4rem 0 }
th, td { text-align: left; vertical-align: top; padding: .35rem .7rem; border-bottom: 1px solid #d6dae0 }
th { font-weight: 600; background: #f4f6f8 } .number { text-align: right; font-variant-numeric: tabular-nums }
.good { color: #12692e } .bad { color: #b01a1a; font-weight: 600 } .warn { color: #8a5a00; font-weight: 600 }
small { color: #555d66 } code { font-size: .93em }
@media (prefers-color-scheme: dark) {
  body { color: #e6e9ed; background: #14171a } th { background: #20252a } th, td { border-color: #3a4149 }
  .good { color: #6fcf8a } .bad { color: #ff8f8f } .warn { color: #f0bf5e } small { color: #a5adb6 }
}`;

/** The page's Content-Security-Policy. */
export const statusPagePolicy =
  `default-src 'none'; style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'; ` +
  "frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/** Text made safe inside an element or a quoted attribute. */
function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

/** What is not known yet. */
const none = '<small>–</small>';

const time = (iso: string | null): string =>
  iso === null ? none : `<time datetime="${escaped(iso)}">${escaped(iso.replace(/\.\d+Z$/, 'Z'))}</time>`;
const duration = (milliseconds: number | null): string =>
  milliseconds === null ? none : String(milliseconds);
const marked = (kind: 'good' | 'bad' | 'warn', text: string): string =>
  `<span class="${kind}">${escaped(text)}</span>`;

const stateTexts: Readonly<Record<string, string>> = {
  OK: marked('good', 'OK 正常'),
  STALE: marked('warn', 'STALE 过期'),
  UNAVAILABLE: marked('bad', 'UNAVAILABLE 不可用'),
  INVALID: marked('bad', 'INVALID 应答无效'),
};
const breakerTexts: Readonly<Record<string, string>> = {
  closed: marked('good', 'closed 闭合'),
  'half-open': marked('warn', 'half open 半开'),
  open: marked('bad', 'open 断开'),
};
const driftTexts: Readonly<Record<string, string>> = {
  'missing column': 'missing column 缺少字段',
  'changed type': 'changed form 形式改变',
  'unknown code': 'unknown code 未登记代码',
  'unusable key': 'unusable key 标识无法识别',
};

/** The whole page. */
export function statusPage(report: StatusReport): string {
  const { gateway, sources } = report;
  const facts: readonly (readonly [string, string])[] = [
    ['Ready 可应答', gateway.ready ? marked('good', 'yes 是') : marked('bad', 'no 否')],
    ['Started 启动时间', time(gateway.startedAt)],
    ['Requests under way 处理中的请求', String(gateway.inFlight)],
    ['Worked on at once, at most 同时处理上限', String(gateway.load.limit)],
    ['Waiting for their turn 排队', String(gateway.load.waiting)],
    ['Told to come back later 因过载拒绝', String(gateway.load.refused)],
    ['Own delay in ms 网关自身延迟（毫秒）', String(Math.round(gateway.load.delay))],
    [
      'Audit log 审计日志',
      gateway.audit.healthy ? marked('good', 'healthy 正常') : marked('bad', 'failed 故障'),
    ],
    ['Audit entries 审计条目', String(gateway.audit.entries)],
    ['Policies 策略版本', `<code>${escaped(gateway.policyVersion)}</code>`],
    ['Rules 规则版本', `<code>${escaped(gateway.rulesVersion)}</code>`],
  ];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="refresh" content="15">
<title>Gateway status 网关运行状态</title>
<style>${style}</style>
</head>
<body>
<h1>Gateway status <span lang="zh">网关运行状态</span></h1>
<p><small>${time(report.at)} · since the start 自启动起计 · <a href="/metrics">/metrics</a></small></p>
${table('Gateway 网关', ['', ''], facts)}
${table('Sources 来源', sourceHead, sources.map(sourceRow))}
${table('Resilience and cache 保护与缓存', guardHead, sources.map(guardRow))}
${table('Deliveries 交付文件', deliveryHead, sources.flatMap(deliveryRows))}
${table('Keys 主体标识', keyHead, sources.flatMap(keyRows))}
${table('Drift from the manifests 与接入清单不符', driftHead, sources.flatMap(driftRows))}
</body>
</html>
`;
}

function table(caption: string, head: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return `<p><strong>${escaped(caption)}</strong>: none 无</p>`;
  const heading = head.every((text) => text === '')
    ? ''
    : `<thead><tr>${head.map((text) => `<th scope="col">${escaped(text)}</th>`).join('')}</tr></thead>`;
  const body = rows.map((cells) => `<tr>${cells.map(cell).join('')}</tr>`).join('\n');
  return `<table><caption>${escaped(caption)}</caption>${heading}<tbody>\n${body}\n</tbody></table>`;
}

function cell(html: string): string {
  return /^\d+$/.test(html) ? `<td class="number">${html}</td>` : `<td>${html}</td>`;
}

const sourceHead = [
  'Source 来源',
  'State 状态',
  'Last success 最近成功',
  'Last failure 最近失败',
  'Calls 调用',
  'Failed 失败',
  'p50 ms',
  'p95 ms',
  'p99 ms',
  'Data as of 数据截至',
  'Age s / limit 数据年龄/时限',
];

function sourceRow(source: SourceStatus): string[] {
  const { latency, lastFailure } = source;
  const name = `<code>${escaped(source.name)}</code> <small>${escaped(source.transport)}</small><br>${escaped(
    `${source.title.en} ${source.title.zh}`,
  )}`;
  const tooOld =
    source.maxAgeSeconds !== null &&
    source.dataAgeSeconds !== null &&
    source.dataAgeSeconds > source.maxAgeSeconds;
  const age = `${source.dataAgeSeconds ?? '–'} / ${source.maxAgeSeconds ?? '–'}`;
  return [
    name,
    source.lastState === null ? none : stateTexts[source.lastState]!,
    time(source.lastSuccessAt),
    lastFailure === null ? none : `${time(lastFailure.at)}<br><code>${escaped(lastFailure.code)}</code>`,
    String(source.calls),
    String(source.failures),
    duration(latency.p50),
    duration(latency.p95),
    duration(latency.p99),
    time(source.dataAsOf),
    tooOld ? marked('warn', age) : escaped(age),
  ];
}

const guardHead = [
  'Source 来源',
  'Breaker 熔断器',
  'Retries 重试',
  'Turned away 拒绝',
  'Cache hits 命中',
  'misses 未命中',
  'stale 过期应答',
  'shared 合并',
];

function guardRow({ name, breaker, retries, shed, cache }: SourceStatus): string[] {
  return [
    `<code>${escaped(name)}</code>`,
    breaker === null ? none : breakerTexts[breaker]!,
    ...[retries, shed, cache.hit, cache.miss, cache.stale, cache.shared].map(String),
  ];
}

const deliveryHead = [
  'Source 来源',
  'Record 记录类型',
  'File 文件',
  'Outcome 结果',
  'Rows 行数',
  'At 时间',
  'Reason 原因',
];

function deliveryRows({ name, deliveries }: SourceStatus): string[][] {
  return deliveries.map(({ record, pattern, outcome, rows, at, reason }) => [
    `<code>${escaped(name)}</code>`,
    `<code>${escaped(record)}</code>`,
    `<code>${escaped(pattern)}</code>`,
    outcome === 'loaded' ? marked('good', 'loaded 已启用') : marked('bad', 'quarantined 已隔离'),
    String(rows),
    time(at),
    reason === undefined ? none : `<code>${escaped(reason)}</code>`,
  ]);
}

const keyHead = [
  'Source 来源',
  'Record 记录类型',
  'Rows 行数',
  'Masked 已遮盖',
  'Nobody’s 无法识别',
  'Why 原因',
  'Evidence 证据',
  'Counted 统计时间',
];

function keyRows({ name, keys }: SourceStatus): string[][] {
  return keys.map(({ record, rows, masked, unusable, gaps, at }) => {
    const faults = Object.entries(unusable) as [KeyFault, number][];
    return [
      `<code>${escaped(name)}</code>`,
      `<code>${escaped(record)}</code>`,
      String(rows),
      String(masked),
      String(faults.reduce((sum, [, count]) => sum + count, 0)),
      faults.length === 0
        ? none
        : faults
            .map(([fault, count]) =>
              escaped(`${keyFaultWords[fault].what.zh} ${keyFaultWords[fault].what.en}: ${count}`),
            )
            .join('<br>'),
      gaps.length === 0
        ? marked('good', 'complete 完整')
        : marked('bad', `incomplete 不完整: ${gaps.join(', ')}`),
      time(at),
    ];
  });
}

const driftHead = [
  'Source 来源',
  'Kind 情形',
  'Field 字段',
  'Count 次数',
  'Last seen 最近出现',
  'Codes 代码',
];

function driftRows({ name, drift }: SourceStatus): string[][] {
  return drift.map(({ kind, coordinate, count, lastSeenAt, codes }) => [
    `<code>${escaped(name)}</code>`,
    marked('warn', driftTexts[kind] ?? kind),
    `<code>${escaped(coordinate)}</code>`,
    String(count),
    time(lastSeenAt),
    codes.length === 0 ? none : codes.map((code) => `<code>${escaped(code)}</code>`).join(' '),
  ]);
}
