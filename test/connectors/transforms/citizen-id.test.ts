import { citizenId } from '../../../connectors/transforms/citizen-id.ts';
import { expectTransform } from './expectations.ts';

expectTransform(citizenId, {
  reads: [
    ['11010519491231002X', '11010519491231002X'],
    ['11010519491231002x', '11010519491231002X'],
    ['130503670401001', '130503196704010016'],
    ['110105********002X', '110105********002X'],
  ],
  refuses: ['110105194912310021', '1101051949123***2X', '张三', {}],
});
