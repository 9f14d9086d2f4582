import { expect, test } from 'vitest';
import { changeKindOf } from '../../../gateway/recall/change-kind.ts';
import type { RemedyEffect } from '../../../gateway/remedies/procedure.ts';

const marked: RemedyEffect = 'UNDER_OBJECTION';

test.each([
  ['an objection that is filed', null, 'FILED', null, marked, 'MARKED'],
  ['verification, which changes nothing', 'FILED', 'VERIFYING', marked, marked, undefined],
  ['one that is upheld', 'VERIFYING', 'UPHELD', marked, 'REVOKED', 'OUT_OF_USE'],
  ['a correction by its owner', 'UPHELD', 'UPHELD', 'REVOKED', null, 'CORRECTED'],
  ['a withdrawal by its owner', 'UPHELD', 'UPHELD', 'REVOKED', 'REVOKED', 'WITHDRAWN'],
  ['one that is rejected', 'VERIFYING', 'REJECTED', marked, null, 'MARK_REMOVED'],
  ['one that is refused', 'FILED', 'REFUSED', marked, null, 'MARK_REMOVED'],
  ['an application for repair', null, 'APPLIED', null, null, undefined],
  ['its acceptance', 'APPLIED', 'ACCEPTED', null, null, undefined],
  ['a repair in effect', 'ACCEPTED', 'IN_EFFECT', null, 'REPAIRED', 'REPAIRED'],
] as const)('%s', (_what, from_state, to_state, before, effect, kind) => {
  expect(changeKindOf({ from_state, to_state, before, effect })).toBe(kind);
});
