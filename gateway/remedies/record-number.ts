// Document numbers as they are compared: the same number stays the same when its owner writes it with brackets, digits or
// spaces of another width.
import { halfWidth } from '../../connectors/transforms/transform.ts';

/** Not for showing. */
export function comparableNumber(number: string): string {
  return halfWidth(number)
    .replace(/[\s\u200B-\u200D\u2060\uFEFF]/g, '')
    .replace(/[〔［[【]/g, '(')
    .replace(/[〕］\]】]/g, ')')
    .toLowerCase();
}
