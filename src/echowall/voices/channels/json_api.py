"""The JSON intake API: one message or up to 500 at once, typed by msgspec; a refusal names every error at once.

The fast path decodes straight into structs. Only a body that fails it is looked at a second time, field by field, so
that the sender learns of everything that is wrong and not of the first thing.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from echowall.voices.channels.phones import phone_of
from echowall.voices.channels.types import AttachmentRef, HeardMessage, Problem, RefusedInputError, content_key

CHANNEL = "api"
MAX_BATCH = 500
MAX_BODY = 8_000_000
MAX_TEXT = 20_000

Words = Annotated[str, Meta(max_length=200)]
Aware = Annotated[datetime, Meta(tz=True)]


class IntakeAttachment(Struct, forbid_unknown_fields=True, frozen=True):
    """A file that lies elsewhere: `url` is where, `kind` is image, voice, video, file or link."""

    url: Annotated[str, Meta(pattern=r"^https?://", max_length=2000)]
    kind: Annotated[str, Meta(pattern=r"^(image|voice|video|file|link)$")] = "file"
    name: Annotated[str, Meta(max_length=255)] = ""
    media_type: Annotated[str, Meta(max_length=100)] = ""
    size: Annotated[int, Meta(ge=0)] | None = None


class IntakeMessage(Struct, forbid_unknown_fields=True, frozen=True):
    """One message; `text` is needed, and `key` or `said_at`, so that the same message sent twice is known again."""

    text: Annotated[str, Meta(min_length=1, max_length=MAX_TEXT)]
    key: Words = ""
    said_at: Aware | None = None
    sender: Words = ""
    phone: Annotated[str, Meta(max_length=40)] = ""
    place: Annotated[str, Meta(max_length=500)] = ""
    latitude: Annotated[float, Meta(ge=-90, le=90)] | None = None
    longitude: Annotated[float, Meta(ge=-180, le=180)] | None = None
    title: Words = ""
    conversation: Words = ""
    reply_to: Words = ""
    attachments: Annotated[tuple[IntakeAttachment, ...], Meta(max_length=20)] = ()
    extra: Annotated[
        dict[Annotated[str, Meta(max_length=100)], Annotated[str, Meta(max_length=2000)]], Meta(max_length=50)
    ] = {}


class IntakeBatch(Struct, forbid_unknown_fields=True, frozen=True):
    """Up to `MAX_BATCH` messages, taken all or none."""

    messages: Annotated[list[IntakeMessage], Meta(min_length=1, max_length=MAX_BATCH)]


# msgspec tells of broken UTF-8 inside a text, and of nesting without end, by Python's own errors.
_UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
_decode_one = msgspec.json.Decoder(IntakeMessage).decode
_decode_batch = msgspec.json.Decoder(IntakeBatch).decode
_TYPES: dict[str, Any] = {field.name: field.type for field in msgspec.structs.fields(IntakeMessage)}


def read_one(body: bytes, *, idempotency_key: str = "") -> HeardMessage:
    """Read one message. `idempotency_key` (of the request's header) stands in for a missing `key`.

    Raises `RefusedInputError` with every problem of the body.
    """
    _check_size(body)
    try:
        item = _decode_one(body)
    except _UNREADABLE as error:
        raise RefusedInputError(*_problems_of_body(body, error, is_batch=False)) from error
    problems = _meaning(item, "", idempotency_key)
    if problems:
        raise RefusedInputError(*problems)
    return _heard(item, item.key or idempotency_key)


def read_batch(body: bytes) -> list[HeardMessage]:
    """Read up to `MAX_BATCH` messages, in order.

    Equal messages without keys stay as many as were sent (an ordinal tells them apart), and the same batch again gives
    the same keys. Raises `RefusedInputError` with every problem of every message; then none may be stored.
    """
    _check_size(body)
    try:
        batch = _decode_batch(body)
    except _UNREADABLE as error:
        raise RefusedInputError(*_problems_of_body(body, error, is_batch=True)) from error
    problems = [p for i, item in enumerate(batch.messages) for p in _meaning(item, f"messages[{i}]", "")]
    problems += _repeated(batch.messages)
    if problems:
        raise RefusedInputError(*problems)
    seen: dict[str, int] = {}
    heard = []
    for item in batch.messages:
        key = item.key
        if not key:
            same = _content(item)
            seen[same] = seen.get(same, -1) + 1
            key = f"{same}:{seen[same]}" if seen[same] else same
        heard.append(_heard(item, key))
    return heard


def _heard(item: IntakeMessage, key: str) -> HeardMessage:
    attachments = tuple(AttachmentRef(a.kind, a.name, a.media_type, a.url, a.size) for a in item.attachments)
    return HeardMessage(
        channel=CHANNEL,
        key=key or _content(item),
        text=item.text,
        said_at=item.said_at,
        sender=item.sender,
        phone=phone_of(item.phone)[0] if item.phone else "",
        place_text=item.place,
        latitude=item.latitude,
        longitude=item.longitude,
        attachments=attachments,
        conversation=item.conversation,
        reply_to=item.reply_to,
        extra=item.extra,
        title=item.title,
    )


def _content(item: IntakeMessage) -> str:
    when = item.said_at.isoformat() if item.said_at else ""
    return content_key(item.conversation, item.sender, item.phone, item.place, item.title, item.text, when)


def _meaning(item: IntakeMessage, path: str, idempotency_key: str) -> list[Problem]:
    """What types alone cannot say: blank text, half a coordinate, no phone number, nothing to know it again by."""
    codes: list[tuple[str, str, str]] = []
    if not item.text.strip():
        codes.append(("text_blank", "text", item.text))
    if (item.latitude is None) != (item.longitude is None):
        codes.append(("coordinate_half", "latitude" if item.latitude is None else "longitude", ""))
    if item.phone and phone_of(item.phone)[1] not in ("", "phone_masked"):
        codes.append(("phone_unreadable", "phone", item.phone))
    if not (item.key or idempotency_key or item.said_at):
        codes.append(("key_and_said_at_missing", "key", ""))
    return [_problem(code, f"{path}.{name}".lstrip("."), value) for code, name, value in codes]


def _repeated(items: list[IntakeMessage]) -> list[Problem]:
    first: dict[str, int] = {}
    found = []
    for i, item in enumerate(items):
        if item.key and first.setdefault(item.key, i) != i:
            found.append(_problem("key_repeated", f"messages[{i}].key", f"{item.key} = messages[{first[item.key]}]"))
    return found


def _check_size(body: bytes) -> None:
    if len(body) > MAX_BODY:
        raise RefusedInputError(_problem("body_too_large", "$", f"{len(body)} B"))


def _problems_of_body(body: bytes, error: Exception, *, is_batch: bool) -> list[Problem]:
    try:
        loose = msgspec.json.decode(body)
    except _UNREADABLE as broken:
        return [_problem("json_unreadable", "$", str(broken))]
    if not is_batch:
        return _problems_of_item(loose, "") or [_problem("field_invalid", "$", str(error))]
    items = loose.get("messages") if isinstance(loose, dict) else None
    if not isinstance(items, list):
        return [_problem("messages_missing", "messages", "")]
    found = [_problem("field_unknown", name, "") for name in loose if name != "messages"]
    if not 1 <= len(items) <= MAX_BATCH:
        found.append(_problem("batch_size", "messages", str(len(items))))
    for i, item in enumerate(items[:MAX_BATCH]):
        found += _problems_of_item(item, f"messages[{i}]")
    return found or [_problem("field_invalid", "$", str(error))]


def _problems_of_item(item: object, path: str) -> list[Problem]:
    if not isinstance(item, dict):
        return [_problem("object_expected", path or "$", str(item)[:100])]
    found = [_problem("field_unknown", f"{path}.{name}".lstrip("."), "") for name in item if name not in _TYPES]
    if "text" not in item:
        found.append(_problem("text_missing", f"{path}.text".lstrip("."), ""))
    for name, kind in _TYPES.items():
        if name in item:
            try:
                msgspec.convert(item[name], kind)
            except msgspec.ValidationError as error:
                place = f"{path}.{name}".lstrip(".")
                found.append(_problem("field_invalid", place, str(item[name])[:100], str(error)))
    return found


_PROBLEMS = {
    "json_unreadable": ("这不是 JSON", "the body is not JSON", "发送 UTF-8 编码的 JSON", "send JSON in UTF-8"),
    "body_too_large": (
        "请求太大",
        "the body is too large",
        f"每次最多 {MAX_BODY // 1_000_000} MB",
        f"send at most {MAX_BODY // 1_000_000} MB",
    ),
    "object_expected": ("这里应当是一个对象", "an object is expected here", "写成 {…}", "write {…}"),
    "messages_missing": (
        "缺少 messages 数组",
        "the array messages is missing",
        '写成 {"messages": […]}',
        'write {"messages": […]}',
    ),
    "batch_size": (
        f"一批要有 1 到 {MAX_BATCH} 条",
        f"a batch holds 1 to {MAX_BATCH} messages",
        "分批发送",
        "send several batches",
    ),
    "field_unknown": (
        "没有这个字段",
        "there is no such field",
        f"可用字段：{'、'.join(_TYPES)}",
        f"fields: {', '.join(_TYPES)}",
    ),
    "field_invalid": (
        "这个字段的值不对",
        "the value of this field is wrong",
        "按接口文档改正",
        "correct it as documented",
    ),
    "text_missing": ("缺少留言内容", "the text is missing", "加上 text", "add text"),
    "text_blank": ("留言内容是空的", "the text is blank", "写上内容", "write the text"),
    "coordinate_half": (
        "经度和纬度要一起给",
        "latitude and longitude belong together",
        "补上另一个，或都不给",
        "give both or neither",
    ),
    "phone_unreadable": (
        "这不像一个电话号码",
        "this is not a phone number",
        "写成 11 位手机号或带区号的座机",
        "write 11 digits, or a landline with area code",
    ),
    "key_and_said_at_missing": (
        "没有 key 也没有 said_at，重发时认不出是同一条",
        "with neither key nor said_at a repeat cannot be recognised",
        "给出 key（或请求头 Idempotency-Key），或给出 said_at",
        "give key (or the header Idempotency-Key), or said_at",
    ),
    "key_repeated": (
        "同一批里 key 重复",
        "this key occurs twice in the batch",
        "每条用不同的 key",
        "give every message its own key",
    ),
}


def _problem(code: str, place: str, value: str, detail: str = "") -> Problem:
    zh, en, fix_zh, fix_en = _PROBLEMS[code]
    if detail:
        zh, en = f"{zh}（{detail}）", f"{en}: {detail}"
    return Problem(place, value, code, zh, en, fix_zh, fix_en, column=place)
