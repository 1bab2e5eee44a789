"""What identifies a person in a message (phone, identity number, name, plate …) and how many people it is about."""

from __future__ import annotations

import re
from dataclasses import dataclass

from echowall.understanding.normalise import plain_form
from echowall.understanding.numerals import NUMERAL, number
from echowall.understanding.types import Evidence, PersonalData

# GB 11643-1999: weights and check characters of the 18-digit citizen identity number.
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10x98765432"
_PROVINCES = frozenset(
    [11, 12, 13, 14, 15, 21, 22, 23, *range(31, 38), *range(41, 47), *range(50, 55), *range(61, 66), 71, 81, 82, 83]
)

_SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘"
    "杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
    "庞樊兰殷施陶洪翟安颜倪严牛温芦季俞章鲁葛伍韦申尤毕聂丛焦向柳邢路岳齐梅莫庄辛管祝左涂谷祁时舒耿牟卜詹关苗"
    "凌费纪靳盛童欧甄项曲成游阳裴席卫查屈鲍位覃霍翁隋甘景薄单包司柏宁柯阮桂闵解强柴华车冉房边辜吉饶刁瞿戚丘古"
    "米池滕晋苑邬臧畅宫来嵺苟全褚廉简娄盖符奚木穆党燕郎邸冀谈姬屠连郜晏栾郁商蒙计喻揭窦迟宇敖糜鄢冷卓花仇艾蓝"
    "都巩稽井练仲乐虞卞封竺冼原官衣楚佟栗匡宗应台巫鞠僧桑荆谌银扬明沙伏岑习胥保和蔺"
)
# Before a title these are far more often ordinary words ("向阿姨", "和老师", "表扬李医生").
_TITLE_SURNAMES = "".join(
    c for c in _SURNAMES if c not in "向和都来全明原官台单计扬连时应任方路边项位有通于经管成平文商"
)
_COMPOUND = "欧阳|上官|司马|诸葛|皇甫|东方|慕容|令狐|尉迟|司徒|夏侯|端木|南宫|公孙|闻人|申屠|宇文"
_NAME = rf"(?:(?:{_COMPOUND})[\u4e00-\u9fff]{{1,2}}?|[{_SURNAMES}] ?[\u4e00-\u9fff]{{1,2}}?)"
_TITLES = (
    "先生|女士|小姐|阿姨|大爷|大妈|大娘|奶奶|爷爷|叔叔|大叔|大哥|大姐|师傅|同志|老师|医生|护士|主任|书记|经理|婆婆|同学"
)
_NAME_END = (
    r"(?=$|[,。.、;:!?()\s\d\[【\]】/\n]|电话|手机|联系|身份|男|女|今年|年龄|住|家住|是|的|在|,|于|也|和|与|患|因)"
)
# Words that begin like a surname and follow "我是/本人/联系".
_NOT_NAME = re.compile(
    r"^(?:简单|房[款屋子]|安[危宁]|车[上辆库位拥]|关[系心注]|和电|陆续|解[决除]|高[烧热的]|纪委|万能"
    r"|方舱|方便|高新|高层|高龄|高血|安置|安全|华侨|白血|金水|金融|郑州|郑东|明天|应该|时间|任何|成年|成都|"
    r"关于|向[您你]|于[是今昨\d]|来自|和[我他她家]|管城|管理|石油|房东|房主|常住|万[人元]|单[身位亲元独]"
    r"|党员|全[家职部国]|解放|路[过口]|连[续夜]|余[生下]|康复|包[括保]|武汉|江[苏西]|查[询看]|计划|明[白确显]|"
    r"车[主子]|司机|应届|文[化员]|商[户家]|都是|原[来住]|阳[性了台]|封[控闭在]|保[安洁]|志愿|居民|业主|患者|"
    r"孕妇|谢谢|温馨|严重|马上|史[上无]|边[上缘]|景[区观]|施[工行]|古稀|项目|米面|花园|强烈|易感|左右|"
    r"冷[静藏]|平[安时]|钱[款都]|白[天色大]|曾经|田[地里]|石头|黄[码色]|金额|习惯)"
)

_ORDINARY = re.compile(
    r"[孩子们不没要去来在到的了是人有和也就都还很被把给让请家区市村路街说因从一二两三五六七八九十天年月日号岁]"
)

_PHONE = re.compile(
    r"(?<![\d.])(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?![\d])|(?<!\d)1[3-9]\d{2}[- ]\d{3}[- ]\d{4}(?!\d)"
)
_SPOKEN_PHONE = re.compile(
    r"[一幺壹1][三四五六七八九3-9](?:[- ]?[零〇一二三四五六七八九幺壹\d]){9}(?![零〇一二三四五六七八九幺\d])"
)
_LANDLINE = re.compile(r"(?<!\d)(?:\(0\d{2,3}\)|0\d{2,3}[- ]?)[2-8]\d{6,7}(?:[-转]\d{1,6})?(?!\d)")
_LOCAL = re.compile(r"(?:电话|座机|致电|拨打)[号码是为:]{0,3} ?(?P<value>[2-8]\d{6,7})(?!\d)")
_IDENTITY = re.compile(
    r"(?<![\da-z])[1-8]\d{5} ?(?:(?:18|19|20)\d{2} ?(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]) ?\d{3}[\dx]|"
    r"\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3})(?![\dx])"
)
_ACCOUNT = re.compile(r"(?<!\d)\d{4}[- ]?\d{4}[- ]?\d{4}[- ]?\d{4}(?:[- ]?\d{1,3})?(?!\d)")
_PLATE = re.compile(
    r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][a-hj-z][·. "
    r"-]?(?=[a-z]{0,5}\d)[a-hj-np-z0-9]{5,6}(?![a-z0-9])"
)
_EMAIL = re.compile(r"[a-z0-9][\w.+-]*@[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}", re.ASCII)
_WECHAT = re.compile(
    r"(?:微信号?|vx|wx|v信|薇信|威信|weixin|v)(?:号|同号)?[是为:, ]{0,3}(?P<value>[a-z][-_a-z0-9]{5,19})(?![-_a-z0-9@])"
)
_QQ = re.compile(r"qq(?:群|号)?[号码是为:, ]{0,3}(?P<value>[1-9]\d{4,10})(?!\d)")
_NAMED = re.compile(
    rf"(?:(?P<sure>我叫|我名叫|我的名字(?:叫|是)|名叫|叫做|姓名|联系人|求助人|收件人|经办人|户主(?=[:是])|"
    rf"患者(?=[:叫])|名字(?:叫|是)|本人姓名)[】\]]?[:是为叫 ]{{0,2}}"
    rf"|(?P<maybe>我是|本人|业主|居民|患者|病人|找|联系|孩子叫|我爸|我妈|父亲|母亲|老人)[: "
    rf"]{{0,2}})(?P<value>{_NAME}){_NAME_END}"
)
_TITLED = re.compile(
    rf"(?P<value>(?:{_COMPOUND}|[{_TITLE_SURNAMES}])(?P<given>[\u4e00-\u9fff]{{0,2}}?))(?P<title>{_TITLES})"
)
_NAME_PHONE = re.compile(
    rf"(?:(?<![\u4e00-\u9fff])|(?<=[系人叫是找者]))(?P<value>{_NAME})[:, ]{{0,2}}(?=1[3-9]\d{{9}})"
)

_DIGIT_HINT = re.compile(r"\d{5}|\d[- ]\d|[a-z]{2}|[一幺][三五七八九]")
_NAME_HINT = re.compile(
    rf"叫|姓名|联系|求助人|收件|经办|户主|患者|病人|我是|本人|业主|居民|找|父亲|母亲|老人|我[爸妈]|{_TITLES}|"
    rf"1[3-9]\d{{9}}"
)


def is_identity_number(value: str) -> bool:
    """Tell whether ``value`` is a citizen identity number by GB 11643: province, date and, for 18 digits, the check."""
    value = value.replace(" ", "").lower()
    if not re.fullmatch(r"\d{17}[\dx]|\d{15}", value) or int(value[:2]) not in _PROVINCES:
        return False
    if len(value) == 15:
        return True
    return _CHECKS[sum(int(d) * w for d, w in zip(value, _WEIGHTS, strict=False)) % 11] == value[17]


def personal_data(text: str, plain: str | None = None) -> tuple[PersonalData, ...]:
    """Find what identifies a person, in the order of the text, without overlaps; values are normalised."""
    words = plain_form(text) if plain is None else plain
    found: list[PersonalData] = []
    if _DIGIT_HINT.search(words):
        _numbers(words, found)
    if _NAME_HINT.search(words):
        _names(words, text, found)
    return tuple(sorted(found, key=lambda one: one.start))


def _add(found: list[PersonalData], kind: str, value: str, start: int, end: int, valid: bool = True) -> None:
    if not any(one.start < end and start < one.end for one in found):
        found.append(PersonalData(kind, value, start, end, valid))


def _numbers(words: str, found: list[PersonalData]) -> None:
    for match in _EMAIL.finditer(words):
        _add(found, "email", match[0], *match.span())
    for match in _IDENTITY.finditer(words):
        _add(found, "identity_number", match[0].replace(" ", "").upper(), *match.span(), is_identity_number(match[0]))
    for match in _PHONE.finditer(words):
        _add(found, "phone", _digits(match[0])[-11:], *match.span())
    for match in _SPOKEN_PHONE.finditer(words):
        digits = "".join(c if c.isdigit() and c.isascii() else str(number(c)) for c in match[0] if c not in "- ")
        _add(found, "phone", digits, *match.span())
    for match in _ACCOUNT.finditer(words):
        _add(found, "account", _digits(match[0]), *match.span())
    for match in _LANDLINE.finditer(words):
        _add(found, "landline", match[0].replace(" ", ""), *match.span())
    for kind, pattern in (("landline", _LOCAL), ("qq", _QQ), ("wechat", _WECHAT)):
        for match in pattern.finditer(words):
            _add(found, kind, match["value"], *match.span("value"))
    for match in _PLATE.finditer(words):
        _add(found, "plate", re.sub(r"[·. -]", "", match[0]).upper(), *match.span())


def _names(words: str, text: str, found: list[PersonalData]) -> None:
    for match in _NAMED.finditer(words):
        value = match["value"]
        if _NOT_NAME.match(value) or (match["maybe"] and not _is_likely_name(value)):
            continue
        _add(found, "name", text[match.start("value") : match.end("value")], *match.span("value"))
    for match in _NAME_PHONE.finditer(words):
        if not _NOT_NAME.match(match["value"]):
            _add(found, "name", text[match.start("value") : match.end("value")], *match.span("value"))
    for match in _TITLED.finditer(words):
        low = match.start()
        before = words[low - 1] if low else " "
        if match["given"] and "\u4e00" <= before <= "\u9fff" and before not in "是叫找和与给请谢让跟被由人":
            continue
        if not _NOT_NAME.match(match["value"] + match["title"]):
            _add(found, "name", text[low : match.end()], low, match.end(), valid=bool(match["given"]))


def _is_likely_name(value: str) -> bool:
    """After words like 老人 or 我是, which seldom introduce a name, be stricter."""
    return value[0] in _TITLE_SURNAMES and not _ORDINARY.search(value)


def _digits(words: str) -> str:
    return "".join(c for c in words if c.isdigit())


@dataclass(frozen=True, slots=True)
class PeopleCount:
    """How many people, or households, a message is about; either may be None."""

    people: int | None
    households: int | None
    evidence: tuple[Evidence, ...]


_TOTAL = re.compile(
    rf"(?P<n>{NUMERAL})(?:多|余|几)?(?:(?:个|名)?(?:大)?人(?!一档)(?![员民口份以均次手像间大行工类情道生称])|"
    rf"口人?(?![罩子服号]))"
)
_GROUP = re.compile(
    rf"(?P<n>{NUMERAL})(?:多|余|几)?(?:个|名|位)(?:\d+多?岁)?(?:的)?(?P<who>老人|孩子|小孩|娃|宝宝|婴儿|孕妇|"
    rf"工人|学生|病人|患者|大人|成年人|成人|妇女|男的|女的|女人|男人|居民|村民|乘客|邻居|员工|民工|群众)"
)
_HOUSEHOLDS = re.compile(rf"(?P<n>{NUMERAL})(?:多|余|几|来)?户(?![口型主外籍])")
# Patterns begin with the numeral, not with a look behind it: the engine then skips to numerals at once.
_PEOPLE_HINT = re.compile(rf"{NUMERAL}[多余几来]?(?:[个名位]|大?人|口|户)|我(?:和|跟|带|与)")
_AND = re.compile(r"我(?:和|跟|带着?|与)[\u4e00-\u9fff]{1,6}?(?:两|俩|二|2)(?:个)?人?")


def _counted(pattern: re.Pattern[str], words: str) -> list[tuple[int | None, re.Match[str]]]:
    found = pattern.finditer(words)
    return [(number(m["n"]), m) for m in found if words[m.start() - 1 : m.start()] not in ("第", "每")]


def people_count(text: str, plain: str | None = None) -> PeopleCount | None:
    """Count the people or households named; a stated total ("一家五口") rules, else its groups are added up."""
    words = plain_form(text) if plain is None else plain
    if not _PEOPLE_HINT.search(words):
        return None
    totals, groups, homes = (_counted(pattern, words) for pattern in (_TOTAL, _GROUP, _HOUSEHOLDS))
    people: int | None = max((n for n, m in totals if n and n > 1), default=None)
    if people is None and groups:
        people = sum(n or 0 for n, _ in groups) or None
    if people is None and _AND.search(words):
        people = 2
    if people is None and any(n == 1 for n, _ in totals):
        people = 1
    households = max((n for n, _ in homes if n and n > 1), default=None)
    if people is None and households is None:
        return None
    spans = [m.span() for n, m in (*totals, *groups, *homes) if n]
    evidence = tuple(Evidence(text[a:b], a, b, "people_count") for a, b in sorted(spans)[:4])
    return PeopleCount(people, households, evidence)
