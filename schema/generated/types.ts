/** Acceptance of a contract's performance. 履约验收。 */
export type Acceptance =
  /** Accepted. 合格。 */
  | 'ACCEPTED'
  /** Not yet. 未验收。 */
  | 'PENDING'
  /** Rejected. 不合格。 */
  | 'REJECTED';

/** Kind of arrears. 拖欠类别。 */
export type ArrearKind =
  /** Deposit. 保证金。 */
  | 'DEPOSIT'
  /** Goods bought. 物资采购款。 */
  | 'GOODS'
  /** Wages of migrant workers. 农民工工资。 */
  | 'WAGES'
  /** Works. 工程款。 */
  | 'WORKS';

/** Why somebody is banned from tenders. 取消投标资格的事由。 */
export type BiddingBanGround =
  /** Collusion or bribery, 招标投标法 §53. 串通投标或者行贿谋取中标。 */
  | 'COLLUSION'
  /** Winning by fraud, 招标投标法 §54. 弄虚作假骗取中标。 */
  | 'FRAUD'
  /** Another one. 其他。 */
  | 'OTHER';

/** Class of body. 主体类别。 */
export type BodyClass =
  /** Residents' or villagers' committee. 居（村）民委员会。 */
  | 'COMMITTEE'
  /** Department of a government. 政府部门。 */
  | 'DEPARTMENT'
  /** Enterprise. 企业。 */
  | 'ENTERPRISE'
  /** People's government of any level. 各级人民政府。 */
  | 'GOVERNMENT'
  /** Individual business. 个体工商户。 */
  | 'INDIVIDUAL_BUSINESS'
  /** Public institution. 事业单位。 */
  | 'PUBLIC_INSTITUTION'
  /** Rural collective or cooperative. 农村集体经济组织、合作社。 */
  | 'RURAL_COLLECTIVE'
  /** Social organisation. 社会组织。 */
  | 'SOCIAL_ORGANISATION';

/** State of a circuit breaker. 熔断器状态。 */
export type BreakerState =
  /** Calls pass. 闭合，调用通过。 */
  | 'CLOSED'
  /** One call tries whether the source is back. 半开，正在试探。 */
  | 'HALF_OPEN'
  /** Calls are turned away without being sent. 断开，调用不发出。 */
  | 'OPEN';

/** How well a rule's text has been checked. 规则文本核对程度。 */
export type Certainty =
  /** From memory, unverified. 未核对。 */
  | 'M'
  /** From a secondary copy. 据转载。 */
  | 'S'
  /** Read in the source text. 已核对原文。 */
  | 'V';

/** What became of a record that was read. 已查询记录的变更类别。 */
export type ChangeKind =
  /** Its owner corrected it: it counts again, as it now reads. 已更正，按更正后内容恢复使用。 */
  | 'CORRECTED'
  /** An objection was filed: the record is marked. 已提出异议，记录予以标注。 */
  | 'MARKED'
  /** The objection was rejected, refused or withdrawn: the record stands unmarked. 异议不成立、不予受理或已撤回，取消标注。 */
  | 'MARK_REMOVED'
  /** An objection was upheld: the record is not used until its owner answers. 异议成立，在数据归口部门处理前停止使用。 */
  | 'OUT_OF_USE'
  /** It was repaired: publication, sharing and use have ended. 信用修复已生效，停止公示、共享和使用。 */
  | 'REPAIRED'
  /** Its owner withdrew it. 已撤销。 */
  | 'WITHDRAWN';

/** Why a commitment was changed. 承诺变更事由。 */
export type CommitmentChange =
  /** A new government: no excuse. 政府换届，不得以此毁约。 */
  | 'CHANGE_OF_GOVERNMENT'
  /** A new person in charge: no excuse. 相关责任人更替，不得以此毁约。 */
  | 'CHANGE_OF_OFFICIAL'
  /** Another one. 其他。 */
  | 'OTHER'
  /** Public interest. 公共利益。 */
  | 'PUBLIC_INTEREST'
  /** Interest of the state. 国家利益。 */
  | 'STATE_INTEREST'
  /** Another reason laid down by law. 其他法定事由。 */
  | 'STATUTORY';

/** Kind of a commitment. 承诺类型。 */
export type CommitmentKind =
  /** A contract or agreement. 合同、协议。 */
  | 'CONTRACT'
  /** A promise of policy. 政策承诺。 */
  | 'POLICY';

/** Side of a contract. 合同中的角色。 */
export type ContractRole =
  /** Buyer. 采购人。 */
  | 'BUYER'
  /** Supplier. 供应商。 */
  | 'SUPPLIER';

/** What became of a request for correction. 更正请求处理结果。 */
export type CorrectionOutcome =
  /** The owner corrected the record: it counts again, as it now reads. 已更正，按更正后内容恢复使用。 */
  | 'CORRECTED'
  /** The owner withdrew the record. 已撤销。 */
  | 'WITHDRAWN';

/** Statutory ground of a listing, 法释〔2017〕7号 §1 (1) to (6). 列入的法定情形。 */
export type CourtGround =
  /** (5) Breaches a consumption restriction. 违反限制消费令。 */
  | 'CONSUMPTION_ORDER'
  /** (3) Evades by sham suits or by hiding or moving assets. 以虚假诉讼、虚假仲裁或者隐匿、转移财产等方法规避执行。 */
  | 'EVADES'
  /** (4) Breaches the property-reporting duty. 违反财产报告制度。 */
  | 'FALSE_PROPERTY_REPORT'
  /** (1) Able to perform but refuses. 有履行能力而拒不履行生效法律文书确定义务。 */
  | 'REFUSES_THOUGH_ABLE'
  /** (2) Obstructs or resists by forged evidence, violence or threats. 以伪造证据、暴力、威胁等方法妨碍、抗拒执行。 */
  | 'RESISTS'
  /** (6) Refuses a settlement without good reason. 无正当理由拒不履行执行和解协议。 */
  | 'SETTLEMENT_BREACH';

/** Debt risk level. 债务风险等级。 */
export type DebtLevel =
  /** Under 120 %. 绿。 */
  | 'GREEN'
  /** 200 to 300 %. 橙。 */
  | 'ORANGE'
  /** Ratio of 300 % or more. 红。 */
  | 'RED'
  /** 120 to 200 %. 黄。 */
  | 'YELLOW';

/** What became of a delivery. 交付文件处理结果。 */
export type DeliveryOutcome =
  /** Taken in: look-ups read it. 已启用。 */
  | 'LOADED'
  /** Put aside: the one before it stays. 已隔离，沿用此前数据。 */
  | 'QUARANTINED';

/** Where a webhook stands. 推送状态。 */
export type DeliveryState =
  /** The endpoint took it. 已送达。 */
  | 'DELIVERED'
  /** It was not to be sent any more. 已取消推送。 */
  | 'DROPPED'
  /** It was given up after days, or its endpoint said it is gone. 多次失败或地址已撤销，不再推送。 */
  | 'PARKED'
  /** It is being tried. 推送中。 */
  | 'PENDING';

/** Why an answer differs from the one that was reported. 结果与原报告不同的原因。 */
export type DifferenceKind =
  /** The access policies have another version, or show something else. 访问策略不同。 */
  | 'POLICIES'
  /** A record came, went or changed. 记录新增、消失或变更。 */
  | 'RECORDS'
  /** An objection, repair or the like changed what a record does. 异议、修复等改变了记录的效力。 */
  | 'REMEDIES'
  /** The rules have another version. 规则版本不同。 */
  | 'RULES'
  /** A mandatory source is in another state. 必查来源状态不同。 */
  | 'SOURCES';

/** Kind of a disciplinary action, 政务处分法 §7. 政务处分种类。 */
export type DisciplinaryActionKind =
  /** Demerit. 记过。 */
  | 'DEMERIT'
  /** Demotion. 降级。 */
  | 'DEMOTION'
  /** Dismissal. 开除。 */
  | 'DISMISSAL'
  /** Major demerit. 记大过。 */
  | 'MAJOR_DEMERIT'
  /** Removal from post. 撤职。 */
  | 'REMOVAL'
  /** Warning. 警告。 */
  | 'WARNING';

/** How a source departs from its manifest. 来源与接入清单不符的情形。 */
export type DriftKind =
  /** A value has another form. 取值形式改变。 */
  | 'CHANGED_TYPE'
  /** A column was left out. 缺少字段。 */
  | 'MISSING_COLUMN'
  /** A code the manifest does not list. 未登记的代码。 */
  | 'UNKNOWN_CODE'
  /** A record whose key is nobody's. 主体标识无法识别的记录。 */
  | 'UNUSABLE_KEY';

/** Where a finding stands on the evaluation date. 认定在核查日的状态。 */
export type FindingStatus =
  /** A record that must exist was not found. 应有记录未找到。 */
  | 'ABSENT'
  /** The record may be this subject's or another's, so a person must look. 记录可能属于本主体或他人，须人工核实。 */
  | 'CANDIDATE'
  /** Ended before that date: history, no effect. 已届满，仅为历史。 */
  | 'EXPIRED'
  /** In force on that date. 生效中。 */
  | 'IN_FORCE'
  /** Revoked or repaired since, on a day that is not recorded: whether it held then, a person must say. 此后已撤销或修复，日期未登记，当时是否有效须人工核实。 */
  | 'LIFTED'
  /** Begins after that date. 尚未生效。 */
  | 'NOT_YET'
  /** A sanction that is not executed while an objection is verified. 异议核查期间暂不执行。 */
  | 'SUSPENDED'
  /** A date is missing, so a person must look. 日期缺失，需人工核实。 */
  | 'UNDATED'
  /** It depends on the place, and nobody said where. 取决于适用地域，而地域未指明。 */
  | 'UNPLACED';

/** What a measure means for honours and awards while it lasts. 对荣誉评选的影响。 */
export type HonoursEffect =
  /** No part in them. 取消资格。 */
  | 'BARS'
  /** Restricted. 限制。 */
  | 'RESTRICTS';

/** Why an objection is not admitted. 不予受理的情形。 */
export type InadmissibilityGround =
  /** It was decided before, and nothing new is said. 同一事项已作出处理，且无新的事实和理由。 */
  | 'DECIDED_BEFORE'
  /** It is not about what the record says. 所提事项与该记录内容无关。 */
  | 'NOT_ABOUT_THE_RECORD'
  /** It belongs to another procedure: reconsideration, a court, a complaint. 依法应通过复议、诉讼、申诉等途径解决。 */
  | 'OTHER_PROCEDURE'
  /** It names no fact or evidence against the record. 未提出具体事实或证明材料。 */
  | 'UNSUBSTANTIATED';

/** Kind of an integrity record. 诚信档案记录类别。 */
export type IntegrityRecordKind =
  /** Annual assessment. 年度考核结果。 */
  | 'ANNUAL_ASSESSMENT'
  /** Credit commitment. 信用承诺。 */
  | 'COMMITMENT'
  /** Honour. 表彰奖励。 */
  | 'HONOUR'
  /** Integrity record. 廉政记录。 */
  | 'INTEGRITY_RECORD'
  /** Report of personal matters. 个人有关事项报告。 */
  | 'PERSONAL_MATTERS_REPORT'
  /** Violation of law, discipline or contract. 违法违纪违约行为。 */
  | 'VIOLATION';

/** What came of a letter. 函件办理结果。 */
export type LetterOutcome =
  /** Not put right. 未整改。 */
  | 'NOT_RECTIFIED'
  /** Put right. 已整改。 */
  | 'RECTIFIED'
  /** Taken back. 已撤回。 */
  | 'TAKEN_BACK';

/** Where a letter stands. 函件状态。 */
export type LetterState =
  /** Answered. 已回复。 */
  | 'ANSWERED'
  /** Closed. 已办结。 */
  | 'CLOSED'
  /** Issued, and its clock runs. 已发出，限期办理中。 */
  | 'ISSUED';

/** How a value is masked. 脱敏方式。 */
export type Mask =
  /** An amount or number as its order of magnitude. 仅留金额区间。 */
  | 'BAND'
  /** A name cut to its first character. 仅留姓氏。 */
  | 'INITIALS'
  /** All but the last four characters hidden. 仅留后四位。 */
  | 'LAST_FOUR'
  /** Replaced whole. 整体隐去。 */
  | 'REDACTED'
  /** A region cut to its province. 仅留省级区划。 */
  | 'REGION'
  /** A date cut to its year. 仅留年份。 */
  | 'YEAR';

/** How a record was found to be a subject's. A masked identifier or a name alone never is. 匹配方式；脱敏号码或仅有姓名不构成匹配。 */
export type MatchMethod =
  /** By the citizen id of fifteen places. 以十五位旧身份证号匹配。 */
  | 'CITIZEN_ID_15'
  /** By another identifier, through the agency's crosswalk. 经代码对照表匹配。 */
  | 'CROSSWALK'
  /** By the subject's own identifier. 以本主体代码精确匹配。 */
  | 'EXACT'
  /** By the organisation code inside it. 以其中的组织机构代码匹配。 */
  | 'ORG_CODE';

/** Sanction or incentive. 惩戒或激励。 */
export type MeasureNature =
  /** Incentive. 激励。 */
  | 'INCENTIVE'
  /** Sanction. 惩戒。 */
  | 'SANCTION';

/** Where a measure stands; it ends by its last day without a step. 措施状态；期满自动终止。 */
export type MeasureState =
  /** Carried out, as its executor fed back. 已执行并反馈。 */
  | 'EXECUTED'
  /** Lifted early. 已解除。 */
  | 'LIFTED'
  /** Ordered. 已决定。 */
  | 'ORDERED'
  /** Not executed while an objection to its record is verified. 异议核查期间暂不执行。 */
  | 'SUSPENDED';

/** Where the recognition of a self-correction stands. 自我纠错认定状态。 */
export type MitigationState =
  /** Recognised. 已认定。 */
  | 'RECOGNISED'
  /** Withdrawn. 已撤回。 */
  | 'WITHDRAWN';

/** What an objection comes to. 异议处理决定。 */
export type ObjectionDecision =
  /** Rejected. 不成立。 */
  | 'REJECTED'
  /** Upheld. 成立。 */
  | 'UPHELD';

/** Where an objection stands. 异议状态。 */
export type ObjectionState =
  /** Filed. 已提出。 */
  | 'FILED'
  /** Refused as inadmissible, without being verified. 不予受理。 */
  | 'REFUSED'
  /** Rejected. 不成立。 */
  | 'REJECTED'
  /** Upheld: the record is no longer used, its owner is asked to correct it. 成立：停止使用，已请数据归口部门更正。 */
  | 'UPHELD'
  /** Being verified. 核查中。 */
  | 'VERIFYING'
  /** Withdrawn. 已撤回。 */
  | 'WITHDRAWN';

/** What becomes of a field. 字段处理结果。 */
export type Outcome =
  /** Shown whole. 明文。 */
  | 'ALLOWED'
  /** Depends on the row. 视记录而定。 */
  | 'CONDITIONAL'
  /** Withheld. 不予提供。 */
  | 'DENIED'
  /** Shown masked. 脱敏。 */
  | 'MASKED';

/** Kind of a penalty, the gravest where there are several. 处罚类别，多项并处时取最重者。 */
export type PenaltyKind =
  /** Activity or occupation restricted. 限制开展生产经营活动、限制从业。 */
  | 'ACTIVITY_RESTRICTED'
  /** Production or business suspended. 责令停产停业。 */
  | 'BUSINESS_SUSPENDED'
  /** Closed down. 责令关闭。 */
  | 'CLOSED_DOWN'
  /** Confiscation. 没收违法所得、没收非法财物。 */
  | 'CONFISCATION'
  /** Fine. 罚款。 */
  | 'FINE'
  /** Licence revoked. 吊销许可证件。 */
  | 'LICENCE_REVOKED'
  /** Licence suspended or qualification lowered. 暂扣许可证件、降低资质等级。 */
  | 'LICENCE_SUSPENDED'
  /** Another one. 其他。 */
  | 'OTHER'
  /** Warning or public criticism. 警告、通报批评。 */
  | 'WARNING';

/** How far the duty has been performed. 履行情况。 */
export type Performance =
  /** Wholly. 全部已履行。 */
  | 'FULL'
  /** Not at all. 全部未履行。 */
  | 'NONE'
  /** In part. 部分履行。 */
  | 'PARTIAL';

/** How the public side kept its word in a project. 政府方守信履约情况。 */
export type ProjectPerformance =
  /** Broken. 失信。 */
  | 'BROKEN'
  /** Kept. 守信。 */
  | 'KEPT'
  /** Not assessed yet. 未评。 */
  | 'NOT_ASSESSED';

/** Stage of a project. 项目阶段。 */
export type ProjectStage =
  /** Financing. 融资。 */
  | 'FINANCING'
  /** Carrying out. 实施。 */
  | 'IMPLEMENTATION'
  /** Preparation. 筹备。 */
  | 'PREPARATION'
  /** Procurement. 政府采购。 */
  | 'PROCUREMENT'
  /** Tender. 招标投标。 */
  | 'TENDER'
  /** Handing over. 移交。 */
  | 'TRANSFER';

/** Validity of a record. 记录状态。 */
export type RecordStatus =
  /** In force. 正常。 */
  | 'EFFECTIVE'
  /** Another state. 其他。 */
  | 'OTHER'
  /** Repaired: neither published, shared nor used. 已信用修复，停止公示、共享和使用。 */
  | 'REPAIRED'
  /** Revoked or withdrawn. 撤销。 */
  | 'REVOKED'
  /** An objection is being verified. 异议核查中。 */
  | 'UNDER_OBJECTION';

/** Status in the registry. 登记状态。 */
export type RegistryStatus =
  /** Registered and active. 存续。 */
  | 'ACTIVE'
  /** Deregistered. 注销。 */
  | 'DEREGISTERED'
  /** Licence revoked. 吊销。 */
  | 'LICENCE_REVOKED';

/** Objection or repair. 异议或信用修复。 */
export type RemedyKind =
  /** Self-correction recognised. 自我纠错认定。 */
  | 'MITIGATION'
  /** Objection. 异议。 */
  | 'OBJECTION'
  /** Repair. 信用修复。 */
  | 'REPAIR';

/** What an application for repair comes to. 信用修复决定。 */
export type RepairDecision =
  /** Accepted. 准予。 */
  | 'ACCEPTED'
  /** Refused. 不予。 */
  | 'REFUSED';

/** How serious a dishonest act is, which decides how soon it can be repaired. 失信行为严重程度，决定最短公示期。 */
export type RepairSeverity =
  /** Minor. 轻微。 */
  | 'MINOR'
  /** Ordinary. 一般。 */
  | 'ORDINARY'
  /** Serious. 严重。 */
  | 'SERIOUS';

/** Where a repair stands. 信用修复状态。 */
export type RepairState =
  /** Accepted. 准予修复。 */
  | 'ACCEPTED'
  /** Applied for. 已申请。 */
  | 'APPLIED'
  /** In effect: publication, sharing and use have ended. 已生效：停止公示、共享和使用。 */
  | 'IN_EFFECT'
  /** Refused. 不予修复。 */
  | 'REFUSED';

/** Effect of a rule. 规则效果。 */
export type RuleEffect =
  /** Bars the subject. 禁止。 */
  | 'BAR'
  /** Restricts the subject. 限制。 */
  | 'RESTRICT'
  /** Needs a person's judgement. 人工核实。 */
  | 'REVIEW';

/** Kind of sanction. 处分种类。 */
export type SanctionKind =
  /** Demerit. 记过。 */
  | 'DEMERIT'
  /** Demotion. 降级。 */
  | 'DEMOTION'
  /** Dismissal. 开除。 */
  | 'DISMISSAL'
  /** Major demerit. 记大过。 */
  | 'MAJOR_DEMERIT'
  /** Expulsion from the Party. 开除党籍。 */
  | 'PARTY_EXPULSION'
  /** Probation within the Party. 留党察看。 */
  | 'PARTY_PROBATION'
  /** Removal from posts within the Party. 撤销党内职务。 */
  | 'PARTY_REMOVAL'
  /** Serious warning within the Party. 党内严重警告。 */
  | 'PARTY_SERIOUS_WARNING'
  /** Warning within the Party. 党内警告。 */
  | 'PARTY_WARNING'
  /** Removal from post. 撤职。 */
  | 'REMOVAL'
  /** Warning. 警告。 */
  | 'WARNING';

/** Occasion of a check, which decides the rules that apply. 核查场景，决定适用规则。 */
export type Scene =
  /** Bidder in a tender that is compulsory by law. 依法必须招标项目的投标人资格。 */
  | 'BIDDING'
  /** Supplier in a government procurement. 政府采购供应商资格。 */
  | 'GOVERNMENT_PROCUREMENT'
  /** Honours and awards for public bodies and officials. 政府机构、公务员荣誉评选与评优评先。 */
  | 'HONOURS'
  /** Public body that makes commitments to investors. 作出招商引资承诺的政府机构。 */
  | 'INVESTMENT'
  /** Public side of a public-private partnership: a body, or a person who answers for it. 政府和社会资本合作项目政府方及其责任人。 */
  | 'PPP'
  /** Procurement agent to be entrusted with a government procurement. 受托代理政府采购的采购代理机构。 */
  | 'PROCUREMENT_AGENT'
  /** Evaluation expert in a government procurement. 政府采购评审专家。 */
  | 'PROCUREMENT_EXPERT'
  /** Promotion of a civil servant. 公务员晋升。 */
  | 'PROMOTION'
  /** Recruitment as a civil servant. 公务员录用。 */
  | 'RECRUITMENT'
  /** Applicant for a subsidy. 财政补助申报。 */
  | 'SUBSIDY'
  /** Applicant for welfare, relief or poverty funds. 社会福利、救助和扶贫资金申报。 */
  | 'WELFARE_SUBSIDY';

/** State of a section: "no records" and "not known" never look alike. 栏目状态：使“没有记录”与“无法得知”绝不混同。 */
export type SectionState =
  /** The source answered, and has records that may be this subject's or another's: they are not shown. 来源已应答，另有记录可能属于本主体或他人，不予列示，须人工核实。 */
  | 'AMBIGUOUS'
  /** Not asked, because the policy does not permit it. 无权查询，未向来源发出请求。 */
  | 'DENIED'
  /**
   * The source answered, and it is not certain that these are all its records of this subject: what is listed holds, and
   * what is not listed is not known to be absent.
   * 来源已应答，但不能确定所列即全部：所列记录有效，未列出的不等于没有。
   */
  | 'INCOMPLETE'
  /** The source's answer was not usable: nothing is known. 来源应答无效，情况不明。 */
  | 'INVALID'
  /** The source answered; an empty list means no records. 来源已应答；空列表即无记录。 */
  | 'OK'
  /** The source answered with data older than it promises. 数据超过约定时效。 */
  | 'STALE'
  /** The source could not be reached in time: nothing is known. 来源不可用，情况不明。 */
  | 'UNAVAILABLE';

/** Sharing attribute of an item of government data. 政务数据共享属性。 */
export type Sharing =
  /** Shared on conditions. 有条件共享。 */
  | 'CONDITIONAL'
  /** Not shared. 不予共享。 */
  | 'NONE'
  /** Shared without condition. 无条件共享。 */
  | 'UNCONDITIONAL';

/** Kind of subject. 主体类型。 */
export type SubjectKind =
  /** Organisation, by USCC. 组织，凭统一社会信用代码。 */
  | 'ORGANIZATION'
  /** Natural person, by citizen identity number. 自然人，凭公民身份号码。 */
  | 'PERSON';

/** What was done with misconduct. 对不良行为的处理。 */
export type TradingMeasure =
  /** Banned. 禁止代理政府采购业务、禁止参加评审活动。 */
  | 'BANNED'
  /** Put on record. 记入不良行为记录。 */
  | 'RECORDED'
  /** Suspended. 暂停业务、暂停评审。 */
  | 'SUSPENDED';

/** Kind of misconduct of an agent or expert. 代理机构、评审专家不良行为类别。 */
export type TradingMisconductKind =
  /** Bribes given or taken. 行贿、受贿或者获取其他不正当利益。 */
  | 'BRIBERY'
  /** Collusion. 恶意串通。 */
  | 'COLLUSION'
  /** Fraud or false material. 欺诈、提供虚假材料。 */
  | 'FRAUD'
  /** Evaluated otherwise than the documents lay down. 未按采购文件规定独立评审。 */
  | 'IMPROPER_EVALUATION'
  /** Kept an interest in a bidder from being known. 存在利害关系未回避。 */
  | 'INTEREST'
  /** Leaked what is secret in an evaluation. 泄露评审情况及应当保密的信息。 */
  | 'LEAK'
  /** Another one. 其他。 */
  | 'OTHER';

/** Why a reader was not told. 未告知的原因。 */
export type UntoldReason =
  /** It read without a token. 未使用令牌查询。 */
  | 'ANONYMOUS'
  /** It holds no purpose for which changes are followed. 不具有接收变更告知的用途。 */
  | 'CANNOT_FOLLOW'
  /** It is no longer a consumer. 已不是调用方。 */
  | 'CONSUMER_GONE'
  /** It may not see this record, and none of its verdicts cited it. 无权查看该记录，且其核查结论未引用该记录。 */
  | 'NOT_PERMITTED'
  /** It no longer holds the purpose it read for. 已不具有当时查询的用途。 */
  | 'PURPOSE_WITHDRAWN'
  /** It was the subject itself. 系主体本人查询。 */
  | 'SUBJECT_ITSELF';

/** What became of an answer. 查询结果的使用情况。 */
export type UseOfAnswer =
  /** The decision departs from it. 未采纳。 */
  | 'DEPARTED_FROM'
  /** The decision follows it. 已采纳。 */
  | 'FOLLOWED'
  /** It played no part. 未使用。 */
  | 'NOT_USED';

/** What was supplied. 公用事业类别。 */
export type Utility =
  /** Gas. 燃气。 */
  | 'GAS'
  /** Power. 供电。 */
  | 'POWER'
  /** Water. 供水。 */
  | 'WATER';

/** What the records mean for the scene; advice to a person who decides. 核查结论，供人工决定参考。 */
export type VerdictOutcome =
  /** A bar is in force. 存在有效禁止情形。 */
  | 'BARRED'
  /** Every mandatory source answered, nothing in force. 各必查来源均已应答，无有效限制。 */
  | 'CLEAR'
  /** Not known: a mandatory source is down, stale, invalid or denied. 无法判断：必查来源不可用、过期、无效或无权查询。 */
  | 'INDETERMINATE'
  /** Restricted. 受限。 */
  | 'RESTRICTED'
  /** A person must look at it. 需人工核实。 */
  | 'REVIEW';
