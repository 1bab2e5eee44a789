"""The nouns of GeoReport v2, with the standard's own names, so that code and specification read side by side."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Datatype = Literal["string", "number", "datetime", "text", "singlevaluelist", "multivaluelist"]


@dataclass(frozen=True, slots=True)
class Attribute:
    """One question of a service definition; `values` are the (key, name) pairs of a list.

    `variable` False means that the attribute only tells something and takes no answer.
    """

    code: str
    datatype: Datatype
    description: str
    required: bool = False
    variable: bool = True
    order: int = 1
    datatype_description: str = ""
    values: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Service:
    """A kind of request that can be posted; with attributes it has a definition (`metadata` true)."""

    service_code: str
    service_name: str
    description: str = ""
    type: Literal["realtime", "batch", "blackbox"] = "realtime"
    keywords: tuple[str, ...] = ()
    group: str = ""
    attributes: tuple[Attribute, ...] = ()


@dataclass(frozen=True, slots=True)
class ServiceRequest:
    """A request as the public sees it; instants are aware, coordinates WGS84, status open or closed."""

    service_request_id: str
    status: Literal["open", "closed"]
    service_name: str
    service_code: str
    requested_datetime: datetime
    updated_datetime: datetime | None = None
    expected_datetime: datetime | None = None
    status_notes: str = ""
    description: str = ""
    agency_responsible: str = ""
    service_notice: str = ""
    address: str = ""
    address_id: str = ""
    zipcode: str = ""
    lat: float | None = None
    long: float | None = None
    media_url: str = ""


@dataclass(frozen=True, slots=True)
class Posted:
    """The answer to a post: the id at once, or a token to ask for it with."""

    service_request_id: str = ""
    token: str = ""
    service_notice: str = ""
    account_id: str = ""


@dataclass(frozen=True, slots=True)
class Discovery:
    """What the service discovery file says; `url` is the address under which services and requests hang."""

    url: str
    changeset: datetime
    contact: str
    key_service: str
    type: Literal["production", "test"] = "production"


@dataclass(frozen=True, slots=True)
class Open311Error:
    """One error of an answer: `code` begins with the HTTP status, `field` is the parameter it is about."""

    code: int
    description: str
    field: str = ""


class Open311RefusedError(ValueError):
    """A request that cannot be taken; `errors` are all of its errors."""

    def __init__(self, errors: tuple[Open311Error, ...]) -> None:
        """Hold the errors; the text of the exception is their descriptions."""
        super().__init__("; ".join(error.description for error in errors))
        self.errors = errors
