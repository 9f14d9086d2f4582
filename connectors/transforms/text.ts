// text: any single value as text, trimmed; blank is null.
import { fromText } from './transform.ts';

export const text = fromText('is not text', (given) => given);
