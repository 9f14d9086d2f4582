// The scalar USCC: an organisation's key, canonical inside and in answers.
import { parseUscc } from '../identifiers/uscc.ts';
import { makeTextScalar } from './text-scalar.ts';

// LAST_FOUR of a code, where policy masks it.
const MASKED = /^\*{14}[0-9A-Y]{4}$/;

export const usccScalar = makeTextScalar({
  name: 'USCC',
  description:
    'Unified social credit code (GB 32100-2015), 18 characters; width, case and spaces are normalised and the check character is verified.\n' +
    '统一社会信用代码（GB 32100-2015），18 位；自动统一全半角、大小写和空格，并核对校验码。',
  refusal: 'IDENTIFIER_INVALID',
  read: (submitted) => {
    const code = parseUscc(submitted);
    return code.ok ? code.value : undefined;
  },
  show: (stored) => {
    if (typeof stored !== 'string') return undefined;
    if (MASKED.test(stored)) return stored;
    const code = parseUscc(stored);
    return code.ok && code.value === stored ? stored : undefined;
  },
});
