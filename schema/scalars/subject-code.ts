// The scalar SubjectCode: a code as somebody typed it, in a list where one bad code must not spoil the rest.
// It is handed on untouched; whoever resolves the list parses each code and names the bad ones by place.
import { MAX_IDENTIFIER_LENGTH } from '../identifiers/canonical-text.ts';
import { makeTextScalar } from './text-scalar.ts';

const bounded = (value: unknown): string | undefined =>
  typeof value === 'string' && value.length <= MAX_IDENTIFIER_LENGTH ? value : undefined;

export const subjectCodeScalar = makeTextScalar({
  name: 'SubjectCode',
  description:
    'Code of an organisation or person as written, at most 64 characters. An invalid code does not fail the request: it becomes an item of its own that says so.\n' +
    '主体代码原文，最长 64 个字符。无效代码不会使整个请求失败，而是在结果中单列一项并注明。',
  refusal: 'IDENTIFIER_INVALID',
  read: bounded,
  show: bounded,
});
