import { expect, test } from 'vitest';
import type { RecordRow, SourceAnswer } from '../../../connectors/contract.ts';
import { openEffects, underEffects } from '../../../gateway/remedies/effects.ts';
import type { RemedyEffect } from '../../../gateway/remedies/procedure.ts';
import { planUnderRemedies } from '../../../gateway/request/plan.ts';
import type { Planned } from '../../../gateway/request/stages.ts';
import { mitigatedMark } from '../../../gateway/verdict/assess-record.ts';
import type { GatewayState } from '../../../gateway/state/state.ts';

const answerOf = (rows: readonly RecordRow[]): SourceAnswer => ({
  state: 'OK',
  asOf: '2026-11-22T00:00:00Z',
  rows: new Map([
    ['Listing', new Map([['A', rows]])],
    ['Other', new Map([['A', [{ no: '1' }]]])],
  ]),
  invalidSubjects: new Set(),
});
const apply = (rows: readonly RecordRow[], effects: Readonly<Record<string, RemedyEffect>>, added = false) =>
  underEffects(
    answerOf(rows),
    new Map([
      [
        'Listing',
        new Map([
          [
            'A',
            new Map(
              Object.entries(effects).map(([number, effect]) => [number, { effect, mitigated: false }]),
            ),
          ],
        ]),
      ],
    ]),
    new Map([['Listing', { field: 'no', added }]]),
  )
    .rows.get('Listing')!
    .get('A');

test('a record under objection says so, the others are as their owner says', () => {
  const rows = [
    { no: '1', recordStatus: 'EFFECTIVE' },
    { no: '2', recordStatus: 'EFFECTIVE' },
  ];
  expect(apply(rows, { '1': 'UNDER_OBJECTION' })).toEqual([
    { no: '1', recordStatus: 'UNDER_OBJECTION' },
    rows[1],
  ]);
  expect(rows[0]).toEqual({ no: '1', recordStatus: 'EFFECTIVE' });
});

// Once a repaired record came back when its owner began to write its number with other brackets.
test.each(['合成罚（2025）1号', '合成罚[2025]1号', ' 合成罚〔２０２５〕1 号'])(
  'the record is the same under %j',
  (no) => {
    expect(apply([{ no, recordStatus: 'EFFECTIVE' }], { '合成罚(2025)1号': 'REPAIRED' })).toEqual([]);
  },
);

test.each(['REPAIRED', 'REVOKED'] as const)('a record that is %s is gone', (effect) => {
  expect(apply([{ no: '1' }, { no: '2' }], { '1': effect })).toEqual([{ no: '2' }]);
});

test.each(['REVOKED', 'REPAIRED', 'OTHER', null])(
  'an objection does not bring back a record whose owner says %s',
  (status) => {
    expect(apply([{ no: '1', recordStatus: status }], { '1': 'UNDER_OBJECTION' })).toEqual([
      { no: '1', recordStatus: status },
    ]);
  },
);

test('what was fetched only to find the records is dropped, of every subject', () => {
  const answer: SourceAnswer = {
    ...answerOf([]),
    rows: new Map([
      [
        'Listing',
        new Map([
          ['A', [{ no: '1', recordStatus: 'EFFECTIVE' }]],
          ['B', [{ no: '9', recordStatus: 'EFFECTIVE' }]],
        ]),
      ],
    ]),
  };
  const { rows } = underEffects(
    answer,
    new Map([
      [
        'Listing',
        new Map([['A', new Map([['1', { effect: 'UNDER_OBJECTION' as const, mitigated: false }]])]]),
      ],
    ]),
    new Map([['Listing', { field: 'no', added: true }]]),
  );
  expect(rows.get('Listing')!.get('A')).toEqual([{ recordStatus: 'UNDER_OBJECTION' }]);
  expect(rows.get('Listing')!.get('B')).toEqual([{ recordStatus: 'EFFECTIVE' }]);
});

test('a status that was not fetched is not made up', () => {
  expect(apply([{ no: '1' }], { '1': 'UNDER_OBJECTION' })).toEqual([{ no: '1' }]);
});

test('one statement serves a request, none where it names nobody; a settled effect outranks an open objection', async () => {
  const asked: unknown[][] = [];
  const rows = ['REPAIRED', 'UNDER_OBJECTION'].map((effect) => ({
    subject: 'p:A',
    source: 's',
    record_type: 'Listing',
    record: '1',
    effect,
  }));
  const state = {
    query: (_text: string, values: unknown[]) => {
      asked.push(values);
      return Promise.resolve(rows);
    },
  } as unknown as GatewayState;
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const effects = openEffects(state, (_kind, id) => `p:${id}`, log);
  expect(await effects.of([], 'r')).toEqual(new Map());
  expect(asked).toEqual([]);
  const found = await effects.of(
    ['A', 'B'].map((id) => ({ kind: 'Organization' as const, id })),
    'r',
  );
  expect(asked).toEqual([[['p:A', 'p:B']]]);
  expect(found.get('s')!.get('Listing')!.get('A')!.get('1')).toEqual({
    effect: 'REPAIRED',
    mitigated: false,
  });
});

test('a remedy whose record can no longer be named stops the answer', () => {
  const record = { name: 'Listing', source: 's', fields: new Map(), line: 1 };
  const planned = {
    decided: { admitted: { snapshot: { catalogue: { records: new Map([['Listing', record]]) } } } },
    fetches: new Map([['s', { subjects: [], steps: [{ record: 'Listing', fields: [] }] }]]),
  } as unknown as Planned;
  const effects = new Map([
    [
      's',
      new Map([
        ['Listing', new Map([['A', new Map([['1', { effect: 'REPAIRED' as const, mitigated: false }]])]])],
      ]),
    ],
  ]);
  expect(() => planUnderRemedies(planned, effects)).toThrow(expect.objectContaining({ code: 'NOT_READY' }));
  expect(planUnderRemedies(planned, new Map())).toBe(planned);
});

test('a mitigation marks the row beside an objection, and changes no field of it', () => {
  const row = { no: '1', recordStatus: 'EFFECTIVE' };
  const effect = { effect: 'UNDER_OBJECTION' as const, mitigated: true };
  const changed = underEffects(
    answerOf([row]),
    new Map([['Listing', new Map([['A', new Map([['1', effect]])]])]]),
    new Map([['Listing', { field: 'no', added: false }]]),
  );
  expect(changed.rows.get('Listing')!.get('A')).toEqual([
    { no: '1', recordStatus: 'UNDER_OBJECTION', [mitigatedMark]: true },
  ]);
  expect(row).toEqual({ no: '1', recordStatus: 'EFFECTIVE' });
});

test.each([
  ['first', [null, 'UNDER_OBJECTION']],
  ['last', ['UNDER_OBJECTION', null]],
])('a mitigation that is read %s is kept beside an objection', async (_when, effects) => {
  const rows = effects.map((effect) => ({
    subject: 'p:A',
    source: 's',
    record_type: 'Listing',
    record: '1',
    effect,
  }));
  const state = { query: () => Promise.resolve(rows) } as unknown as GatewayState;
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const found = await openEffects(state, (_kind, id) => `p:${id}`, log).of(
    [{ kind: 'Organization', id: 'A' }],
    'r',
  );
  expect(found.get('s')!.get('Listing')!.get('A')!.get('1')).toEqual({
    effect: 'UNDER_OBJECTION',
    mitigated: true,
  });
});
