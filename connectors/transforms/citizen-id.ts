// citizen-id: a citizen identity number, checked and canonical; one the agency has masked itself stays masked.
import { canonicalText } from '../../schema/identifiers/canonical-text.ts';
import { parseCitizenId } from '../../schema/identifiers/citizen-id.ts';
import { fromText } from './transform.ts';

// Six stars at least, as the scalar CitizenId demands: fewer can be undone by trying.
const MASKED = /^(?=(?:[0-9X]*\*){6})[0-9*]{17}[0-9X*]$/;

export const citizenId = fromText('is not a citizen identity number', (given) => {
  const parsed = parseCitizenId(given);
  if (parsed.ok) return parsed.value;
  const canonical = canonicalText(given);
  return canonical.ok && MASKED.test(canonical.value) ? canonical.value : undefined;
});
