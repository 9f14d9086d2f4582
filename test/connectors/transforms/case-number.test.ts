import { caseNumber } from '../../../connectors/transforms/case-number.ts';
import { expectTransform } from './expectations.ts';

expectTransform(caseNumber, {
  reads: [
    ['(2023)鄂0202执123号', '（2023）鄂0202执123号'],
    ['（２０２３）鄂 ０２０２ 执 １２３ 号', '（2023）鄂0202执123号'],
    ['〔2015〕鄂执字第00123号', '（2015）鄂执字第00123号'],
    ['[2015]鄂执1号之一', '（2015）鄂执1号之一'],
    ['黄政罚〔2020〕1号', '黄政罚〔2020〕1号'],
  ],
  refuses: [{}, []],
});
