// An array of texts as PostgreSQL writes it, {A,"B, C",NULL} → a list. Arrays of arrays stay text, which no list is read from.

const ELEMENT = /"((?:[^"\\]|\\.)*)"|([^,{}"\\\s][^,{}"\\]*)/y;

export function readTextArray(text: string): readonly (string | null)[] | undefined {
  if (!text.startsWith('{') || !text.endsWith('}')) return undefined;
  const list: (string | null)[] = [];
  let at = 1;
  if (text === '{}') return list;
  for (;;) {
    ELEMENT.lastIndex = at;
    const found = ELEMENT.exec(text);
    if (found === null) return undefined;
    const [whole, quoted, plain] = found;
    if (quoted !== undefined) list.push(quoted.replace(/\\(.)/gs, '$1'));
    else list.push(/^null$/i.test(plain!) ? null : plain!);
    at += whole.length;
    if (at === text.length - 1) return list;
    if (text[at] !== ',') return undefined;
    at += 1;
  }
}
