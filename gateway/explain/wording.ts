// What the steward's commands say, in both languages: outcomes in the words of the matrix, needs as phrases.
import type { Change } from '../../policies/engine/needs.ts';
import type { Bilingual } from '../../policies/engine/consumers.ts';
import type { ExplainedShowing, Explanation, NeededChanges } from './explanation.ts';

/** `allow`, `mask(YEAR)`, `allow if …; mask(YEAR) if …`, `deny`. */
export function outcomeText({ decision, showings }: Pick<Explanation, 'decision' | 'showings'>): string {
  return decision === 'deny' ? 'deny' : showings.map(showingText).join('; ');
}

export function showingText({ as, condition }: ExplainedShowing): string {
  const how = as === 'WHOLE' ? 'allow' : `mask(${as})`;
  return condition === null ? how : `${how} if ${condition}`;
}

/** ` +verdict` where its facts may feed one, with the condition if there is one. */
export function deriveText({
  derive,
}: {
  readonly derive: Pick<Explanation['derive'], 'decision' | 'condition'>;
}): string {
  if (derive.decision === 'deny') return '';
  return derive.condition === null ? ' +verdict' : ` +verdict if ${derive.condition}`;
}

function changeText(change: Change): Bilingual {
  switch (change.kind) {
    case 'purpose':
      return {
        en: `purpose ${change.purpose} (held: ${change.held ? 'yes' : 'no'})`,
        zh: `用途 ${change.purpose}（${change.held ? '已持有' : '未持有'}）`,
      };
    case 'case':
      return { en: 'a case number (Credit-Case)', zh: '案号（Credit-Case）' };
    case 'user':
      return { en: 'the human user (Credit-User)', zh: '经办人（Credit-User）' };
    case 'role':
      return { en: `role ${change.role}`, zh: `角色 ${change.role}` };
  }
}

const results: Readonly<Record<NeededChanges['action'], Bilingual>> = {
  read: { en: 'is shown whole', zh: '可读全文' },
  readMasked: { en: 'is shown masked', zh: '脱敏可见' },
  derive: { en: 'may feed a verdict', zh: '可用于核查结论' },
  perform: { en: 'may be performed', zh: '可执行' },
};

/** "With purpose x (held: no), role y it is shown whole, by policy z. 若…" */
export function neededText({ action, policy, changes, condition }: NeededChanges): string {
  const texts = changes.map(changeText);
  const result = results[action];
  const where =
    condition === null ? { en: '', zh: '' } : { en: ` where ${condition}`, zh: `（限 ${condition}）` };
  return (
    `With ${texts.map(({ en }) => en).join(', ')} it ${result.en}${where.en}, by policy ${policy}. ` +
    `若具备${texts.map(({ zh }) => zh).join('、')}，则${result.zh}${where.zh}，依据策略 ${policy}。`
  );
}
