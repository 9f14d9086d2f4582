// Cedar policies as JSON (Cedar's "EST"), the form cedar-wasm hands out and this engine evaluates.

/** A value in policy JSON: literals, entity references and extension values. */
export type CedarJson =
  | boolean
  | number
  | string
  | readonly CedarJson[]
  | { readonly __entity: EntityRef }
  | {
      readonly __extn: {
        readonly fn: string;
        readonly arg?: CedarJson;
        readonly args?: readonly CedarJson[];
      };
    }
  | { readonly [attribute: string]: CedarJson };

export interface EntityRef {
  readonly type: string;
  readonly id: string;
}

interface Pair {
  readonly left: Expression;
  readonly right: Expression;
}

/** Exactly one member is present. `call` forms (datetime, offset, …) appear as `{ name: [arguments] }`. */
export interface Expression {
  readonly Value?: CedarJson;
  readonly Var?: 'principal' | 'action' | 'resource' | 'context';
  readonly '!'?: { readonly arg: Expression };
  readonly neg?: { readonly arg: Expression };
  readonly isEmpty?: { readonly arg: Expression };
  readonly '=='?: Pair;
  readonly '!='?: Pair;
  readonly in?: Pair;
  readonly '<'?: Pair;
  readonly '<='?: Pair;
  readonly '>'?: Pair;
  readonly '>='?: Pair;
  readonly '&&'?: Pair;
  readonly '||'?: Pair;
  readonly '+'?: Pair;
  readonly '-'?: Pair;
  readonly '*'?: Pair;
  readonly contains?: Pair;
  readonly containsAll?: Pair;
  readonly containsAny?: Pair;
  readonly '.'?: { readonly left: Expression; readonly attr: string };
  readonly has?: { readonly left: Expression; readonly attr: string | readonly string[] };
  readonly like?: {
    readonly left: Expression;
    readonly pattern: readonly ('Wildcard' | { readonly Literal: string })[];
  };
  readonly is?: { readonly left: Expression; readonly entity_type: string; readonly in?: Expression };
  readonly 'if-then-else'?: { readonly if: Expression; readonly then: Expression; readonly else: Expression };
  readonly Set?: readonly Expression[];
  readonly Record?: Readonly<Record<string, Expression>>;
}

export type Scope =
  | { readonly op: 'All' }
  | { readonly op: '=='; readonly entity: EntityRef }
  | { readonly op: 'in'; readonly entity: EntityRef }
  | { readonly op: 'is'; readonly entity_type: string; readonly in?: { readonly entity: EntityRef } };

export type ActionScope =
  | { readonly op: 'All' }
  | { readonly op: '=='; readonly entity: EntityRef }
  | { readonly op: 'in'; readonly entity?: EntityRef; readonly entities?: readonly EntityRef[] };

/** One static policy. */
export interface PolicyJson {
  readonly effect: 'permit' | 'forbid';
  readonly principal: Scope;
  readonly action: ActionScope;
  readonly resource: Scope;
  readonly conditions: readonly { readonly kind: 'when' | 'unless'; readonly body: Expression }[];
  readonly annotations?: Readonly<Record<string, string>>;
}
