// The closed list of what a client can be told is wrong. Messages are constant: nothing a caller or a source
// sent is ever repeated. docs/errors.md is this table; a test compares the two.
import { GraphQLError } from 'graphql';

interface ErrorText {
  /** HTTP status of an answer that carries nothing but this error. */
  readonly status: number;
  readonly en: string;
  readonly zh: string;
}

/** Every code with its status and its message in both languages. */
export const errorTexts = {
  MALFORMED_REQUEST: {
    status: 400,
    en: 'The request body is not a GraphQL request in JSON.',
    zh: '请求体不是有效的 GraphQL JSON 请求。',
  },
  UNSUPPORTED_MEDIA_TYPE: {
    status: 415,
    en: 'Send application/json in UTF-8.',
    zh: '请以 UTF-8 编码的 application/json 提交。',
  },
  PAYLOAD_TOO_LARGE: { status: 413, en: 'The request is larger than 100 kB.', zh: '请求超过 100 kB。' },
  METHOD_NOT_ALLOWED: { status: 405, en: 'Use POST for queries.', zh: '查询请使用 POST。' },
  NOT_FOUND: {
    status: 404,
    en: 'There is nothing here; queries go to /graphql.',
    zh: '此处无内容，查询地址为 /graphql。',
  },
  HEADER_REPEATED: { status: 400, en: 'A header of this interface was sent twice.', zh: '接口请求头重复。' },
  TOKEN_INVALID: { status: 401, en: 'The token is not valid here.', zh: '令牌无效。' },
  TOKEN_EXPIRED: { status: 401, en: 'The token has expired.', zh: '令牌已过期。' },
  ISSUER_UNAVAILABLE: {
    status: 503,
    en: 'Tokens cannot be checked at the moment.',
    zh: '暂时无法校验令牌。',
  },
  CONSUMER_UNKNOWN: { status: 403, en: 'This consumer is not registered.', zh: '该调用方未登记。' },
  PURPOSE_REQUIRED: {
    status: 400,
    en: 'Declare a purpose in the Credit-Purpose header.',
    zh: '须在 Credit-Purpose 请求头中声明用途。',
  },
  PURPOSE_UNKNOWN: { status: 400, en: 'The declared purpose does not exist.', zh: '所声明的用途不存在。' },
  PURPOSE_NOT_HELD: {
    status: 403,
    en: 'This consumer does not hold the declared purpose.',
    zh: '调用方不具有所声明的用途。',
  },
  CASE_REQUIRED: {
    status: 400,
    en: 'This purpose needs a case number in the Credit-Case header.',
    zh: '该用途须在 Credit-Case 请求头中提供案号。',
  },
  CASE_INVALID: {
    status: 400,
    en: 'The case number must be 4 to 64 letters, digits, blanks, hyphens or brackets, as UTF-8 or percent-encoded UTF-8.',
    zh: '案号须为 4 至 64 个字母、数字、汉字、空格、连字符或括号，以 UTF-8 或其百分号编码传送。',
  },
  USER_REQUIRED: {
    status: 400,
    en: 'This purpose needs the human user in the Credit-User header.',
    zh: '该用途须在 Credit-User 请求头中注明经办人。',
  },
  USER_INVALID: {
    status: 400,
    en: 'The user must be 2 to 100 letters, digits, blanks, hyphens, dots or apostrophes, as UTF-8 or percent-encoded UTF-8.',
    zh: '经办人标识须为 2 至 100 个字母、数字、汉字、空格、连字符、间隔号或撇号，以 UTF-8 或其百分号编码传送。',
  },
  CASE_SUBJECTS_EXCEEDED: {
    status: 403,
    en: 'The case has touched as many subjects today as its purpose allows.',
    zh: '该案号当日查询的主体数量已达用途上限。',
  },
  SUBJECT_NOT_PERMITTED: {
    status: 403,
    en: 'The declared purpose does not cover this subject: it is of another kind, or not the one the token speaks for.',
    zh: '所声明的用途不适用于该主体：主体类别不符，或并非令牌所代表的主体。',
  },
  SELF_REQUIRED: {
    status: 403,
    en: 'This needs a token that says which subject it speaks for: sign in as the person or organisation itself.',
    zh: '须使用载明所代表主体的令牌：请以本人或本单位身份登录。',
  },
  SCENE_NOT_APPLICABLE: {
    status: 400,
    en: 'The scene does not apply to this kind of subject.',
    zh: '该场景不适用于此类主体。',
  },
  QUERY_INVALID: { status: 400, en: 'The query is not valid.', zh: '查询无效。' },
  QUERY_TOO_DEEP: { status: 400, en: 'The query is nested too deeply.', zh: '查询嵌套过深。' },
  QUERY_TOO_WIDE: {
    status: 400,
    en: 'The query has too many fields, aliases or directives.',
    zh: '查询字段、别名或指令过多。',
  },
  TOO_MANY_SUBJECTS: { status: 400, en: 'The query names too many subjects.', zh: '查询的主体数量过多。' },
  OPERATION_NOT_SUPPORTED: {
    status: 400,
    en: 'Only queries and mutations are supported.',
    zh: '仅支持查询和变更操作。',
  },
  DEED_NOT_PERMITTED: {
    status: 403,
    en: 'This caller may not do that for the declared purpose.',
    zh: '调用方不得以所声明的用途执行该操作。',
  },
  REMEDY_NOT_OFFERED: {
    status: 400,
    en: 'There is no such remedy here for this type of record; turn to the agency that keeps it.',
    zh: '此类记录不在本处受理范围，请向数据归口部门提出。',
  },
  RECORD_NOT_FOUND: {
    status: 404,
    en: 'The subject has no such record in use; check the subject, the type and the document number.',
    zh: '该主体名下没有此项有效记录，请核对主体、记录类型和文书号。',
  },
  RECORD_UNCONFIRMED: {
    status: 503,
    en: 'The record cannot be confirmed by its source at the moment; nothing was filed, try again later.',
    zh: '暂时无法向来源核实该记录，未予登记，请稍后重试。',
  },
  RECORD_UNDATED: {
    status: 409,
    en: 'The record bears no date, so the least period cannot be counted; object to it to have it completed.',
    zh: '该记录缺少日期，无法计算最短公示期；可先提出异议予以补正。',
  },
  REMEDY_OPEN: {
    status: 409,
    en: 'There is one already for this record, under the number in `instead`; follow that one.',
    zh: '该记录已有在办事项，编号见 instead，请就该事项办理。',
  },
  REMEDY_SETTLED: {
    status: 409,
    en: 'The record is out of use already, by the decision numbered in `instead`; nothing more is needed.',
    zh: '该记录已停止使用，决定编号见 instead，无须再办理。',
  },
  REMEDY_NOT_FOUND: {
    status: 404,
    en: 'There is no such case with this number; list those of the subject.',
    zh: '没有该编号的事项，可按主体查询。',
  },
  REMEDY_CHANGED: {
    status: 409,
    en: 'Somebody else has changed it since; read it again, its revision is in `instead`.',
    zh: '该事项已被他人办理，请重新读取，现版本号见 instead。',
  },
  REMEDY_CLOSED: {
    status: 409,
    en: 'It is closed and nothing was changed; a new one can be filed for the record.',
    zh: '该事项已办结，未作变更；可就该记录重新提出。',
  },
  REMEDY_STEP_NOT_POSSIBLE: {
    status: 409,
    en: 'This step is not possible now; what is possible stands in `instead`.',
    zh: '当前不能执行该步骤，可执行的操作见 instead。',
  },
  MEASURE_NOT_LISTED: {
    status: 400,
    en: 'No text lets this be ordered here for such a subject; what may be stands in `instead`.',
    zh: '本地对此类主体无依据采取该措施，可采取的见 instead。',
  },
  MEASURE_WITHOUT_RECORD: {
    status: 400,
    en: 'A sanction rests on a record: name its type and document number; a low score alone is no ground.',
    zh: '惩戒措施须依据具体记录，请注明记录类型和文书号；仅评分较低不构成依据。',
  },
  REPAIR_TOO_EARLY: {
    status: 409,
    en: 'The least period has not passed; the first possible day stands in `instead`.',
    zh: '最短公示期未满，最早可申请日期见 instead。',
  },
  REPORT_NOT_POSSIBLE: {
    status: 503,
    en: 'No report can be issued or read at the moment: signing, the audit log or the store is not available. Ask again later.',
    zh: '签名、审计留痕或存储暂不可用，不能出具或读取报告，请稍后重试。',
  },
  ROOTS_MIXED: {
    status: 400,
    en: "Ask for the gateway's own records in an operation of their own.",
    zh: '查询网关自身记录须单独提交。',
  },
  INTROSPECTION_MIXED: {
    status: 400,
    en: 'Introspection must be an operation of its own.',
    zh: '内省查询须单独提交。',
  },
  VARIABLE_INVALID: { status: 400, en: 'A variable has the wrong type.', zh: '变量类型错误。' },
  VALUE_INVALID: { status: 400, en: 'A value has the wrong form.', zh: '取值格式错误。' },
  IDENTIFIER_INVALID: {
    status: 400,
    en: 'An identifier is not valid: check its length, characters and check digit.',
    zh: '代码无效：请核对长度、字符和校验位。',
  },
  OVERLOADED: {
    status: 503,
    en: 'Too many requests are under way; try again shortly.',
    zh: '请求过多，请稍后重试。',
  },
  NOT_READY: { status: 503, en: 'The gateway cannot answer at the moment.', zh: '网关暂不可用。' },
  INTERNAL: {
    status: 500,
    en: 'Something went wrong inside the gateway; the request number finds it in the log.',
    zh: '网关内部错误，可凭请求编号查询日志。',
  },
  SOURCE_TIMEOUT: { status: 200, en: 'A source did not answer in time.', zh: '来源未在时限内应答。' },
  SOURCE_UNREACHABLE: { status: 200, en: 'A source could not be reached.', zh: '无法连接来源。' },
  SOURCE_REFUSED: { status: 200, en: 'A source refused the call.', zh: '来源拒绝请求。' },
  SOURCE_OVERLOADED: {
    status: 200,
    en: 'Too many calls to a source are under way.',
    zh: '对来源的请求过多。',
  },
  SOURCE_SUSPENDED: {
    status: 200,
    en: 'A source kept failing and is not asked for some seconds.',
    zh: '来源连续故障，暂停查询数秒。',
  },
  SOURCE_TOO_LARGE: { status: 200, en: "A source's answer was too large.", zh: '来源应答超过限制。' },
  SOURCE_INVALID_ANSWER: { status: 200, en: "A source's answer was not usable.", zh: '来源应答无效。' },
} as const satisfies Readonly<Record<string, ErrorText>>;

export type ErrorCode = keyof typeof errorTexts;

/**
 * What may be told to a client: a code, and where in the request (a variable's path, a source's name). `cause` is
 * for the log alone.
 */
export class ClientError extends Error {
  readonly code: ErrorCode;
  readonly at: string | undefined;
  /** What is possible instead, in words of the gateway's own: a number, a day, names of deeds. */
  readonly instead: string | undefined;
  constructor(code: ErrorCode, at?: string, cause?: unknown, instead?: string) {
    super(errorTexts[code].en, { cause });
    this.code = code;
    this.at = at;
    this.instead = instead;
  }
}

/** English, then Chinese. */
export function messageOf(code: ErrorCode): string {
  const { en, zh } = errorTexts[code];
  return `${en} ${zh}`;
}

/** An error entry of a GraphQL answer. `http` sets the status when nothing else answers. */
export function asGraphQLError(
  code: ErrorCode,
  extra: {
    readonly at?: string | undefined;
    readonly instead?: string | undefined;
    readonly source?: string;
    readonly locations?: GraphQLError['locations'];
  } = {},
): GraphQLError {
  return new GraphQLError(messageOf(code), {
    extensions: {
      code,
      ...(extra.at === undefined ? {} : { at: extra.at }),
      ...(extra.instead === undefined ? {} : { instead: extra.instead }),
      ...(extra.source === undefined ? {} : { source: extra.source }),
      ...(errorTexts[code].status === 200 ? {} : { http: { status: errorTexts[code].status } }),
    },
  });
}

/** Body of an answer given before GraphQL is reached. */
export function errorBody(code: ErrorCode, request: string): string {
  return JSON.stringify({
    errors: [{ message: messageOf(code), extensions: { code } }],
    extensions: { request },
  });
}

export function isErrorCode(code: unknown): code is ErrorCode {
  return typeof code === 'string' && Object.hasOwn(errorTexts, code);
}
