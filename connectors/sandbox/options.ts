// Reads the sandbox's options from the command line and the environment, and refuses all bad ones at once.
import { parseArgs } from 'node:util';
import { beijingDay } from '../../schema/identifiers/calendar-date.ts';
import {
  MOST_ORGANISATIONS,
  MOST_PERSONS,
  RESERVED_ORGANISATIONS,
  RESERVED_PERSONS,
  type World,
} from './generator/world.ts';

/** How a sandbox is started. */
export interface SandboxOptions {
  readonly world: World;
  /** Folder for everything the sandbox writes. */
  readonly directory: string;
  /** 0: any free port. */
  readonly ports: Readonly<Record<'court' | 'procurement' | 'utilities' | 'bidding' | 'postgres', number>>;
  /** Superuser address of a server to use instead of the embedded one. */
  readonly postgresUrl?: string;
  /** Administrator's address of a MariaDB or MySQL server for the supervisory commission; else it is on PostgreSQL. */
  readonly mariadbUrl?: string;
  /** Whether PostgreSQL records every statement. */
  readonly journal: boolean;
}

interface Setting {
  readonly flag: string;
  readonly variable: string;
  readonly fallback: number;
  readonly least: number;
  readonly most: number;
}

const number = (flag: string, fallback: number, least: number, most: number): Setting => ({
  flag,
  variable: `SANDBOX_${flag.toUpperCase().replaceAll('-', '_')}`,
  fallback,
  least,
  most,
});

/** 21,000 organisations hold at least 2,000 of every body class. */
const NUMBERS = {
  seed: number('seed', 1, 0, 2 ** 31 - 1),
  organisations: number('organisations', 21_000, RESERVED_ORGANISATIONS * 2, MOST_ORGANISATIONS),
  persons: number('persons', 5_000, RESERVED_PERSONS, MOST_PERSONS),
  court: number('court-port', 4101, 0, 65_535),
  procurement: number('procurement-port', 4102, 0, 65_535),
  postgres: number('postgres-port', 4103, 0, 65_535),
  utilities: number('utilities-port', 4104, 0, 65_535),
  bidding: number('bidding-port', 4105, 0, 65_535),
} as const;

/**
 * Flags win over variables: `--seed 7` or `SANDBOX_SEED=7`, likewise organisations, persons, court-port,
 * procurement-port, utilities-port, bidding-port, postgres-port; `--directory`, `SANDBOX_POSTGRES_URL`,
 * `SANDBOX_MARIADB_URL`, `SANDBOX_JOURNAL=1`.
 * @throws Error that names every bad option
 */
export function readOptions(
  argv: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
  now: Date,
): SandboxOptions {
  const flags = Object.values(NUMBERS).map(({ flag }) => flag);
  const { values } = parseArgs({
    args: [...argv],
    options: Object.fromEntries([...flags, 'directory'].map((flag) => [flag, { type: 'string' as const }])),
  });
  const problems: string[] = [];
  const read = ({ flag, variable, fallback, least, most }: Setting): number => {
    const text = values[flag] ?? environment[variable] ?? '';
    const value = text === '' ? fallback : Number(text);
    if (Number.isInteger(value) && value >= least && value <= most) return value;
    problems.push(`--${flag} (${variable}) must be a whole number from ${least} to ${most}.`);
    return fallback;
  };
  const postgresUrl = environment['SANDBOX_POSTGRES_URL'];
  if (
    postgresUrl &&
    !/^postgres(?:ql)?:$/.test(URL.canParse(postgresUrl) ? new URL(postgresUrl).protocol : '')
  ) {
    problems.push('SANDBOX_POSTGRES_URL must be an address of the form postgres://user:password@host:port/.');
  }
  const mariadbUrl = environment['SANDBOX_MARIADB_URL'];
  if (
    mariadbUrl &&
    !/^(?:mysql|mariadb):$/.test(URL.canParse(mariadbUrl) ? new URL(mariadbUrl).protocol : '')
  ) {
    problems.push('SANDBOX_MARIADB_URL must be an address of the form mysql://user:password@host:port/.');
  }
  const options: SandboxOptions = {
    world: {
      seed: read(NUMBERS.seed),
      organisations: read(NUMBERS.organisations),
      persons: read(NUMBERS.persons),
      today: beijingDay(now),
    },
    directory: values['directory'] ?? environment['SANDBOX_DIRECTORY'] ?? 'data/sandbox',
    ports: {
      court: read(NUMBERS.court),
      procurement: read(NUMBERS.procurement),
      utilities: read(NUMBERS.utilities),
      bidding: read(NUMBERS.bidding),
      postgres: read(NUMBERS.postgres),
    },
    ...(postgresUrl && { postgresUrl }),
    ...(mariadbUrl && { mariadbUrl }),
    journal: environment['SANDBOX_JOURNAL'] === '1',
  };
  if (problems.length > 0) throw new Error(problems.join('\n'));
  return options;
}
