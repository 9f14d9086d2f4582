import { integer } from '../../../connectors/transforms/integer.ts';
import { expectTransform } from './expectations.ts';

expectTransform(integer, {
  reads: [
    ['12', 12],
    ['-3', -3],
    ['12.00', 12],
    ['１２', 12],
    [7, 7],
    ['-0', 0],
    ['2147483647', 2147483647],
  ],
  refuses: ['1.5', '2147483648', '1,000', '12a', '0x10', '1e3', {}],
});
