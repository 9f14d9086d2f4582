// The scalar CitizenId: a person's key. Whole when submitted; in answers it may be masked by policy.
import { parseCitizenId } from '../identifiers/citizen-id.ts';
import { makeTextScalar } from './text-scalar.ts';

// Six stars at least: a mask that leaves more can be undone by trying check digits and dates.
const MASKED = /^(?=(?:[0-9X]*\*){6})[0-9*]{17}[0-9X*]$/;

export const citizenIdScalar = makeTextScalar({
  name: 'CitizenId',
  description:
    'Citizen identity number (GB 11643-1999), 18 characters; the 15-digit form is converted. In answers it may be masked with asterisks.\n' +
    '公民身份号码（GB 11643-1999），18 位；15 位旧号自动换算。返回值可能以星号脱敏。',
  refusal: 'IDENTIFIER_INVALID',
  read: (submitted) => {
    const id = parseCitizenId(submitted);
    return id.ok ? id.value : undefined;
  },
  show: (stored) => {
    if (typeof stored !== 'string') return undefined;
    if (MASKED.test(stored)) return stored;
    const id = parseCitizenId(stored);
    return id.ok && id.value === stored ? stored : undefined;
  },
});
