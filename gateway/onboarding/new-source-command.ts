// `npm run -s new-source`: looks at what an agency has, asks what it cannot see, and writes the agency's three files.
// Nothing of the agency's values is written but words that everybody uses; what nobody has decided is forbidden.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { parseArgs } from 'node:util';
import { type FoundRecord, IntrospectionProblem } from '../../connectors/introspect/found-record.ts';
import { introspectFile } from '../../connectors/introspect/introspect-file.ts';
import { introspectGraphql } from '../../connectors/introspect/introspect-graphql.ts';
import { introspectJson } from '../../connectors/introspect/introspect-json.ts';
import { introspectSql } from '../../connectors/introspect/introspect-sql.ts';
import { introspectWsdl } from '../../connectors/introspect/introspect-wsdl.ts';
import { type KeyFormName, type ProposedKey, proposeKey } from '../../connectors/introspect/propose-field.ts';
import { pascal, writeAgency } from '../../connectors/introspect/write-agency.ts';
import { WsdlProblem } from '../../connectors/soap/wsdl.ts';
import { SourceError } from '../../connectors/source-error.ts';
import { formatProblem } from '../../schema/problem.ts';
import { readDefinition } from '../gateway.ts';
import { StartupRefused } from '../startup-refused.ts';

const HELP = `Writes the three files of a new agency from a look at what it has.
查看来源结构，生成接入所需的三个文件。

  npm run -s new-source -- --name tax --transport sql --table tax.listing
  npm run -s new-source -- --name tax --transport file --sample listings-20261101.csv
  npm run -s new-source -- --name tax --transport http --sample answer.json --items data.items
  npm run -s new-source -- --name tax --transport soap --wsdl tax.wsdl --service S --port P --operation O --items data/item
  npm run -s new-source -- --name tax --transport graphql --sample tax-schema.graphql --type Listing

  --name       short lower-case name of the agency; its files bear it 来源简称
  --transport  sql, file, http, soap or graphql 接入方式
  --record     name of the record type (TaxRecord, if not given) 记录类型名
  --title-en, --title-zh, --owner-en, --owner-zh   what the data are, and whose 标题与责任部门
  --variable   variable with the address (TAX_URL, if not given); sql is looked at there 地址所在环境变量
  --table      sql: table or view, as schema.table 表或视图
  --sample     file: a delivery; http: a saved answer; graphql: a saved schema 样例文件
  --items      http: where the list of items is; soap: the element of an item 条目所在位置
  --wsdl, --service, --port, --operation   soap 服务说明
  --type       graphql: the type of a record 记录对应的类型
  --key, --as  column by which subjects are found, and its form: uscc, org-code or citizen-id 主体标识列及其形式
  --root       the project root ($PROJECT_ROOT, or the current folder) 项目根目录
  --dry-run    shows the files and writes none 仅显示
  --force      overwrites files that are there 覆盖已有文件
  --help       this text

What is missing is asked for, if there is somebody to ask. Values of the source are looked at and written nowhere, but
for words everybody uses so: 长期, 不公开, 无.

Exit code: 0 written; 1 the source cannot be looked at, or the files have problems; 2 wrong use.
`;

export interface NewSourceIo {
  readonly stdin: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: { write(text: string): unknown };
  readonly env: Readonly<Record<string, string | undefined>>;
  cwd(): string;
}

class WrongUse extends Error {}

const text = { type: 'string' } as const;
const OPTIONS = {
  name: text,
  transport: text,
  record: text,
  'title-en': text,
  'title-zh': text,
  'owner-en': text,
  'owner-zh': text,
  variable: text,
  table: text,
  sample: text,
  items: text,
  wsdl: text,
  service: text,
  port: text,
  operation: text,
  type: text,
  key: text,
  as: text,
  root: text,
  'dry-run': { type: 'boolean' },
  force: { type: 'boolean' },
  help: { type: 'boolean' },
} as const;

type Given = ReturnType<typeof parseArgs<{ options: typeof OPTIONS }>>['values'];
type TextOption = Exclude<keyof typeof OPTIONS, 'dry-run' | 'force' | 'help'>;

/** Asks for what was not given; refuses where nobody can be asked. */
type Ask = (option: TextOption, question: string, fallback?: string) => Promise<string>;

export async function runNewSource(argv: readonly string[], io: NewSourceIo): Promise<0 | 1 | 2> {
  let given: Given;
  try {
    given = parseArgs({ args: [...argv], options: OPTIONS }).values;
  } catch (error) {
    io.stderr.write(`${error instanceof Error ? error.message : 'wrong use'}\n\n${HELP}`);
    return 2;
  }
  if (given.help === true) {
    io.stdout.write(HELP);
    return 0;
  }
  const dialogue =
    io.stdin.isTTY === true ? createInterface({ input: io.stdin, output: io.stdout }) : undefined;
  const ask: Ask = async (option, question, fallback) => {
    const known = given[option]?.trim();
    if (known !== undefined && known !== '') return known;
    if (dialogue === undefined) {
      if (fallback !== undefined) return fallback;
      throw new WrongUse(`--${option}: ${question}`);
    }
    const hint = fallback === undefined ? '' : ` [${fallback}]`;
    const answer = (await dialogue.question(`${question}${hint}: `)).trim();
    if (answer !== '') return answer;
    if (fallback !== undefined) return fallback;
    throw new WrongUse(`--${option}: ${question}`);
  };
  try {
    return await makeSource(given, ask, io);
  } catch (error) {
    if (error instanceof WrongUse) {
      io.stderr.write(`${error.message}\nnpm run -s new-source -- --help\n`);
      return 2;
    }
    const shown =
      error instanceof IntrospectionProblem || error instanceof WsdlProblem || error instanceof SourceError;
    const code = (error as NodeJS.ErrnoException).code;
    if (!shown && code === undefined) throw error;
    io.stderr.write(`${shown ? (error as Error).message : `cannot read the sample (${code})`}\n`);
    return 1;
  } finally {
    dialogue?.close();
  }
}

async function makeSource(given: Given, ask: Ask, io: NewSourceIo): Promise<0 | 1 | 2> {
  const root = given.root ?? io.env['PROJECT_ROOT'] ?? io.cwd();
  const name = await ask('name', 'Short lower-case name of the agency 来源简称');
  if (!/^[a-z][a-z0-9_]{0,30}$/.test(name)) throw new WrongUse('--name: a short lower-case word 小写简称');
  const transport = await ask('transport', 'sql, file, http, soap or graphql 接入方式');
  const variable = await ask(
    'variable',
    'Variable with the address 地址所在环境变量',
    `${name.toUpperCase()}_URL`,
  );
  const found = await look(transport, given, ask, io, variable);
  const key = await keyOf(found, given, ask);
  const files = writeAgency({
    name,
    record: await ask('record', 'Name of the record type 记录类型名', `${pascal(name)}Record`),
    title: {
      en: await ask('title-en', 'What the data are, in English 英文标题', `TODO title of ${name}`),
      zh: await ask('title-zh', 'What the data are, in Chinese 中文标题', `待办：${name} 的标题`),
    },
    owner: {
      en: await ask('owner-en', 'Whose they are, in English 责任部门（英文）', `TODO owner of ${name}`),
      zh: await ask('owner-zh', 'Whose they are, in Chinese 责任部门（中文）', `待办：${name} 的责任部门`),
    },
    transport,
    variable,
    key,
    found,
  });
  if (given['dry-run'] === true) {
    for (const { path, text: content } of files) io.stdout.write(`--- ${path}\n${content}\n`);
    return 0;
  }
  const there = files.filter(({ path }) => existsSync(join(root, path)));
  if (there.length > 0 && given.force !== true) {
    throw new WrongUse(
      `${there.map(({ path }) => path).join(', ')}: already there; --force overwrites 文件已存在`,
    );
  }
  for (const { path, text: content } of files) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
    io.stdout.write(`written ${path}\n`);
  }
  return checkFiles(root, io);
}

/** Reads what the transport needs to be looked at. */
async function look(
  transport: string,
  given: Given,
  ask: Ask,
  io: NewSourceIo,
  variable: string,
): Promise<FoundRecord> {
  switch (transport) {
    case 'sql': {
      const address = io.env[variable]?.trim();
      if (address === undefined || address === '')
        throw new WrongUse(`set ${variable} to the database's address`);
      if (!/^(?:postgres(?:ql)?|mysql|mariadb):\/\//.test(address) || !URL.canParse(address)) {
        throw new WrongUse(`${variable} does not hold an address that begins with postgres:// or mysql://`);
      }
      return introspectSql(address, await ask('table', 'Table or view, as schema.table 表或视图'));
    }
    case 'file':
      return introspectFile(await ask('sample', 'A delivery to look at 样例文件'));
    case 'http':
      return introspectJson(await ask('sample', 'A saved answer, JSON 已保存的应答'), given.items);
    case 'soap':
      return introspectWsdl({
        wsdl: await ask('wsdl', 'The WSDL file 服务说明文件'),
        service: await ask('service', 'Service'),
        port: await ask('port', 'Port'),
        operation: await ask('operation', 'Operation'),
        items: await ask('items', 'Element of an item, such as data/arrear 条目元素'),
      });
    case 'graphql':
      return introspectGraphql(
        await ask('sample', 'A saved schema 已保存的 schema'),
        await ask('type', 'Type of a record 记录类型'),
      );
    default:
      throw new WrongUse('--transport: sql, file, http, soap or graphql');
  }
}

const FORMS: readonly string[] = ['uscc', 'org-code', 'citizen-id'];

async function keyOf(found: FoundRecord, given: Given, ask: Ask): Promise<ProposedKey> {
  const proposed = proposeKey(found.columns);
  const column = await ask('key', 'Column by which subjects are found 主体标识列', proposed?.column);
  if (!found.columns.some((one) => one.name === column)) {
    throw new WrongUse(
      `--key: there is no column ${column}; there are ${found.columns.map((one) => one.name).join(', ')}`,
    );
  }
  const fallback = proposed?.column === column ? proposed.as : undefined;
  const as = given.as ?? (await ask('as', 'uscc, org-code or citizen-id 标识形式', fallback));
  if (!FORMS.includes(as)) throw new WrongUse('--as: uscc, org-code or citizen-id');
  return { column, as: as as KeyFormName };
}

/** What is written must fit the rest at once; what a person has to do comes after. */
async function checkFiles(root: string, io: NewSourceIo): Promise<0 | 1> {
  try {
    await readDefinition(root, io.env, { addressesRequired: false });
  } catch (error) {
    if (!(error instanceof StartupRefused)) throw error;
    for (const problem of error.problems) io.stderr.write(`${formatProblem(problem)}\n`);
    return 1;
  }
  io.stdout.write(
    'The files fit the rest. Now: classify the fields in the SDL, say in the policy who may read them (until then nobody\n' +
      'may), finish every TODO, and run `npm run -s check -- --live`.\n' +
      '文件校验通过。下一步：分类分级、逐条授权（此前任何人不可读）、完成各处 TODO，并运行 npm run -s check -- --live。\n',
  );
  return 0;
}
