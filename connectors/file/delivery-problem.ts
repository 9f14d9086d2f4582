// Why a delivery is put aside. Reasons name lines and columns, never values, and are what the agency is told.

export type DeliveryFault =
  | 'ENCODING'
  | 'EMPTY'
  | 'DUPLICATE_HEADER'
  | 'MISSING_COLUMN'
  | 'SHORT_ROW'
  | 'UNREADABLE'
  | 'NO_KEY'
  | 'OLDER'
  | 'FUTURE'
  | 'SHRUNKEN';

export class DeliveryProblem extends Error {
  override readonly name = 'DeliveryProblem';
  readonly fault: DeliveryFault;

  constructor(fault: DeliveryFault, reason: string) {
    super(`${fault}: ${reason}`);
    this.fault = fault;
  }
}
