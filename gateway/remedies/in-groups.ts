// Many requests, few statements: what is asked while statements are under way waits and is then asked together.
// INVARIANT: a statement begins after everything it serves was asked, so that no answer is older than its question.

interface Waiting<Key, Row> {
  readonly keys: readonly Key[];
  readonly resolve: (rows: readonly Row[]) => void;
  readonly reject: (error: unknown) => void;
}

/** Statements under way at once: a second one serves while a connection hangs. */
const mostUnderWay = 2;

/** Looks rows up by keys as `lookUp` does; whoever asks gets the rows of its own keys, or the error of its group. */
export function inGroups<Key, Row>(
  lookUp: (keys: readonly Key[]) => Promise<readonly Row[]>,
  keyOf: (row: Row) => Key,
): (keys: readonly Key[]) => Promise<readonly Row[]> {
  let waiting: Waiting<Key, Row>[] = [];
  let underWay = 0;
  const ask = async (group: readonly Waiting<Key, Row>[]): Promise<void> => {
    underWay += 1;
    try {
      const [only] = group;
      const keys = group.length === 1 ? only!.keys : [...new Set(group.flatMap((one) => one.keys))];
      const rows = await lookUp(keys);
      for (const { keys: own, resolve } of group) resolve(ofKeys(rows, own, keyOf));
    } catch (error) {
      for (const { reject } of group) reject(error);
    } finally {
      underWay -= 1;
      next();
    }
  };
  const next = (): void => {
    if (underWay >= mostUnderWay || waiting.length === 0) return;
    const group = waiting;
    waiting = [];
    void ask(group);
  };
  return (keys) =>
    new Promise((resolve, reject) => {
      waiting.push({ keys, resolve, reject });
      next();
    });
}

function ofKeys<Key, Row>(
  rows: readonly Row[],
  keys: readonly Key[],
  keyOf: (row: Row) => Key,
): readonly Row[] {
  if (rows.length === 0) return rows;
  const own = new Set(keys);
  return rows.filter((row) => own.has(keyOf(row)));
}
