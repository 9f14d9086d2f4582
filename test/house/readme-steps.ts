// The README's promises, taken from the README itself. A block of commands under `<!-- run -->` is run by
// `.ci/run`; the block under `<!-- answer -->` that may follow is what its output must contain.

/** Commands to be run one after the other, and the pieces their output must contain. */
export interface ReadmeStep {
  readonly commands: string;
  /** Without white space; `…` in the README leaves out what differs from day to day. */
  readonly pieces: readonly string[];
}

interface Block {
  readonly kind: string;
  readonly text: string;
}

const marked = /<!-- (run|answer) -->\s*\n```[a-z]*\n([\s\S]*?)\n```/g;

/** @throws Error where an answer follows nothing that is run, or a marker has no block */
export function readmeSteps(readme: string): readonly ReadmeStep[] {
  const blocks = [...readme.matchAll(marked)].map(([, kind, text]): Block => ({ kind: kind!, text: text! }));
  const markers = [...readme.matchAll(/<!-- (?:run|answer) -->/g)].length;
  if (markers !== blocks.length) throw new Error('a marker of the README has no block under it');
  const steps: ReadmeStep[] = [];
  for (const { kind, text } of blocks) {
    if (kind === 'run') {
      steps.push({ commands: text, pieces: [] });
      continue;
    }
    const last = steps.pop();
    if (last === undefined || last.pieces.length > 0) throw new Error('an answer without its commands');
    steps.push({ ...last, pieces: piecesOf(text) });
  }
  return steps;
}

const piecesOf = (answer: string): readonly string[] =>
  answer
    .split('…')
    .map(squeeze)
    .filter((piece) => piece !== '');

/** A text without its white space: an answer may be laid out otherwise in the README. */
export const squeeze = (text: string): string => text.replaceAll(/\s+/g, '');

/** Pieces that do not occur in `output` in their order. */
export function missingPieces(step: ReadmeStep, output: string): readonly string[] {
  const squeezed = squeeze(output);
  let from = 0;
  return step.pieces.filter((piece) => {
    const at = squeezed.indexOf(piece, from);
    if (at < 0) return true;
    from = at + piece.length;
    return false;
  });
}
