// The credit office's database of published penalties and lists: its tables, and what fills them.
import { PUBLICITY_COLUMNS, type PublicityTable, publicityRowsOf } from '../generator/publicity-records.ts';
import type { World } from '../generator/world.ts';

export const PUBLICITY_TABLES = `
  create schema publicity;
  create table publicity.penalty (
    cf_xdr_shxym text not null, cf_wsh text, cf_wfxw text, cf_yj text, cf_cflb text, cf_nr_fk numeric,
    cf_jdrq date, cf_gsrq date, cf_gsjzq date, cf_cfjg text, cf_cb boolean,
    cf_zt text not null
  );
  create table publicity.wage_arrears_listing (
    uscc text not null, doc_no text, authority text, listed_on date, removed_on date, zt text not null
  );
  create table publicity.bidding_ban (
    uscc text not null, doc_no text, ground text, authority text, valid_from date, valid_to date, zt text not null
  );
  create table publicity.red_listing (uscc text not null, granted_by text, granted_on date, valid_to date);
  create table publicity.old_number (uscc text not null, registration_no text not null);`;

export const PUBLICITY_KEYS = `
  create index on publicity.penalty (cf_xdr_shxym);
  create index on publicity.wage_arrears_listing (uscc);
  create index on publicity.bidding_ban (uscc);
  create index on publicity.red_listing (uscc);
  create index on publicity.old_number (uscc);
  create index on publicity.old_number (registration_no);`;

export const publicityTables = Object.keys(PUBLICITY_COLUMNS) as readonly PublicityTable[];

export function* publicityRows(world: World, table: PublicityTable): Generator<readonly (string | null)[]> {
  for (let index = 0; index < world.organisations; index += 1) yield* publicityRowsOf(world, table, index);
}
