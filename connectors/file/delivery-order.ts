// Where a delivery stands beside the active one: next, in the same place, history, or after something that is missing.
// Full deliveries replace everything before them; changes count on from the delivery before, one by one.
import { type DeliveryName, compareDeliveries } from './delivery-name.ts';

export type Place =
  | { readonly kind: 'next' }
  /** It claims the date and number of the active one; its content decides. */
  | { readonly kind: 'same place' }
  /** It was in use before, or would have been. */
  | { readonly kind: 'history' }
  /** It came after a newer one was in use. */
  | { readonly kind: 'late'; readonly than: string }
  | { readonly kind: 'gap'; readonly reason: string };

type Ordered = DeliveryName & { readonly delta: boolean };

/**
 * @param current the active delivery
 * @param before what was active when the file was first seen; undefined: it lay there when we began to look
 */
export function placeOf(
  found: Ordered,
  current: DeliveryName | undefined,
  before: DeliveryName | undefined,
): Place {
  if (found.delta) return placeOfDelta(found, current);
  if (current === undefined) return { kind: 'next' };
  const order = compareDeliveries(found, current);
  if (order > 0) return { kind: 'next' };
  if (order === 0) return { kind: 'same place' };
  return before !== undefined && compareDeliveries(found, before) < 0
    ? { kind: 'late', than: current.file }
    : { kind: 'history' };
}

function placeOfDelta(found: Ordered, current: DeliveryName | undefined): Place {
  if (current === undefined) return { kind: 'gap', reason: 'no full delivery has come before it' };
  if (found.sequence > current.sequence + 1) {
    const missing = found.sequence - current.sequence - 1;
    return { kind: 'gap', reason: `number ${current.sequence + 1} is missing (${missing} in all)` };
  }
  if (found.delivered < current.delivered || compareDeliveries(found, current) <= 0)
    return { kind: 'history' };
  // A later day with a number that was used: numbers were begun anew without a full delivery.
  return found.sequence <= current.sequence ? { kind: 'late', than: current.file } : { kind: 'next' };
}
