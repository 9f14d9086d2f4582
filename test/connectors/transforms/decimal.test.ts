import { decimal } from '../../../connectors/transforms/decimal.ts';
import { expectTransform } from './expectations.ts';

expectTransform(decimal, {
  reads: [
    ['237.50', '237.5'],
    ['5.00', '5'],
    ['.5', '0.5'],
    ['-0.0', '0'],
    ['007', '7'],
    ['1,234.5', '1234.5'],
    ['１２．５', '12.5'],
    [312.5, '312.5'],
    ['-12.30', '-12.3'],
  ],
  refuses: ['1e3', '1,23', '12%', '.', '--1', {}, '1234567890123456789'],
});
