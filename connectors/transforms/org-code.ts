// org-code: an organisation code, checked, without its hyphen.
import { parseOrgCode } from '../../schema/identifiers/org-code.ts';
import { fromText } from './transform.ts';

export const orgCode = fromText('is not an organisation code', (given) => {
  const parsed = parseOrgCode(given);
  return parsed.ok ? parsed.value : undefined;
});
