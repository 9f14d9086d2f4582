import mysql from 'mysql2/promise';
import { describe, expect, test } from 'vitest';
import { disciplineRows, prepareOnMariadb } from '../../../connectors/sandbox/agency/discipline-agency.ts';
import { hrRowsOf } from '../../../connectors/sandbox/generator/hr-records.ts';
import { mariadbUrl } from '../../contract/mysql-bench.ts';

const world = { seed: 1, organisations: 200, persons: 300, today: '2026-11-22' };

test('every action punishes an act the personnel file knows, and none is punished here twice', () => {
  const acts = [...disciplineRows(world)].map((row) => row[3]!);
  const known = new Set<unknown>();
  for (let index = 0; index < world.persons; index += 1) {
    for (const row of hrRowsOf(world, 'sanction', index)) known.add(row[3]);
  }
  expect(acts.length).toBeGreaterThan(10);
  expect(acts.filter((act) => !known.has(act))).toEqual([]);
  expect(new Set(acts).size).toBe(acts.length);
});

describe.runIf(mariadbUrl !== undefined)('on MariaDB', () => {
  test('the table is loaded once for a world, and the gateway may read it and nothing else', async () => {
    const options = { address: mariadbUrl!, password: 'only-for-this-test' };
    const admin = await mysql.createConnection({ uri: mariadbUrl! });
    try {
      const count = async (mark: string): Promise<unknown> => {
        const address = await prepareOnMariadb(world, { ...options, mark });
        const reader = await mysql.createConnection({ uri: address });
        const [rows] = await reader.query('select count(*) as n from disciplinary_action');
        await expect(reader.query('delete from disciplinary_action')).rejects.toThrow(/denied/);
        await expect(reader.query('create table mine (a int)')).rejects.toThrow(/denied/);
        await reader.end();
        return rows;
      };
      const whole = [{ n: [...disciplineRows(world)].length }];
      expect(await count('one')).toEqual(whole);
      await admin.query('delete from credit_sandbox_discipline.disciplinary_action limit 1');
      expect(await count('one')).toEqual([{ n: whole[0]!.n - 1 }]);
      expect(await count('two')).toEqual(whole);
    } finally {
      await admin.query('drop database if exists credit_sandbox_discipline');
      await admin.query(`drop user if exists 'credit_sandbox_reader'@'%'`);
      await admin.end();
    }
  });
});
