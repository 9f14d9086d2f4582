// The receipt of a check: a consumer tells whether the answer of one of its requests was followed in the decision. It
// is kept in the audit log beside the request it speaks of.
import { ClientError } from '../errors.ts';
import type { OwnRoots } from './own-roots.ts';
import type { Recorder } from './record.ts';

const REQUEST = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export function useOfAnswers(recorder: Recorder, clock: () => Date): Partial<OwnRoots> {
  return {
    mutations: {
      recordUse: ({ request, use }, decided) => {
        if (typeof request !== 'string' || !REQUEST.test(request)) {
          throw new ClientError('VALUE_INVALID', 'recordUse(request)');
        }
        recorder.note(decided, 'use-recorded', { of: request, use: String(use) });
        return { request, use, recordedAt: clock().toISOString() };
      },
    },
  };
}
