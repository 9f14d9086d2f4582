// What came of telling: for those who handle remedies. Who reads what its subject is not to be told of stays out of it, and so
// does what concerns records that are out of the caller's sight.
import { typesInSight } from '../remedies/in-sight.ts';
import { kept } from '../remedies/remedy-desk.ts';
import { isProvisionalSince } from '../remedies/remedy-view.ts';
import { mustSee } from '../request/own-view.ts';
import type { OwnRoots } from '../request/own-roots.ts';
import type { Decided } from '../request/stages.ts';
import type { ChangeFeedParts } from './change-feed.ts';
import { type ReceiptRow, overdueReceipts, receiptsOf } from './notice-store.ts';

const right = 'NoticeReceipt.consumer';

export function noticeReceipts(parts: Pick<ChangeFeedParts, 'state' | 'log'>): Partial<OwnRoots> {
  return {
    queries: {
      noticeReceipts: ({ remedy }, decided) => {
        mustSee(decided, right, 'noticeReceipts');
        return kept(parts, decided.admitted.request, async ({ query }) =>
          viewsOf(await receiptsOf(query, String(remedy), typesInSight(decided)), decided),
        );
      },
      overdueNotices: (_given, decided) => {
        mustSee(decided, right, 'overdueNotices');
        return kept(parts, decided.admitted.request, async ({ query }) =>
          viewsOf(await overdueReceipts(query, decided.admitted.today, typesInSight(decided)), decided),
        );
      },
    },
  };
}

function viewsOf(rows: readonly ReceiptRow[], decided: Decided): readonly unknown[] {
  const { admitted } = decided;
  const { consumers } = admitted.snapshot.policies.policySet.consumers;
  return rows.map((row) => {
    const title = consumers.get(row.consumer)?.title;
    return {
      remedy: row.remedy,
      change: row.kind,
      consumer: row.consumer,
      consumerTitle: title === undefined ? null : `${title.en} ${title.zh}`,
      purpose: row.purpose,
      lastReadAt: row.last_read_at.toISOString(),
      noticedAt: row.made_at.toISOString(),
      untold: row.untold,
      // A later message announces it as well.
      delivery: row.delivered_at === null ? row.delivery : 'DELIVERED',
      attempts: row.attempts,
      deliveredAt: row.delivered_at?.toISOString() ?? null,
      acknowledgeBy: row.acknowledge_by,
      acknowledgeByProvisional:
        row.acknowledge_by !== null && isProvisionalSince(decided, row.acknowledge_by, row.made_at),
      acknowledgedAt: row.acknowledged_at?.toISOString() ?? null,
      acknowledgedBy: row.acknowledged_by,
      overdue:
        row.acknowledge_by !== null && row.acknowledged_at === null && row.acknowledge_by < admitted.today,
    };
  });
}
