// The line with which a delivery ends, as the manifest writes it: `#END,{rows}` or `T{rows}|{sha256}`. It says how much
// was sent, so that a delivery cut off between two rows is noticed.

/** What a trailer line says. */
export interface Trailer {
  readonly rows: number | undefined;
  /** In lower-case hex, of every byte before the trailer's line. */
  readonly sha256: string | undefined;
}

const PLACES: Readonly<Record<string, string>> = { rows: '0*([0-9]{1,12})', sha256: '([0-9A-Fa-f]{64})' };

/** What is wrong with a template, for the author of the manifest. */
export function findTrailerProblem(template: string): string | undefined {
  const places = [...template.matchAll(/\{(rows|sha256)\}/g)].map(([, place]) => place);
  if (places.length === 0)
    return 'write {rows} or {sha256} where the number or hash stands, such as #END,{rows}';
  if (new Set(places).size < places.length) return 'each place stands once';
  if (/\{rows\}\{sha256\}|\{sha256\}\{rows\}/.test(template))
    return 'put something between {rows} and {sha256}';
  if (/[\r\n]/.test(template)) return 'is one line';
  return undefined;
}

/** Reads the last line of a delivery. Undefined: it is not the trailer. */
export function readTrailer(template: string, line: string): Trailer | undefined {
  const places: string[] = [];
  const expression = template
    .split(/(\{(?:rows|sha256)\})/)
    .map((part, at) => {
      if (at % 2 === 0) return part.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
      const place = part.slice(1, -1);
      places.push(place);
      return PLACES[place];
    })
    .join('');
  const found = new RegExp(`^${expression}$`, 'u').exec(line.trim());
  if (found === null) return undefined;
  const said = (place: string): string | undefined => {
    const at = places.indexOf(place);
    return at === -1 ? undefined : found[at + 1];
  };
  const rows = said('rows');
  return { rows: rows === undefined ? undefined : Number(rows), sha256: said('sha256')?.toLowerCase() };
}
