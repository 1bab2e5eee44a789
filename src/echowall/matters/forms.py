"""The small forms by which moves are made on the page of a matter."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from echowall.kernel.actors import Actor
from echowall.kernel.errors import Problem
from echowall.kernel.signs import INTENT, URGENCY
from echowall.kernel.topic_words import topic_choices

from .models import Callback, Matter

_FIRST_YEAR, _LAST_YEAR = 2000, 2100
Choices = list[tuple[str, Any]]


def within_reach(value: date) -> None:
    """Refuse days with which nothing can be reckoned (a slip of the keyboard such as 9999 or 0022).

    Raises:
        ValidationError: outside 2000 to 2100.
    """
    if not _FIRST_YEAR <= value.year <= _LAST_YEAR:
        raise forms.ValidationError(
            _("年份要在 %(first)s 到 %(last)s 之间"), params={"first": _FIRST_YEAR, "last": _LAST_YEAR}
        )


def sign_choices(signs: dict[str, Any]) -> Choices:
    """Return the names of a set of signs as choices."""
    return [(name, sign.word) for name, sign in signs.items()]


class ManyFiles(forms.ClearableFileInput):
    """A file control that takes several files."""

    allow_multiple_selected = True


class PhotosField(forms.FileField):
    """Photos or papers; cleans to a list of uploaded files."""

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"accept": "image/*,application/pdf", "multiple": True}
        super().__init__(widget=ManyFiles(attrs=attrs), required=False, label=_("照片或文件"), **kwargs)

    def clean(self, data: Any, initial: Any = None) -> Any:
        """Return the files given, as a list."""
        files = data if isinstance(data, list | tuple) else [data] if data else []
        return [super(PhotosField, self).clean(file, initial) for file in files]


def _text(label: Any, *, rows: int = 3, required: bool = True, **kwargs: Any) -> forms.CharField:
    return forms.CharField(
        label=label, required=required, max_length=4000, widget=forms.Textarea(attrs={"rows": rows}), **kwargs
    )


class MoveForm(forms.Form):
    """The form of a move without anything to fill in. ``offers`` are choices that depend on the matter, by field."""

    request_key = forms.CharField(widget=forms.HiddenInput, max_length=64)

    def __init__(self, *args: Any, name: str = "", offers: dict[str, Choices] | None = None, **kwargs: Any) -> None:
        kwargs["auto_id"] = f"id_{name}_%s"
        super().__init__(*args, **kwargs)
        self.fields["request_key"].initial = uuid4().hex
        for field, choices in (offers or {}).items():
            if field in self.fields:
                self.fields[field].choices = choices  # type: ignore[attr-defined]

    def add_problems(self, problems: Iterable[Problem]) -> None:
        """Put what an operation refused beside the fields it names, the rest on top."""
        for problem in problems:
            text = "".join(
                (
                    f"「{problem.value}」" if problem.value else "",
                    problem.message,
                    f" → {problem.fix}" if problem.fix else "",
                )
            )
            self.add_error(problem.place if problem.place in self.fields else None, text)


class ReasonForm(MoveForm):
    """A reason."""

    reason = _text(_("理由"))


class NoteForm(MoveForm):
    """A note."""

    note = _text(_("说明"))


class TextForm(MoveForm):
    """What reporters are told."""

    text = _text(_("内容"), rows=5, help_text=_("将按来源渠道发给反映人"))


class DispatchForm(MoveForm):
    """The team to give a matter to."""

    team = forms.ChoiceField(label=_("专班"))


class ProgressForm(NoteForm):
    """How it goes, with photos, and the node of the plan that it fulfils."""

    node = forms.ChoiceField(label=_("完成的计划节点"), required=False)
    photos = PhotosField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if len(self.fields["node"].choices) < 2:  # type: ignore[attr-defined]
            del self.fields["node"]


class ReportBackForm(NoteForm):
    """What was done, with photos."""

    photos = PhotosField()


class EvidenceForm(MoveForm):
    """Photos alone."""

    photos = PhotosField()
    note = _text(_("说明"), rows=1, required=False)


class JointForm(ReasonForm):
    """The teams to call in."""

    teams = forms.MultipleChoiceField(label=_("请哪些专班协办"), widget=forms.CheckboxSelectMultiple)
    field_order = ("teams", "reason")


class SuspendForm(MoveForm):
    """An approved reason and the last day of standing still."""

    reason = forms.ChoiceField(label=_("挂账理由"))
    until = forms.DateField(
        label=_("挂账至"), required=False, widget=forms.DateInput(attrs={"type": "date"}), validators=[within_reach]
    )


class PlanForm(MoveForm):
    """The nodes of a plan, a line each."""

    nodes = _text(_("计划节点"), rows=4, help_text=_("每行一个：日期 要完成的工作，例如 2022-05-10 更换电梯主板"))


class ClassForm(MoveForm):
    """What a matter is called."""

    topic = forms.ChoiceField(label=_("事项类别"), choices=topic_choices)
    intent = forms.ChoiceField(label=_("诉求类型"), choices=lambda: sign_choices(INTENT))
    urgency = forms.ChoiceField(label=_("紧急程度"), choices=lambda: sign_choices(URGENCY))
    is_complex = forms.BooleanField(label=_("疑难复杂事项"), required=False)
    reason = _text(_("理由"), rows=2)


class CheckForm(MoveForm):
    """Whether what was reported back holds."""

    passed = forms.ChoiceField(
        label=_("核查结果"), choices=[("yes", _("通过")), ("no", _("不通过，退回重办"))], widget=forms.RadioSelect
    )
    note = _text(_("说明"), rows=2, required=False)


class CallbackForm(MoveForm):
    """What a reporter said when asked."""

    report = forms.ChoiceField(label=_("反映人"))
    outcome = forms.ChoiceField(label=_("结果"), choices=Callback.Outcome.choices, widget=forms.RadioSelect)
    satisfaction = forms.TypedChoiceField(
        label=_("满意度"),
        required=False,
        coerce=int,
        empty_value=None,
        choices=[
            ("", "—"),
            *(
                (str(n), w)
                for n, w in zip(
                    range(5, 0, -1),
                    (_("5 很满意"), _("4 满意"), _("3 一般"), _("2 不满意"), _("1 很不满意")),
                    strict=True,
                )
            ),
        ],
    )
    note = _text(_("说了什么"), rows=2, required=False)


class CauseForm(MoveForm):
    """Why a matter is taken up again."""

    cause = _text(_("原因"))


class GradeForm(MoveForm):
    """How well a closed matter was handled."""

    grade = forms.TypedChoiceField(
        label=_("评分"), coerce=int, choices=[(str(n), str(n)) for n in range(5, 0, -1)], widget=forms.RadioSelect
    )
    note = _text(_("说明"), rows=2, required=False)


class MergeForm(MoveForm):
    """The matter into which this one goes."""

    into = forms.CharField(label=_("并入的事项编号"), max_length=24)
    reason = _text(_("理由"), rows=2, required=False)


class SplitForm(MoveForm):
    """What goes into a matter of its own."""

    title = forms.CharField(label=_("新事项标题"), max_length=120)
    topic = forms.ChoiceField(label=_("事项类别"), choices=topic_choices)
    messages = forms.MultipleChoiceField(
        label=_("随新事项走的留言"), required=False, widget=forms.CheckboxSelectMultiple
    )


class OfferForm(ReasonForm):
    """The street office that should take it."""

    to_office = forms.ChoiceField(label=_("移交给"))
    field_order = ("to_office", "reason")


class RepinForm(ReasonForm):
    """The version of the playbook to go by."""

    version = forms.ChoiceField(label=_("工作法版本"))
    field_order = ("version", "reason")


class NewMatterForm(MoveForm):
    """A matter opened by hand."""

    title = forms.CharField(label=_("标题"), max_length=120)
    place_text = forms.CharField(label=_("地点"), max_length=200)
    place = forms.UUIDField(required=False, widget=forms.HiddenInput)
    topic = forms.ChoiceField(label=_("事项类别"), choices=topic_choices)
    intent = forms.ChoiceField(label=_("诉求类型"), choices=lambda: sign_choices(INTENT))
    urgency = forms.ChoiceField(
        label=_("紧急程度"), choices=lambda: sign_choices(URGENCY), widget=forms.RadioSelect, initial="normal"
    )
    needed_by_at = forms.DateTimeField(
        label=_("需在何时之前解决"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"],
        validators=[within_reach],
    )
    summary = _text(_("情况"), rows=5)


class UnmaskForm(MoveForm):
    """Why somebody needs to see personal data."""

    reason = forms.CharField(label=_("查看理由"), max_length=200, min_length=4)


def initial_for(name: str, matter: Matter, actor: Actor, suggested: str) -> dict[str, Any]:
    """Return what a form begins with."""
    if name == "dispatch":
        return {"team": suggested}
    if name == "reclassify":
        return {
            "topic": matter.topic,
            "intent": matter.intent,
            "urgency": matter.urgency,
            "is_complex": matter.is_complex,
        }
    if name == "split":
        return {"title": matter.title, "topic": matter.topic}
    return {}
