import { split } from '../../../connectors/transforms/split.ts';
import { expectTransform } from './expectations.ts';

expectTransform(split(';'), {
  reads: [
    ['甲; 乙;;丙', ['甲', '乙', '丙']],
    ['甲', ['甲']],
    [';', []],
    [
      ['甲', null, ' 乙 '],
      ['甲', '乙'],
    ],
    [[], []],
  ],
  refuses: [[{}], {}],
});
