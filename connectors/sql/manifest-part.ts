// What a manifest says of a database: the table or view of each record type.
import { z } from 'zod';
import { fieldFilters } from '../manifest-words.ts';

const table = z
  .string()
  .regex(/^[^."\s]{1,63}(?:\.[^."\s]{1,63})?$/, 'write a table as schema.table, without quotes');

export const sqlPart = {
  protocols: ['postgres:', 'postgresql:'],
  top: {},
  record: { table, filters: fieldFilters },
} as const;
