// Whom an agency answers about while it misbehaves.
import { castMember } from '../generator/cast.ts';
import type { About } from './agency-server.ts';

/** `other`: the member of the cast it answers about instead. */
export function codesFor(about: About, other: string, asked: readonly string[]): readonly string[] {
  switch (about) {
    case 'asked':
      return [...new Set(asked)];
    case 'foreign':
      return [castMember(other).id];
    case 'nobody':
      return [];
  }
}
