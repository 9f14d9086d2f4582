import { uscc } from '../../../connectors/transforms/uscc.ts';
import { expectTransform } from './expectations.ts';

expectTransform(uscc, {
  reads: [
    ['91350100M000100Y43', '91350100M000100Y43'],
    ['91350100m000100y43', '91350100M000100Y43'],
    ['114202000000004490', '114202000000004490'],
  ],
  refuses: ['91350100M000100Y44', '9135', {}],
});
