import { region } from '../../../connectors/transforms/region.ts';
import { expectTransform } from './expectations.ts';

expectTransform(region, {
  reads: [
    ['420281', '420281'],
    [420281, '420281'],
    [' ４２０２８１ ', '420281'],
  ],
  refuses: ['42028', '420281001', '大冶市', {}],
});
