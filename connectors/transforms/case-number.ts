// case-number: 案号 in one form: （2023）鄂0202执123号. Round brackets are full width, letters and digits half width,
// spaces go. 〔2015〕 is made round only where it opens the number: elsewhere it belongs to a document number.
import { fromText, halfWidth } from './transform.ts';

export const caseNumber = fromText('is not a case number', (given) =>
  halfWidth(given)
    .replace(/[\s\u200B-\u200D\u2060\uFEFF]/g, '')
    .replace(/^[〔［[【]([0-9]{4})[〕］\]】]/, '($1)')
    .replaceAll('(', '（')
    .replaceAll(')', '）'),
);
