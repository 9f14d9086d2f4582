// What a manifest says of deliveries of files: their names, format and encoding.
import { z } from 'zod';
import { fieldFilters } from '../manifest-words.ts';

const delivery = z.strictObject({
  pattern: z
    .string()
    .regex(
      /^[^*/\\]+\*[^*/\\]+$/,
      'write a pattern with one * for the date and sequence, such as debt-*.csv',
    ),
  format: z.enum(['csv', 'jsonl']),
  encoding: z.enum(['utf-8', 'gb18030']).default('utf-8'),
});

export const filePart = {
  /** A folder, not a URL. */
  protocols: [],
  top: {},
  record: { delivery, filters: fieldFilters },
} as const;

export type DeliveryOptions = z.output<typeof delivery>;
