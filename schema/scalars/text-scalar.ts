// Owns the one way a scalar is made here: text in, text out, refusals constant. A number is never text:
// JSON and GraphQL numbers have been through a float before we could look at them.
import { GraphQLScalarType, Kind } from 'graphql';
import { refuseInput, refuseOutput } from './constant-error.ts';

/** What the mask REDACTED leaves: stars, which hold no data and pass through any scalar. */
const REDACTED = /^\*{3,18}$/;

export interface TextScalar {
  readonly name: string;
  /** English, then Chinese. */
  readonly description: string;
  readonly refusal: 'IDENTIFIER_INVALID' | 'VALUE_INVALID';
  /** The canonical value of what a client submitted, or undefined to refuse it. */
  readonly read: (submitted: string) => string | undefined;
  /** The text shown for a value from inside, or undefined to refuse it. */
  readonly show: (stored: unknown) => string | undefined;
}

export function makeTextScalar(scalar: TextScalar): GraphQLScalarType<string, string> {
  const parse = (submitted: unknown): string => {
    const value = typeof submitted === 'string' ? scalar.read(submitted) : undefined;
    if (value === undefined) throw refuseInput(scalar.name, scalar.refusal);
    return value;
  };
  return new GraphQLScalarType<string, string>({
    name: scalar.name,
    description: scalar.description,
    parseValue: parse,
    parseLiteral: (node) => parse(node.kind === Kind.STRING ? node.value : undefined),
    serialize: (stored) => {
      if (typeof stored === 'string' && stored.startsWith('*') && REDACTED.test(stored)) return stored;
      const text = scalar.show(stored);
      if (text === undefined) throw refuseOutput(scalar.name);
      return text;
    },
  });
}
