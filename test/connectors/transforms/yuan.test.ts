import { yuan } from '../../../connectors/transforms/yuan.ts';
import { expectTransform } from './expectations.ts';

expectTransform(yuan, {
  reads: [
    ['1234.5', '1234.50'],
    ['1234.5000', '1234.50'],
    ['1,234,567', '1234567.00'],
    ['0', '0.00'],
    ['-0.00', '0.00'],
    ['-1.5', '-1.50'],
    [6419144, '6419144.00'],
  ],
  refuses: ['1.005', '1e9', '一万', '12,34', {}],
});
