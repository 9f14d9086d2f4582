import { Kind, parse, visit } from 'graphql';
import { expect, test } from 'vitest';
import { loadConsumers } from '../../policies/engine/consumers.ts';
import { filesUnder, textOf } from './source-files.ts';

const speaksBoth = (text: string): boolean => /\p{Script=Han}/u.test(text) && /[A-Za-z]{2}/.test(text);

test.each(filesUnder('schema', '.graphql'))('%s says everything in both languages', (file) => {
  const silent: string[] = [];
  visit(parse(textOf(file)), {
    enter(node) {
      const described =
        node.kind === Kind.FIELD_DEFINITION ||
        node.kind === Kind.ENUM_VALUE_DEFINITION ||
        node.kind === Kind.OBJECT_TYPE_DEFINITION ||
        node.kind === Kind.INTERFACE_TYPE_DEFINITION ||
        node.kind === Kind.ENUM_TYPE_DEFINITION ||
        node.kind === Kind.UNION_TYPE_DEFINITION ||
        node.kind === Kind.SCALAR_TYPE_DEFINITION ||
        node.kind === Kind.DIRECTIVE_DEFINITION;
      if (described && !speaksBoth(node.description?.value ?? '')) {
        silent.push(`${node.name.value}, line ${node.loc?.startToken.line ?? 0}`);
      }
    },
  });
  expect(silent).toEqual([]);
});

test.each([...filesUnder('policies/access', '.cedar'), ...filesUnder('policies/eligibility', '.cedar')])(
  '%s says what each policy means in both languages',
  (file) => {
    const text = textOf(file);
    const ids = [...text.matchAll(/^@id\(/gm)].length;
    const sentences = [...text.matchAll(/^@(?:says|title)\("(.*)"\)$/gm)].map(([, sentence]) => sentence!);
    expect(sentences.length).toBe(ids);
    expect(sentences.filter((sentence) => !speaksBoth(sentence))).toEqual([]);
  },
);

test('consumers and purposes have a title in either language', () => {
  const { consumers } = loadConsumers('policies');
  for (const { name, title } of [...consumers!.consumers.values(), ...consumers!.purposes.values()]) {
    expect(title.zh, name).toMatch(/\p{Script=Han}/u);
    expect(title.en, name).toMatch(/^[A-Za-z]/);
  }
});
