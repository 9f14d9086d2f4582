import { text } from '../../../connectors/transforms/text.ts';
import { expectTransform } from './expectations.ts';

expectTransform(text, {
  reads: [
    [' 张三 ', '张三'],
    [12, '12'],
    [1.5, '1.5'],
    [true, 'true'],
    ['a b', 'a b'],
  ],
  refuses: [{}, [], [1], undefined, 1e21, 1234567890.1234567, NaN],
});
