"""Does a reply answer what was asked, and is it complete? Findings for the person who writes it; the person decides.

Judged part by part: which questions the resident put (when, where, how much, how, why, whether, who), whether the reply
carries what such a question needs, whether it says a result and its basis, and whether anything is left once receipt,
forwarding and thanks are taken away ("已转相关部门" alone answers nothing).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import rjieba

from echowall.understanding.normalise import plain_form
from echowall.understanding.personal import personal_data


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing a reply lacks: a code, the sentence for the screen, and what to do."""

    code: str
    text: str
    fix: str


_RECEIPT = re.compile(
    r"(?:尊敬的|亲爱的)?(?:网友|市民|居民|群众|业主|同志|先生|女士)?[\"“”']*(?:uu\d+)?[\"“”']*[^,。!;:]{0,8}(?"
    r":您好|你好)[,。!:]*|(?:您|你)?的?(?:留言|来信|信件|来电|诉求|帖文|网帖|邮件|问题|情况)[^,。!]{0,6}(?:已|"
    r"已经)?(?:收悉|收到|知悉)[,。!]*"
    r"|(?:现|特)?(?:将|就|对)?(?:有关|相关|具体|您反映的)?(?:情况|问题|事项)?[^,。!]{0,12}(?:回复|答复|函复)如下[:,。]*"
    r"|感谢(?:您|你|广大)?[^。!]{0,40}(?:[。!]|$)|谢谢(?:您|你)?[^。!]{0,30}(?:[。!]|$)|(?:祝|"
    r"敬请)[^。!]{0,16}(?:[。!]|$)|如有[^。!]{0,30}(?:[。!]|$)|特此(?:回复|答复)[。!]?"
    r"|\d{4}年\d{1,2}月\d{1,2}日?[。.]?$|\d{4}[.-]\d{1,2}[.-]\d{1,2}[。.]?$|网友[:,]?|此复[。!]?|"
    r"不便之处[^。!]{0,20}[。!]?|给您(?:带来|造成)[^。!]{0,20}[。!]?"
)
_FORWARD = re.compile(
    r"[^。!;]{0,50}(?:转交|移交|转至|转达|批转|转发|转送|交办|交由|转请|反馈给|呈报|(?:已|将|现|即|"
    r"经)转(?![弯向车变换型]))[^。!;]{0,60}[。!;]?"
)
_EMPTY = re.compile(
    r"[^。!;,]{0,20}(?:高度重视|认真研究|正在(?:研究|核实|调查|处理)中?|进一步(?:核实|研究|加强)|积极(?:协调|"
    r"推进|配合)|加强(?:管理|监管|巡查)|尽快(?:处理|解决|落实|答复|办理)|请(?:您)?(?:耐心)?等待|敬请关注后续|"
    r"予以关注|引起重视|密切关注|统筹考虑|适时)[^。!;,]{0,16}[。!;,]?"
)
_RESULT = re.compile(
    r"已(?:经)?(?:于|对|在|为|将|由|组织|安排|责令|完成|修复|处理|解决|清理|整改|拆除|送|联系|办理|发放|停止|"
    r"处罚|立案|启动|开工|开放|纳入|列入|通知|督促|约谈|恢复|支付|退|取缔|关闭|查封)"
    r"|经(?:查|核实|核查|调查|了解|现场)|现场(?:查看|核实|检查|处置)|预计|计划于?|将于|暂(?:不|无|未)|"
    r"不(?:符合|予|能|可|属于|存在)|可以|可(?:到|凭|通过|拨打|在|于|向)|符合|无法|没有此类|属于|应(?:当|由|"
    r"为)|需(?:要|提供|携带|到)|建议您|目前"
)
_BASIS = re.compile(
    r"根据|依据|按照|《[^》]+》|〔\d{4}〕|\d+号(?:文|令)|规定|条例|办法|标准|政策|"
    # By whom it was looked into ("经社区医生核实", "经过实地走访"); not 经济, 经常, 经营 …
    r"经(?![济常营理费典])[^。!?;,]{0,16}?(?:查|核[实对验]|调查|了解|勘[察查验]|研究|沟通|确认|会商|走访|检[测验]|评估|"
    r"诊断|鉴定|审[核批]|复核|协商|化验|测量|论证)|由于|因为?|原因|鉴于|第[一二三四五六七八九十百\d]+条"
)
_TIME = re.compile(
    r"\d+[月日号点年]|[今明后]天|\d+个?(?:工作日|小时|天|周|月)内?|[年月]底|[上下]半年|季度|预计|时间(?:待定|"
    r"未定|另行)|暂(?:未|无)|本周|下周|即日|尚未|已(?:经)?(?:完成|开|通|启动|投入)|近期"
)
_CONTACT = re.compile(
    r"\d{3,4}-\d{7,8}|1[3-9]\d{9}|1[3-9]\d\*{4}\d{4}|\d{7,8}|\[电话\]|0000-0+|123\d\d|联系(?:电话|人)|办公室|"
    r"窗口|大厅|科室|热线"
)
_PERSONAL = {"identity_number": "身份证号", "account": "账号", "plate": "车牌号"}

# Kind of question: its words, what an answer to it carries, what it is called, what to add.
_QUESTIONS = (
    ("when", r"什么时候|何时|啥时候|多久|"
        r"几号|几点|哪天|多长时间|时间表", _TIME, "时间", "写明日期、期限，或说明为什么现在定不下来、何时再告知"),
    ("how_much", r"多少|几块|什么价|标准是|费用是|比例", re.compile(r"\d|[一二三四五六七八九十百千万]+元|免费|标准|"
        r"按.{1,12}(?:收取|执行|计)|没有.{0,8}(?:费|补)"), "数额", "写明金额、数量或标准"),
    ("where", r"哪里|在哪|哪儿|什么地方|地址", re.compile(r"[路街号楼室层区县村镇乡]|地址|位于|窗口|"
        r"大厅|中心|网站|公众号|app|小程序|医院|社区"), "地点", "写明地址、窗口或网址"),
    ("how", r"怎么(?!回事|这么|能)|如何|"
        r"怎样|咋办|流程|手续|需要什么", re.compile(r"申请|办理|携带|提供|材料|登录|拨打|流程|步骤|程序|"
        r"手续|凭|通过|到.{2,20}(?:窗口|中心|局|所|社区)|措施|"
        r"方案|联系|通知|安排|整改|处理"), "办法", "一步一步写明怎么办、带什么、找谁"),
    ("why", r"为什么|为何|凭什么|什么原因|"
        r"为啥|合理吗|合法吗", re.compile(r"因|由于|原因|鉴于|根据|按照|依据|"
        r"规定|系|经(?:查|核实|了解|调查)|"
        r"是为了"), "原因", "说明原因和依据"),
    ("whether", r"能不能|能否|可否|是否|可不可以|有没有|"
        r"会不会|可以.{0,12}吗|能.{0,12}吗|吗[?]|"
        r"行不行", re.compile(r"可以?|不|能|会|是|已|未|暂|"
        r"符合|无|没有|同意|属|有|应|将|"
        r"需"), "是或否", "明确回答可以或不可以"),
    ("who", r"哪个部门|谁(?:来)?(?:负责|管)|"
        r"找谁|(?:联系|咨询)电话|归谁管", re.compile(r"负责|主管|管辖|职责|联系|电话|"
        r"\[电话\]|\d{5,}|由.{2,20}(?:处理|承担|"
        r"管理)"), "负责单位", "写明由谁负责、电话多少"),
)  # fmt: skip
_KINDS = tuple((code, re.compile(asks), carries, name, fix) for code, asks, carries, name, fix in _QUESTIONS)
_PARTS = re.compile(
    r"(?:^|[。;!?\n,:])\s*(?:[(]?[一二三四五六七八九十\d]{1,2}[)、.]|[①-⑩]|第?[一二三四五六][是,、]|其[一二三四])"
)
_SENTENCE = re.compile(r"[^。!?;\n]+[。!?;\n]?")
_ASKS = re.compile(r"[?]|吗[,。]|请问|什么时候|何时|哪里|怎么办|多少|能否|是否|可否|能不能")
_COMMON_WORDS = (
    "请问 问题 什么 怎么 如何 为什么 时候 可以 能否 是否 希望 我们 你们 领导 尊敬 您好 "
    "你好 政府 部门 有关 相关 解决 处理 现在 已经 没有 这个 那个 居民 小区 业主 咨询 "
    "投诉 反映 建议 请求 多少 哪里 需要 不能 因为 所以 但是 就是 谢谢 书记 市长"
)
_COMMON = frozenset(_COMMON_WORDS.split())


def check_reply(*, question: str, reply: str) -> list[Finding]:
    """Check ``reply`` against ``question``; an empty list means that nothing was found missing."""
    asked, said = plain_form(question), plain_form(reply)
    if not said.strip():
        return [Finding("reply_missing", "回复是空的", "写下处理结果")]
    if not is_substantive(reply):
        return [
            Finding(
                "empty_reply", "只有收悉、转办或客套话，没有回答问题", "写明谁在什么时候做了什么、结果如何、依据是什么"
            )
        ]
    findings = [_open_question(*kind, said) for kind in _asked_kinds(asked) if not kind[2].search(said)]
    findings += _unanswered_parts(asked, said)
    if not _RESULT.search(said):
        findings.append(Finding("no_result", "没有写处理结果或明确答复", "写明已经做了什么，或可以、不可以"))
    if not _BASIS.search(said):
        findings.append(Finding("no_basis", "没有说明依据或核实情况", "写明根据哪条规定，或经谁核实"))
    if _EMPTY.search(said) and not _TIME.search(said):
        findings.append(Finding("promise_without_date", "承诺了要办，但没有时间", "写明何时完成、何时再告知"))
    if _FORWARD.search(said) and not _CONTACT.search(said) and not _TIME.search(said):
        findings.append(
            Finding("forwarded_without_contact", "转给了别的单位，但没有电话和期限", "写明承办单位、电话和答复期限")
        )
    for one in personal_data(reply, said):
        if one.kind in _PERSONAL and one.valid:
            name = _PERSONAL[one.kind]
            findings.append(Finding("personal_data", f"回复里有{name}", f"删去{name}，公开回复不得写个人信息"))
    return findings


def is_substantive(reply: str) -> bool:
    """Tell whether anything is left of a reply without receipt, forwarding, thanks and empty phrases."""
    rest = _RECEIPT.sub("", plain_form(reply))
    if len(rest) > 160:
        return True
    rest = _EMPTY.sub("", _FORWARD.sub("", _RECEIPT.sub("", rest)))
    rest = re.sub(
        r"(?:您|你)?(?:所)?(?:反映|咨询|提出|关于)的?[^,。]{0,40}(?:问题|情况|事项)[,。]?|[^\u4e00-\u9fffa-z0-9]",
        "",
        rest,
    )
    return len(rest) >= 12


def answered_share(question: str, reply: str) -> float:
    """Give the share of the asked parts whose subject the reply takes up, in [0, 1]; 1 where nothing was asked."""
    parts = _asked_parts(plain_form(question))
    said = plain_form(reply)
    return sum(_takes_up(part, said) for part in parts) / len(parts) if parts else 1.0


_Kind = tuple[str, re.Pattern[str], re.Pattern[str], str, str]


def _asked_kinds(asked: str) -> list[_Kind]:
    return [kind for kind in _KINDS if kind[1].search(asked)]


def _open_question(
    code: str, asks: re.Pattern[str], carries: re.Pattern[str], name: str, fix: str, said: str
) -> Finding:
    return Finding(f"unanswered_{code}", f"问了{name}，回复里没有{name}", fix)


def _asked_parts(asked: str) -> list[str]:
    """Give the questions one by one: the numbered points where there are some, else the sentences that ask."""
    marks = [match.start() for match in _PARTS.finditer(asked)]
    if len(marks) >= 2:
        return [asked[a:b] for a, b in zip(marks, [*marks[1:], len(asked)], strict=True)]
    return [match[0] for match in _SENTENCE.finditer(asked) if _ASKS.search(match[0])]


def _subject(part: str) -> set[str]:
    return {word for word in rjieba.cut(part) if len(word) > 1 and word not in _COMMON and not word.isdigit()}


def _takes_up(part: str, said: str) -> bool:
    subject = _subject(part)
    return not subject or any(word in said for word in subject)


def _unanswered_parts(asked: str, said: str) -> list[Finding]:
    parts = _asked_parts(asked)
    if len(parts) < 2:
        return []
    missed = [part.strip(" ,。;!?\n:") for part in parts if not _takes_up(part, said)]
    return [Finding("part_unanswered", f"没有回答这一问：{part[:40]}", "逐条回答，一问一答") for part in missed[:5]]
