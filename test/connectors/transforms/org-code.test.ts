import { orgCode } from '../../../connectors/transforms/org-code.ts';
import { expectTransform } from './expectations.ts';

expectTransform(orgCode, {
  reads: [
    ['D2143569-X', 'D2143569X'],
    ['d2143569x', 'D2143569X'],
  ],
  refuses: ['D21435690', 'D214', {}],
});
