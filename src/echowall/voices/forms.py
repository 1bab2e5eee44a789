"""What residents fill in. All but the words themselves is optional: a call for help must never fail on a field."""

from __future__ import annotations

import hashlib
import re
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.core.validators import MaxLengthValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .channels.phones import phone_of
from .photos import MAX_BYTES, MAX_PHOTOS, Photo, PhotoRefusedError, clean_photo

MAX_TEXT = 5000
_TOO_LONG = gettext_lazy("太长了，最多 %(limit_value)d 字，您写了 %(show_value)d 字")
_PHOTO_WORDS = {
    "photo_empty": gettext_lazy("第 %(n)s 张照片是空的，请重新选择"),
    "photo_too_large": gettext_lazy("第 %(n)s 张照片超过 %(mb)s MB，请换一张小一些的"),
    "photo_unreadable": gettext_lazy("第 %(n)s 个文件不是照片，请用 JPG、PNG 或 WebP"),
}


class _Photos(forms.ClearableFileInput):
    allow_multiple_selected = True


class PhotosField(forms.FileField):
    """Up to nine photos; each wrong one is named, all at once. Gives a list of ``Photo``."""

    widget = _Photos

    def clean(self, data: Any, initial: Any = None) -> list[Photo]:
        """Return the clean photos.

        Raises:
            ValidationError: with one message for each photo that cannot be taken.
        """
        given: list[UploadedFile[Any]] = [file for file in (data or []) if file]
        errors = []
        if len(given) > MAX_PHOTOS:
            errors.append(_("最多 %(n)s 张照片，您选了 %(given)s 张") % {"n": MAX_PHOTOS, "given": len(given)})
        photos = []
        for number, file in enumerate(given[:MAX_PHOTOS], 1):
            try:
                photos.append(_photo(file))
            except PhotoRefusedError as error:
                errors.append(str(_PHOTO_WORDS[error.code]) % {"n": number, "mb": MAX_BYTES // 1_000_000})
        if errors:
            raise forms.ValidationError(errors)
        return photos


def _photo(file: UploadedFile[Any]) -> Photo:
    if file.size is not None and file.size > MAX_BYTES:
        raise PhotoRefusedError("photo_too_large")
    return clean_photo(file.read())


class WordsForm(forms.Form):
    """Words and photos, and the key by which the phone's repeated tries are one message."""

    text = forms.CharField(
        label=gettext_lazy("发生了什么事"), max_length=MAX_TEXT, widget=forms.Textarea(attrs={"rows": 5}),
        help_text=gettext_lazy("用自己的话说就行：谁、要什么帮助、最晚什么时候"),
        error_messages={"required": gettext_lazy("请写一句发生了什么事")},
    )  # fmt: skip
    photos = PhotosField(label=gettext_lazy("照片"), required=False)
    client_key = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Say what is too long in people's words; Django's own speak of a variable."""
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            for check in field.validators:
                if isinstance(check, MaxLengthValidator):
                    check.message = _TOO_LONG

    def clean_text(self) -> str:
        """Return the words without characters that cannot be stored."""
        text: str = self.cleaned_data["text"]
        return text.strip()

    def clean_client_key(self) -> str:
        """Return the phone's key, or a fresh one: only a UUID is long enough that nobody meets another's."""
        try:
            return str(UUID(self.cleaned_data.get("client_key", "")))
        except ValueError:
            return str(uuid4())

    def key(self) -> str:
        """Return the message's key: the phone's key and what was filled in.

        A repeated try is the same message; going back and writing something else is another one, never lost.
        """
        said = hashlib.sha256()
        for name, value in sorted(self.cleaned_data.items()):
            parts = [photo.content for photo in value] if name == "photos" else [str(value).encode()]
            for part in parts:
                said.update(hashlib.sha256(name.encode() + b"=" + part).digest())
        return f"web:{self.cleaned_data['client_key']}:{said.hexdigest()[:24]}"


class SayForm(WordsForm):
    """The residents' form."""

    place_text = forms.CharField(label=gettext_lazy("在哪里"), max_length=120, required=False)
    place = forms.CharField(required=False, widget=forms.HiddenInput)
    lng = forms.CharField(required=False, widget=forms.HiddenInput)
    lat = forms.CharField(required=False, widget=forms.HiddenInput)
    building = forms.CharField(label=gettext_lazy("楼栋"), max_length=12, required=False)
    unit = forms.CharField(label=gettext_lazy("单元"), max_length=12, required=False)
    room = forms.CharField(label=gettext_lazy("门牌"), max_length=12, required=False)
    name = forms.CharField(label=gettext_lazy("怎么称呼您"), max_length=20, required=False)
    phone = forms.CharField(
        label=gettext_lazy("联系电话"), max_length=24, required=False,
        help_text=gettext_lazy("留了电话，工作人员能问清情况，您也能用后四位查进度；不留也可以"),
    )  # fmt: skip

    def clean_phone(self) -> str:
        """Return the number in digits; what is no number is named, never dropped."""
        given: str = self.cleaned_data["phone"]
        number, code = phone_of(given)
        if code:
            raise forms.ValidationError(_("这不像一个电话号码，请写 11 位手机号或带区号的座机，也可以不填"))
        return number

    def clean_place(self) -> str:
        """Return the picked place's id, or "": a pick that went wrong must not stop a call for help."""
        try:
            return str(UUID(self.cleaned_data.get("place", "")))
        except ValueError:
            return ""

    def position(self) -> tuple[float, float] | None:
        """Return the pin on the map as (latitude, longitude) in WGS-84 degrees, or None."""
        try:
            latitude, longitude = float(self.cleaned_data["lat"]), float(self.cleaned_data["lng"])
        except ValueError:
            return None
        return (latitude, longitude) if -90 <= latitude <= 90 and -180 <= longitude <= 180 else None

    def whole_place(self) -> str:
        """Return place, building, unit and room in one line, as people say it: ``铁路小区3号楼2单元501室``."""
        parts = [self.cleaned_data["place_text"].strip()]
        for name, word in (("building", "号楼"), ("unit", "单元"), ("room", "室")):
            value = self.cleaned_data[name].strip()
            if value and not (name == "building" and value in parts[0]):
                parts.append(value + word if re.fullmatch(r"[0-9A-Za-z一二三四五六七八九十]+", value) else value)
        return "".join(part for part in parts if part)


class ProgressForm(forms.Form):
    """Ticket and four digits."""

    ticket = forms.CharField(
        label=gettext_lazy("回执号"), max_length=24, help_text=gettext_lazy("例如 0503-7K3QX2-M，大小写都可以"),
        error_messages={"required": gettext_lazy("请填写回执号")},
    )  # fmt: skip
    digits = forms.CharField(
        label=gettext_lazy("手机号后四位，或查询码"), max_length=8,
        help_text=gettext_lazy("提交时没有留电话的，填提交后显示的四位查询码"),
        error_messages={"required": gettext_lazy("请填写四位数字")},
    )  # fmt: skip


class OutcomeForm(forms.Form):
    """Solved or not, and how satisfied."""

    outcome = forms.ChoiceField(
        label=gettext_lazy("问题解决了吗"), widget=forms.RadioSelect,
        choices=[("solved", gettext_lazy("解决了")), ("not_solved", gettext_lazy("没有解决"))],
        error_messages={"required": gettext_lazy("请选“解决了”或“没有解决”")},
    )  # fmt: skip
    satisfaction = forms.TypedChoiceField(
        label=gettext_lazy("对办理满意吗"), required=False, coerce=int, empty_value=None, widget=forms.RadioSelect,
        choices=[
            ("5", gettext_lazy("很满意")), ("4", gettext_lazy("满意")), ("3", gettext_lazy("一般")),
            ("2", gettext_lazy("不满意")), ("1", gettext_lazy("很不满意")),
        ],
    )  # fmt: skip
    note = forms.CharField(
        label=gettext_lazy("还想说的"), required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 3})
    )
