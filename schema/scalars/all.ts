// Owns the list of scalars of the contract, by their name in the SDL.
import type { GraphQLScalarType } from 'graphql';
import { citizenIdScalar } from './citizen-id.ts';
import { dateScalar } from './date.ts';
import { dateTimeScalar } from './date-time.ts';
import { decimalScalar } from './decimal.ts';
import { moneyScalar } from './money.ts';
import { regionCodeScalar } from './region-code.ts';
import { subjectCodeScalar } from './subject-code.ts';
import { usccScalar } from './uscc.ts';

/** Resolvers for `scalar X` in the SDL; names match the SDL exactly. */
export const scalars: Readonly<Record<string, GraphQLScalarType>> = Object.freeze({
  USCC: usccScalar,
  CitizenId: citizenIdScalar,
  SubjectCode: subjectCodeScalar,
  RegionCode: regionCodeScalar,
  Date: dateScalar,
  DateTime: dateTimeScalar,
  Money: moneyScalar,
  Decimal: decimalScalar,
});
