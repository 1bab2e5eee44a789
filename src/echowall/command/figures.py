"""The figures: each is defined once, as the query of a register, so that a number and the list behind it are the same.

A count is the number of rows of its query. A rate is two queries, the second within the first's rows; a median is the
middle of a time span over its query's rows. Words, sentence and query of a figure stand side by side here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from django.utils.translation import gettext_lazy as _

Query = Mapping[str, str]
_NOTHING: Query = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure.

    Attributes:
        code: its name in bulletins and addresses.
        title: what it is called.
        definition: the sentence that says what is counted.
        register: the register whose rows it counts.
        query: the filters of the register (period and place are added).
        kind: count, rate or median.
        part: for a rate, the further filters of the rows that are counted out of ``query``'s.
        span: for a median, the two instants of a row between which time is measured.
        period: the filters that take the beginning and the end of the period; empty for what stands now.
        unit: of the value.
    """

    code: str
    title: object
    definition: object
    register: str
    query: Query = field(default_factory=lambda: _NOTHING)
    kind: str = "count"
    part: Query = field(default_factory=lambda: _NOTHING)
    span: tuple[str, str] = ("", "")
    period: tuple[str, str] | tuple[()] = ("since", "until")
    unit: object = ""


_ITEMS = _("条")
_MATTERS = _("件")
_CLOSED: Final = ("closed_since", "closed_until")

_REQUESTS: Final = "help,complaint,consult,vent,suggest,volunteer,other"

_MESSAGES_FIGURES = (
    Figure(
        "received",
        _("收到留言"),
        _("期间内各渠道收到的留言、消息，以说话时间计；同一条重复上传只算一次。"),
        "messages",
        unit=_ITEMS,
    ),
    Figure(
        "requests", _("收到诉求"), _("期间内收到的留言，不含点赞表扬。"), "messages", {"intent": _REQUESTS}, unit=_ITEMS
    ),
    Figure(
        "requests_handled",
        _("诉求已办结"),
        _("期间内收到的诉求中，所属事项已结案或来件台账注明已办结的。"),
        "messages",
        {"intent": _REQUESTS, "state": "handled"},
        unit=_ITEMS,
    ),
    Figure(
        "parked",
        _("待人工"),
        _("目前系统没有读懂、等待人工处理的留言。"),
        "messages",
        {"state": "parked"},
        period=(),
        unit=_ITEMS,
    ),
    Figure(
        "must_look",
        _("必须人工看"),
        _("目前标为必须人工看、还没有归入事项的留言。"),
        "messages",
        {"band": "must_look", "state": "heard,parked"},
        period=(),
        unit=_ITEMS,
    ),
)

_MATTER_FIGURES = (
    Figure(
        "opened",
        _("立案"),
        _("期间内反映的事项，不含并入别案的和作废的。"),
        "matters",
        {"mark": "valid"},
        unit=_MATTERS,
    ),
    Figure(
        "dispatched",
        _("已派遣"),
        _("期间内反映的事项中，已派给专班的。"),
        "matters",
        {"mark": "valid,dispatched"},
        unit=_MATTERS,
    ),
    Figure(
        "accepted",
        _("已受理"),
        _("期间内反映的事项中，专班已受理的。"),
        "matters",
        {"mark": "valid,accepted"},
        unit=_MATTERS,
    ),
    Figure("ended", _("已办结"), _("期间内反映的事项中，目前已结案的。"), "matters", {"mark": "ended"}, unit=_MATTERS),
    Figure(
        "closed",
        _("结案"),
        _("期间内结案的事项，不论何时反映。"),
        "matters",
        {"mark": "ended"},
        period=_CLOSED,
        unit=_MATTERS,
    ),
    Figure(
        "period_in_hand",
        _("尚在办理"),
        _("期间内反映的事项中，目前还没有结案的。"),
        "matters",
        {"standing": "open"},
        unit=_MATTERS,
    ),
    Figure(
        "reworked",
        _("返工"),
        _("期间内反映的事项中，曾因未解决而重办的。"),
        "matters",
        {"mark": "valid,reworked"},
        unit=_MATTERS,
    ),
    Figure(
        "in_hand",
        _("在办"),
        _("目前没有结案的全部事项，不论何时反映。"),
        "matters",
        {"standing": "open"},
        period=(),
        unit=_MATTERS,
    ),
    Figure(
        "overdue",
        _("已超时"),
        _("目前在办且有时限已超过的事项。"),
        "matters",
        {"standing": "overdue"},
        period=(),
        unit=_MATTERS,
    ),
    Figure(
        "amber",
        _("将到期"),
        _("目前在办、最紧的时限已过八成的事项。"),
        "matters",
        {"standing": "open", "colour": "amber"},
        period=(),
        unit=_MATTERS,
    ),
    Figure(
        "suspended",
        _("挂账"),
        _("目前经批准暂停计时的事项。"),
        "matters",
        {"state": "suspended"},
        period=(),
        unit=_MATTERS,
    ),
    Figure(
        "critical_waiting",
        _("危急待受理"),
        _("目前标为危急、还没有专班受理的事项。"),
        "matters",
        {"urgency": "critical", "mark": "unaccepted"},
        period=(),
        unit=_MATTERS,
    ),
    Figure(
        "to_call_back",
        _("待结案"),
        _("目前已核查、等待答复回访结案的事项。"),
        "matters",
        {"state": "checked"},
        period=(),
        unit=_MATTERS,
    ),
)

_RATES = (
    Figure(
        "response_rate",
        _("响应率"),
        _("期间内反映的事项中，受理或告知的时限已完成或已超时的为分母；其中按时受理或按时告知的为分子。"),
        "matters",
        {"mark": "valid,response_due"},
        "rate",
        {"mark": "valid,response_due,responded"},
    ),
    Figure(
        "solution_rate",
        _("解决率"),
        _("期间内反映的事项中，回访得到明确回答的为分母；其中反映人说已解决的为分子。"),
        "matters",
        {"mark": "valid,asked"},
        "rate",
        {"mark": "valid,asked,solved"},
    ),
    Figure(
        "satisfaction_rate",
        _("满意率"),
        _("期间内反映的事项中，反映人打了分（1至5分）的为分母；其中4分以上的为分子。"),
        "matters",
        {"mark": "valid,rated"},
        "rate",
        {"mark": "valid,rated,satisfied"},
    ),
    Figure(
        "closing_rate",
        _("办结率"),
        _("期间内反映的事项（不含并案作废）为分母；其中目前已结案的为分子。"),
        "matters",
        {"mark": "valid"},
        "rate",
        {"mark": "valid,ended"},
    ),
)

_MEDIANS = (
    Figure(
        "median_accept",
        _("受理用时中位数"),
        _("期间内反映且已受理的事项，从反映到首次受理的时间，取中位数。"),
        "matters",
        {"mark": "valid,timed_accept"},
        "median",
        span=("opened_at", "accepted_at"),
        unit=_("小时"),
    ),
    Figure(
        "median_solve",
        _("解决用时中位数"),
        _("期间内反映且核查通过的事项，从反映到核查通过的时间，取中位数。"),
        "matters",
        {"mark": "valid,timed_solve"},
        "median",
        span=("opened_at", "solved_at"),
        unit=_("小时"),
    ),
)

# The clocks of the 13710 method whose in-time share is shown; a playbook with other clocks has shares of its own names.
CLOCKS: Final = (
    ("assign", _("当日交办")),
    ("accept", _("受理")),
    ("inform", _("三日告知")),
    ("solve", _("七日办结")),
    ("complex", _("一月办结")),
    ("close", _("跟踪销号")),
)
_SHARES = tuple(
    Figure(
        f"in_time_{clock}",
        title,
        _("期间内反映的事项中，这一时限已完成或已超时的为分母；其中按时完成的为分子。"),
        "matters",
        {"mark": "valid", "decided": clock},
        "rate",
        {"mark": "valid", "decided": clock, "met": clock},
    )
    for clock, title in CLOCKS
)

FIGURES: Final[Mapping[str, Figure]] = MappingProxyType(
    {figure.code: figure for figure in (*_MESSAGES_FIGURES, *_MATTER_FIGURES, *_RATES, *_MEDIANS, *_SHARES)}
)

# By what a figure may be split: the filter of the register and the column that it narrows.
SPLITS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "channel": ("channel", "channel"),
        "intent": ("intent", "intent"),
        "topic": ("topic", "topic"),
        "urgency": ("urgency", "urgency"),
        "community": ("community", "community_path"),
        "team": ("team", "lead_team_id"),
        "colour": ("colour", "colour"),
    }
)
