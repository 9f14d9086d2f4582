import { boolean } from '../../../connectors/transforms/boolean.ts';
import { expectTransform } from './expectations.ts';

expectTransform(boolean, {
  reads: [
    [true, true],
    ['false', false],
    ['TRUE', true],
    [1, true],
    ['0', false],
    ['是', true],
    ['否', false],
    ['t', true],
  ],
  refuses: ['maybe', '2', '对', {}],
});
