import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeEntry, GENESIS, parseEntry, readFrame, type AuditBody } from '../../../gateway/audit/entry.ts';

const TIME = '2026-05-01T00:00:00.000Z';
const read = (line: string) => Buffer.from(line.slice(0, -1));

describe('one entry', () => {
  test('is one line whose hash covers the bytes before the hash member', () => {
    const { line, head } = encodeEntry(GENESIS, TIME, { note: '失信', kind: 'intent' });
    const content = `{"seq":1,"time":"${TIME}","prev":"${GENESIS.hash}","kind":"intent","note":"失信"`;
    const hash = createHash('sha256').update(content, 'utf8').digest('hex');
    expect(line).toBe(`${content},"hash":"${hash}"}\n`);
    expect(head).toEqual({ seq: 1, hash });
  });

  test('with nothing but a kind can be read back', () => {
    const { line, head } = encodeEntry(GENESIS, TIME, { kind: 'stop' });
    expect(readFrame(read(line))).toMatchObject({ ...head, kind: 'stop', prev: GENESIS.hash, intact: true });
  });

  test('keeps any JSON content, whatever its characters and member names', () => {
    const json = fc.jsonValue({ stringUnit: 'binary' });
    const name = fc
      .string({ unit: 'binary', maxLength: 8 })
      .filter((n) => !/^(seq|time|prev|hash|kind)$/.test(n));
    fc.assert(
      fc.property(fc.array(fc.tuple(name, json), { maxLength: 6 }), fc.boolean(), (members, kindFirst) => {
        const own = Object.fromEntries(members) as Record<string, never>;
        const body: AuditBody = kindFirst ? { kind: 'intent', ...own } : { ...own, kind: 'intent' };
        const { line, head } = encodeEntry({ seq: 41, hash: 'a'.repeat(64) }, TIME, body);
        expect(line.indexOf('\n')).toBe(line.length - 1);
        expect(readFrame(read(line))).toMatchObject({ ...head, seq: 42, kind: 'intent', intact: true });
        const { seq: _s, time: _t, prev: _p, hash: _h, ...back } = parseEntry(read(line));
        expect(back).toEqual(JSON.parse(JSON.stringify(body)));
      }),
    );
  });

  test.each([
    ['a reserved member', { kind: 'intent', hash: 'x' }],
    ['another reserved member', { kind: 'intent', seq: 7 }],
    ['a kind that is no word', { kind: 'In"tent' }],
    ['no JSON', { kind: 'intent', amount: 1n as never }],
  ])('with %s is refused', (_title, body) => {
    expect(() => encodeEntry(GENESIS, TIME, body)).toThrow(
      expect.objectContaining({ code: 'AUDIT_ENTRY_INVALID' }),
    );
  });

  test('that is far too large is refused', () => {
    const body = { kind: 'document', text: 'x'.repeat(5 * 1024 * 1024) };
    expect(() => encodeEntry(GENESIS, TIME, body)).toThrow(
      expect.objectContaining({ code: 'AUDIT_ENTRY_TOO_LARGE' }),
    );
  });

  test('is no longer intact after any single changed byte', () => {
    const line = read(encodeEntry(GENESIS, TIME, { kind: 'intent', subjects: ['一', 'b'] }).line);
    for (let at = 0; at < line.length; at += 1) {
      const changed = Buffer.from(line);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(readFrame(changed)?.intact ?? false).toBe(false);
    }
  });
});
