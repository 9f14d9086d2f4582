// One watch for connectors that tells several.
import type { Watch } from '../../connectors/watch.ts';

export function watchAll(watches: readonly Watch[]): Watch {
  return {
    called: (call) => watches.forEach((watch) => watch.called(call)),
    retried: (source, code) => watches.forEach((watch) => watch.retried(source, code)),
    breakerChanged: (source, state, why) =>
      watches.forEach((watch) => watch.breakerChanged(source, state, why)),
    cached: (source, outcome) => watches.forEach((watch) => watch.cached(source, outcome)),
    shed: (source) => watches.forEach((watch) => watch.shed(source)),
    delivered: (delivery) => watches.forEach((watch) => watch.delivered(delivery)),
    drifted: (drift) => watches.forEach((watch) => watch.drifted(drift)),
    keysCounted: (census) => watches.forEach((watch) => watch.keysCounted(census)),
  };
}
