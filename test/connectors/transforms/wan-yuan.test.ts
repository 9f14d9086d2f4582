import { wanYuan } from '../../../connectors/transforms/wan-yuan.ts';
import { expectTransform } from './expectations.ts';

expectTransform(wanYuan, {
  reads: [
    ['1', '10000.00'],
    ['0.0001', '1.00'],
    ['910976', '9109760000.00'],
    ['1,234.5678', '12345678.00'],
    ['12.345678', '123456.78'],
    ['-0.5', '-5000.00'],
    ['0', '0.00'],
  ],
  refuses: ['0.0000001', '1e4', '1万', {}, '999999999999999999'],
});
