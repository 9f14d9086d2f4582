#!/bin/sh
# csv-parse 7.0.3 (csv-parse/sync, Node 20). A delivery with one column whose header ends in CRLF and whose rows end in LF, as
# two tools in a row leave it: RFC 4180 asks for CRLF, most exports write LF, and both lines are valid text.
# Expected: three records, or an error. Seen: one record whose value holds all three rows, [{"code":"A1\nB2\nC3\n"}], and no
# error: the ending of the first line is taken for all. (With two columns the same file is an error about lengths.)
# Exit code 0: still so. 1: it behaves otherwise now.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --ignore-scripts --no-audit --no-fund csv-parse@7.0.3 >/dev/null
cat >run.mjs <<'JS'
import { parse } from 'csv-parse/sync';

const read = (text) => {
  try {
    return JSON.stringify(parse(text, { columns: true }));
  } catch (error) {
    return error.code;
  }
};
const seen = [
  read('code\r\nA1\nB2\nC3\n'),
  read('code\nA1\nB2\nC3\n'),
  read('code,amount\r\nA1,10\nB2,20\nC3,30\n'),
];
const noted = [
  '[{"code":"A1\\nB2\\nC3\\n"}]',
  '[{"code":"A1"},{"code":"B2"},{"code":"C3"}]',
  'CSV_RECORD_INCONSISTENT_COLUMNS',
];
console.log(seen.join('\n'));
process.exitCode = JSON.stringify(seen) === JSON.stringify(noted) ? 0 : 1;
JS
node run.mjs
