"""What a GeoReport v2 client sends: a posted request as a message, and the filters of a query; all errors at once."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from urllib.parse import urlsplit

from echowall.voices.channels.open311.model import Attribute, Open311Error, Open311RefusedError, Service
from echowall.voices.channels.phones import phone_of
from echowall.voices.channels.types import SHANGHAI, AttachmentRef, HeardMessage, content_key

CHANNEL = "open311"
MAX_SPAN = timedelta(days=90)
MAX_REQUESTS = 1000
MAX_DESCRIPTION = 4000
MAX_FIELD = 500
STATUSES = ("open", "closed")

_ATTRIBUTE = re.compile(r"^attribute\[([^\[\]]{1,100})\](?:\[\d*\])?$")
_EMAIL = re.compile(r"^[^@\s]+@[^@\s]+\.[^@\s]+$")
_LINE_BREAK = re.compile(r"[\r\n]")
Fields = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class RequestQuery:
    """The filters of GET requests: ids alone when given, else codes, statuses and an interval of requested_datetime.

    Empty tuples mean all. `page` counts from 1 and `page_size` is at most `MAX_REQUESTS`.
    """

    service_request_ids: tuple[str, ...] = ()
    service_codes: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    start_at: datetime | None = None
    end_at: datetime | None = None
    page: int = 1
    page_size: int = MAX_REQUESTS


def status_of(found: Sequence[Open311Error]) -> int:
    """The HTTP status of an answer with these errors: 403 for the key, 404 for what does not exist, else 400."""
    codes = {error.code for error in found}
    return next((code for code in (403, 404) if code in codes), 400)


def read_post(fields: Fields, services: Mapping[str, Service], *, at: datetime, api_key: str = "") -> HeardMessage:
    """Turn a posted service request into a message.

    `fields` are the decoded form fields, each with all its values; `services` those on offer, by code. The standard
    has no key for repeating a post, so the key is made of what was sent, the API key and the hour of `at` in which it
    arrived: a client that repeats itself within the hour gets the same request, the same words an hour later are a new
    one. Raises `Open311RefusedError` with every error.
    """
    read = _Reader(fields)
    code = read.one("service_code")
    service = services.get(code)
    if not code:
        read.fault(400, "service_code", "service_code was not provided")
    elif service is None:
        read.fault(404, "service_code", f"service_code {code!r} was not found")
    latitude, longitude = read.location()
    description = read.text("description", MAX_DESCRIPTION)
    answers = read.attributes(service.attributes if service else ())
    media, email = read.url("media_url"), read.email("email")
    phone, phone_fault = phone_of(read.one("phone"))
    if phone_fault:
        read.fault(400, "phone", f"phone {read.one('phone')!r} is not a phone number")
    if read.errors or service is None:
        raise Open311RefusedError(tuple(read.errors))
    extra = {name: read.one(name) for name in ("device_id", "account_id", "address_id", "jurisdiction_id", "title")}
    extra |= {"service_code": code, "email": email}
    if answers:
        extra["attributes"] = json.dumps(answers, ensure_ascii=False, sort_keys=True)
    sent = json.dumps({name: list(fields[name]) for name in sorted(fields) if name != "api_key"}, ensure_ascii=False)
    return HeardMessage(
        channel=CHANNEL,
        key=content_key(api_key, sent, at.astimezone(SHANGHAI).strftime("%Y-%m-%dT%H")),
        text=description or _said(service, answers),
        said_at=at,
        sender=_name(read.one("first_name"), read.one("last_name")),
        phone=phone,
        place_text=read.one("address_string"),
        latitude=latitude,
        longitude=longitude,
        attachments=(AttachmentRef("image", reference=media),) if media else (),
        extra={name: value for name, value in extra.items() if value},
        title=service.service_name,
    )


def read_query(fields: Fields, *, at: datetime, zone: tzinfo = SHANGHAI) -> RequestQuery:
    """Read the filters of GET requests.

    Without dates the interval is the 90 days before `at`; with one of them, 90 days from or up to it. Ids override
    everything else, as the standard has it. Raises `Open311RefusedError` with every error.
    """
    read = _Reader(fields)
    page, size = read.count("page", 1, 1_000_000), read.count("page_size", MAX_REQUESTS, MAX_REQUESTS)
    ids = read.several("service_request_id")
    if ids:
        read.refuse()
        return RequestQuery(service_request_ids=ids, page=page, page_size=size)
    statuses = read.several("status")
    for status in statuses:
        if status not in STATUSES:
            read.fault(400, "status", f"status {status!r} is not one of: open, closed")
    start, end = read.instant("start_date", zone), read.instant("end_date", zone)
    if start and end and start > end:
        read.fault(400, "start_date", "start_date is after end_date")
    elif start and end and end - start > MAX_SPAN:
        read.fault(400, "end_date", "start_date and end_date may not span more than 90 days")
    read.refuse()
    if end is None:
        end = min(start + MAX_SPAN, max(at, start)) if start else at
    return RequestQuery((), read.several("service_code"), statuses, start or end - MAX_SPAN, end, page, size)


class _Reader:
    """Fields one by one, an empty one like a missing one (the standard's "Optional Arguments"), errors collected."""

    def __init__(self, fields: Fields) -> None:
        self.fields = fields
        self.errors: list[Open311Error] = []

    def fault(self, code: int, name: str, description: str) -> None:
        self.errors.append(Open311Error(code, description, name))

    def refuse(self) -> None:
        if self.errors:
            raise Open311RefusedError(tuple(self.errors))

    def one(self, name: str) -> str:
        values = [value.strip() for value in self.fields.get(name, ()) if value.strip()]
        if not values:
            return ""
        if name != "description" and len(values[0]) > MAX_FIELD:
            message = f"{name} is longer than {MAX_FIELD} characters"
            if not any(error.description == message for error in self.errors):
                self.fault(400, name, message)
        return values[0]

    def several(self, name: str) -> tuple[str, ...]:
        joined = ",".join(self.fields.get(name, ()))
        return tuple(dict.fromkeys(part.strip() for part in joined.split(",") if part.strip()))

    def text(self, name: str, limit: int) -> str:
        value = self.one(name).replace("\r\n", "\n")
        if len(value) > limit:
            self.fault(400, name, f"{name} has {len(value)} characters; at most {limit} are allowed")
        return value

    def degrees(self, name: str, limit: float) -> float | None:
        value = self.one(name)
        if not value:
            return None
        try:
            found = float(value)
        except ValueError:
            found = limit + 1
        if not -limit <= found <= limit:
            self.fault(400, name, f"{name} {value!r} is not a number from -{limit:g} to {limit:g}")
            return None
        return found

    def location(self) -> tuple[float | None, float | None]:
        latitude, longitude = self.degrees("lat", 90.0), self.degrees("long", 180.0)
        if bool(self.one("lat")) != bool(self.one("long")):
            self.fault(400, "lat", "lat and long must be sent together")
        if not any(self.one(name) for name in ("lat", "address_string", "address_id")):
            self.fault(400, "address_string", "a location is required: lat & long, address_string or address_id")
        return latitude, longitude

    def count(self, name: str, default: int, limit: int) -> int:
        value = self.one(name)
        if not value:
            return default
        if not (value.isascii() and value.isdigit()) or not 1 <= int(value[:12]) <= limit:
            self.fault(400, name, f"{name} {value!r} is not a whole number from 1 to {limit}")
            return default
        return int(value)

    def instant(self, name: str, zone: tzinfo) -> datetime | None:
        value = self.one(name)
        if not value:
            return None
        try:
            found = datetime.fromisoformat(value.replace(" ", "+") if "T" in value else value)  # a "+" lost on the way
        except ValueError:
            self.fault(400, name, f"{name} {value!r} is not a w3 date like 2022-05-03T21:10:00+08:00")
            return None
        if not 1900 <= found.year <= 2999:  # reckoning with the first and last years leaves the calendar
            self.fault(400, name, f"{name} {value!r} is not a date between 1900 and 2999")
            return None
        return found if found.tzinfo else found.replace(tzinfo=zone)

    def url(self, name: str) -> str:
        value = self.one(name)
        if value:
            try:
                parts = urlsplit(value)
                is_web = parts.scheme in ("http", "https") and bool(parts.hostname)
            except ValueError:
                is_web = False
            if not is_web:
                self.fault(400, name, f"{name} {value!r} is not an http or https address")
        return value

    def email(self, name: str) -> str:
        value = self.one(name)
        if value and not _EMAIL.match(value):
            self.fault(400, name, f"{name} {value!r} is not an e-mail address")
        return value

    def attributes(self, asked: Sequence[Attribute]) -> dict[str, list[str]]:
        given: dict[str, list[str]] = {}
        for name, values in self.fields.items():
            if found := _ATTRIBUTE.match(name):
                given.setdefault(found.group(1), []).extend(v.strip() for v in values if v.strip())
        given = {code: values for code, values in given.items() if values}
        known = {attribute.code: attribute for attribute in asked}
        for attribute in asked:
            if attribute.required and attribute.variable and attribute.code not in given:
                self.fault(400, f"attribute[{attribute.code}]", f"attribute[{attribute.code}] is required")
        for code, values in given.items():
            fault = _answer_fault(known[code], values) if code in known else "is not asked for by this service"
            if fault:
                self.fault(400, f"attribute[{code}]", f"attribute[{code}] {fault}")
        return given


def _answer_fault(attribute: Attribute, values: Sequence[str]) -> str:
    """What is wrong with the answer to one attribute, or ""."""
    if attribute.datatype != "multivaluelist" and len(values) > 1:
        return "takes one value"
    if attribute.datatype in ("singlevaluelist", "multivaluelist"):
        keys = [key for key, _ in attribute.values]
        wrong = [value for value in values if value not in keys]
        return f"{wrong[0]!r} is not one of: {', '.join(keys)}" if wrong else ""
    value = values[0]
    if attribute.datatype == "number":
        return "" if re.fullmatch(r"[+-]?\d+(?:\.\d+)?", value) else f"{value!r} is not a number"
    if attribute.datatype == "datetime":
        try:
            datetime.fromisoformat(value)
        except ValueError:
            return f"{value!r} is not an ISO 8601 date"
        return ""
    limit = MAX_FIELD if attribute.datatype == "string" else MAX_DESCRIPTION
    if attribute.datatype == "string" and _LINE_BREAK.search(value):
        return "may not contain line breaks"
    return f"is longer than {limit} characters" if len(value) > limit else ""


def _said(service: Service, answers: Mapping[str, Sequence[str]]) -> str:
    """The words of a request without a description: the service, and each question with its answer."""
    names = {attribute.code: attribute for attribute in service.attributes}
    lines = [service.service_name]
    for code, values in answers.items():
        readable = dict(names[code].values)
        lines.append(f"{names[code].description or code}：{'、'.join(readable.get(v, v) for v in values)}")
    return "\n".join(lines)


def _name(first: str, last: str) -> str:
    if first and last and not (first + last).isascii():
        return last + first
    return f"{first} {last}".strip()
