// Why nobody is clear by a delivery although it is in use.
import type { GapReason } from '../contract.ts';
import type { FileRecord } from '../manifest.ts';
import { exceeds } from '../mapping.ts';
import { MOST_MASKS } from './key-counts.ts';
import type { ActiveDelivery } from './register.ts';

/** None: what it holds is all there is. */
export function gapsIn(
  { unusableKeys, atLeast }: Pick<FileRecord, 'unusableKeys' | 'atLeast'>,
  { rows, keys, whole }: Pick<ActiveDelivery, 'rows' | 'keys' | 'whole'>,
): readonly GapReason[] {
  const gaps: GapReason[] = [];
  if (!whole) gaps.push('UNPROVEN');
  if (exceeds(unusableKeys, keys.spoilt, rows)) gaps.push('UNUSABLE_KEYS');
  if (rows - keys.spoilt < atLeast) gaps.push('FEWER');
  if (keys.masked > MOST_MASKS) gaps.push('UNSEEN');
  return gaps;
}
