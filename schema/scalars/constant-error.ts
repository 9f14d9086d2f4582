// Owns what a scalar says when it refuses a value: a constant, so that no submitted or stored value can reach
// a client, a log or a stack through it.
import { GraphQLError } from 'graphql';

/** For values that a client submitted. `extensions.code` is IDENTIFIER_INVALID or VALUE_INVALID. */
export function refuseInput(scalar: string, code: 'IDENTIFIER_INVALID' | 'VALUE_INVALID'): GraphQLError {
  return new GraphQLError(`The value is not a valid ${scalar}.`, { extensions: { code } });
}

/** For values that an agency delivered and that cannot be shown as this scalar. */
export function refuseOutput(scalar: string): GraphQLError {
  return new GraphQLError(`A stored value is not a valid ${scalar}.`, {
    extensions: { code: 'VALUE_INVALID' },
  });
}
