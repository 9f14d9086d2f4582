// Objects with nothing behind them, so that a name from a query never meets what every object inherits.
// V8 keeps what `Object.create(null)` makes as a hash table; an instance of this is as quick as a plain object.
const Bare = function Bare() {} as unknown as new () => Record<string, unknown>;
Bare.prototype = Object.freeze(Object.create(null) as object);

/** An empty object without Object.prototype. */
export function bareObject<T = unknown>(): Record<string, T> {
  return new Bare() as Record<string, T>;
}
