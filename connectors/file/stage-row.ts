// A delivered row as it is staged: keys in the one form in which they are compared, and identifiers a spreadsheet has
// spoilt found out.
import { parseCitizenId } from '../../schema/identifiers/citizen-id.ts';
import { parseUscc } from '../../schema/identifiers/uscc.ts';
import { comparableKey } from '../key-forms.ts';
import type { FileRecord } from '../manifest.ts';
import type { Complain, DeliveredRow } from './delivered-row.ts';
import { identityColumns, keyColumns, stagedSources } from './staged-columns.ts';

export interface RowStager {
  /** Values in the order of `stagedNames`. Undefined: it was complained of. */
  stage(row: DeliveredRow): readonly (string | null)[] | undefined;
  /** What tells the row from every other. */
  identify(row: DeliveredRow): readonly string[] | undefined;
  /** Rows whose key names nobody for certain. */
  readonly masked: number;
}

export function stageRowsOf(record: FileRecord, complain: Complain): RowStager {
  const keys = keyColumns(record).length;
  const identities = identityColumns(record).length;
  const names = stagedSources(record);
  let masked = 0;

  const identify = ({ line, values }: DeliveredRow): readonly string[] | undefined => {
    const found: string[] = [];
    for (let at = keys; at < keys + identities; at += 1) {
      const value = values[at]?.trim() ?? '';
      if (value === '') complain('NO_KEY', 'is empty', line, names[at]);
      else found.push(value);
    }
    return found.length === identities ? found : undefined;
  };

  return {
    get masked() {
      return masked;
    },
    identify,
    stage: (row) => {
      const { line, values } = row;
      const staged: (string | null)[] = [];
      let right = true;
      let isMasked = false;
      for (let at = 0; at < names.length; at += 1) {
        const value = values[at] ?? null;
        if (value !== null && isSpoilt(value, at < keys)) {
          complain('SPOILT', 'was made a number by a spreadsheet', line, names[at]);
          right = false;
        } else if (at < keys) {
          const key = value === null ? undefined : comparableKey(value);
          if (key === undefined) {
            complain('NO_KEY', 'is empty or no key', line, names[at]);
            right = false;
          } else {
            staged.push(key);
            isMasked ||= key.includes('*');
          }
        } else if (at >= keys + identities) staged.push(value);
      }
      const identity = identify(row);
      if (!right || identity === undefined) return undefined;
      if (isMasked) masked += 1;
      staged.splice(keys, 0, ...identity);
      return staged;
    },
  };
}

const SCIENTIFIC = /^\s*[+-]?[0-9](?:\.[0-9]+)?E\+[0-9]{2,3}\s*$/i;
const ENDS_IN_ZEROS = /^[1-9][0-9]{14}000$/;

/** `3.10101E+17`, or an identifier whose last places fell victim to fifteen significant digits. */
function isSpoilt(value: string, isKey: boolean): boolean {
  if (value.length > 30 || value.length < 5) return false;
  if (SCIENTIFIC.test(value)) return true;
  return isKey && ENDS_IN_ZEROS.test(value) && !parseCitizenId(value).ok && !parseUscc(value).ok;
}
