import { describe, expect, it } from 'vitest';
import { createLog, harmless, loggedError } from '../../../gateway/watch/log-lines.ts';

const ID = '420106199001011234';
const NAME = '张三';

function logged(context: object): string {
  let text = '';
  createLog('debug', { write: (line: string) => void (text += line) }).error(context, 'x');
  return text;
}

describe('an error in the log', () => {
  it('of a parser does not repeat what was parsed', () => {
    let thrown: unknown;
    try {
      JSON.parse(`{"citizenId":"${ID}","name":"${NAME}"`);
      JSON.parse(`${NAME} ${ID}`);
    } catch (error) {
      thrown = error;
    }
    const text = logged({ err: thrown });
    expect(text).toContain('"type":"SyntaxError"');
    expect(text).toContain('log-lines.test.ts');
    expect(text).not.toMatch(/420106|张|citizenId/);
  });

  it('of a database keeps its code and loses its detail', () => {
    const error = Object.assign(new Error('duplicate key value violates unique constraint "subjects_key"'), {
      code: '23505',
      detail: `Key (subject)=(${ID}) already exists.`,
      parameters: [ID, NAME],
    });
    const text = logged({ err: error });
    expect(text).toContain('"code":"23505"');
    expect(text).toContain('duplicate key value violates unique constraint');
    expect(text).not.toMatch(/420106|张|detail|parameters/);
  });

  it('with causes tells each of them, three deep', () => {
    let chain: Error = new TypeError(`about ${ID}`);
    for (let at = 0; at < 6; at += 1) chain = new Error(`outer ${NAME}`, { cause: chain });
    const text = logged({ err: chain });
    expect(text.match(/"cause"/g)).toHaveLength(3);
    expect(text).not.toMatch(/420106|张/);
  });

  it('a message over several lines is not mistaken for its stack', () => {
    const error = new Error(`first\n    at ${NAME} ${ID}\n${ID}`);
    expect(JSON.stringify(loggedError(error))).not.toMatch(/420106|张/);
  });

  it('what is thrown and no error is told by its type', () => {
    expect(loggedError(`value ${ID}`)).toEqual({ type: 'string', message: 'value …', at: [] });
  });

  it('a cause is a word of ours or nothing', () => {
    expect(logged({ cause: 'KEY_UNKNOWN' })).toContain('KEY_UNKNOWN');
    expect(logged({ cause: `key ${ID}` })).not.toContain('420106');
  });
});

describe('a harmless message', () => {
  it.each([
    ['connect ECONNREFUSED', 'connect ECONNREFUSED'],
    ['Cannot read properties of undefined', 'Cannot read properties of undefined'],
    [`no such "${NAME}"`, 'no such …'],
    [`id ${ID}, sir`, 'id … sir'],
    [`name ${NAME}。`, 'name …'],
    ['mail to a@example.org', 'mail to …'],
    ['91420200MA4CJU1C8E', '…'],
    ['unclosed "quote', 'unclosed …'],
  ])('%s', (message, kept) => {
    expect(harmless(message)).toBe(kept);
  });
});
