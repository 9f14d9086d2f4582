import { region } from '../../../connectors/transforms/region.ts';
import { expectTransform } from './expectations.ts';

expectTransform(region, {
  reads: [
    ['420281', '420281'],
    [420281, '420281'],
    [' ４２０２８１ ', '420281'],
    ['420281001', '420281'],
    ['420281001201', '420281'],
    [420281001201, '420281'],
  ],
  refuses: ['42028', '4202810012', '420281001X01', '420281001201001', '大冶市', {}],
});
