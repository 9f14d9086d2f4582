// One line in the log for each change of a source's breaker: what it is now, and why. Nothing of it is an identifier
// or a source's own word.
import type { Log } from '../../connectors/log.ts';
import { type Watch, unwatched } from '../../connectors/watch.ts';

const words = {
  open: 'a source keeps failing and is not asked for now',
  'half-open': 'a source is asked again, by one call',
  closed: 'a source answers again',
} as const;

export function logBreakers(log: Log): Watch {
  return {
    ...unwatched,
    breakerChanged: (source, breaker, why) => {
      const line = { source, breaker, ...why };
      if (breaker === 'open') log.warn(line, words[breaker]);
      else log.info(line, words[breaker]);
    },
  };
}
