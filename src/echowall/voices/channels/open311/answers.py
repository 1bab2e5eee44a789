"""The answers of GeoReport v2 as JSON and XML; both are written from one tree, so that they cannot drift apart.

The XML has no namespace and no attributes; the JSON follows the Spark convention of the standard: a list element is
an array, an empty value is null. Ids and codes are JSON strings, because a code like 001 is no number.
"""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from echowall.voices.channels.open311.model import Discovery, Open311Error, Posted, Service, ServiceRequest
from echowall.voices.channels.types import SHANGHAI

Format = Literal["json", "xml"]
CONTENT_TYPES: dict[Format, str] = {"json": "application/json; charset=utf-8", "xml": "text/xml; charset=utf-8"}
SPECIFICATION = "http://wiki.open311.org/GeoReport_v2"

# Characters that XML 1.0 cannot carry in any form.
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
Leaf = str | float | bool | int | None
Tree = dict[str, "Leaf | Tree | Many"]


@dataclass(frozen=True, slots=True)
class Many:
    """A list: its items are JSON objects, and XML elements named `item`."""

    item: str
    trees: Sequence[Tree | str]


def services(offered: Iterable[Service], form: Format) -> bytes:
    """GET services."""
    return _many("services", "service", [_service(service) for service in offered], form)


def service_definition(service: Service, form: Format) -> bytes:
    """GET services/[service_code]."""
    asked = sorted(service.attributes, key=lambda attribute: attribute.order)
    attributes: list[Tree | str] = [
        {
            "variable": a.variable,
            "code": a.code,
            "datatype": a.datatype,
            "required": a.required,
            "datatype_description": a.datatype_description or None,
            "order": a.order,
            "description": a.description,
            **({"values": Many("value", [{"key": k, "name": n} for k, n in a.values])} if a.values else {}),
        }
        for a in asked
    ]
    tree: Tree = {"service_code": service.service_code, "attributes": Many("attribute", attributes)}
    return _one("service_definition", tree, form)


def requests(found: Iterable[ServiceRequest], form: Format) -> bytes:
    """GET requests and GET requests/[service_request_id], which is a list of one."""
    return _many("service_requests", "request", [_request(request) for request in found], form)


def posted(answer: Posted, form: Format) -> bytes:
    """The answer to POST requests: service_request_id or token, never both."""
    ident: Tree = {"token": answer.token} if answer.token else {"service_request_id": answer.service_request_id}
    rest: Tree = {"service_notice": answer.service_notice or None, "account_id": answer.account_id or None}
    return _many("service_requests", "request", [{**ident, **rest}], form)


def token(service_request_id: str, value: str, form: Format) -> bytes:
    """GET tokens/[token]."""
    return _many(
        "service_requests", "request", [{"service_request_id": service_request_id or None, "token": value}], form
    )


def errors(found: Iterable[Open311Error], form: Format) -> bytes:
    """The body of every refusal."""
    return _many("errors", "error", [{"code": e.code, "description": e.description} for e in found], form)


def discovery(about: Discovery, form: Format) -> bytes:
    """The service discovery file."""
    changeset = _w3(about.changeset)
    endpoint: Tree = {
        "specification": SPECIFICATION,
        "url": about.url,
        "changeset": changeset,
        "type": about.type,
        "formats": Many("format", ["text/xml", "application/json"]),
    }
    tree: Tree = {
        "changeset": changeset,
        "contact": about.contact,
        "key_service": about.key_service,
        "endpoints": Many("endpoint", [endpoint]),
    }
    return _one("discovery", tree, form)


def _service(service: Service) -> Tree:
    return {
        "service_code": service.service_code,
        "service_name": service.service_name,
        "description": service.description or None,
        "metadata": bool(service.attributes),
        "type": service.type,
        "keywords": ", ".join(service.keywords) or None,
        "group": service.group or None,
    }


def _request(request: ServiceRequest) -> Tree:
    return {
        "service_request_id": request.service_request_id,
        "status": request.status,
        "status_notes": request.status_notes or None,
        "service_name": request.service_name,
        "service_code": request.service_code,
        "description": request.description or None,
        "agency_responsible": request.agency_responsible or None,
        "service_notice": request.service_notice or None,
        "requested_datetime": _w3(request.requested_datetime),
        "updated_datetime": _w3(request.updated_datetime),
        "expected_datetime": _w3(request.expected_datetime),
        "address": request.address or None,
        "address_id": request.address_id or None,
        "zipcode": request.zipcode or None,
        "lat": request.lat,
        "long": request.long,
        "media_url": request.media_url or None,
    }


def _w3(instant: datetime | None) -> str | None:
    return instant.astimezone(SHANGHAI).isoformat(timespec="seconds") if instant else None


def _many(root: str, item: str, trees: Sequence[Tree], form: Format) -> bytes:
    if form == "json":
        return _json([_plain(tree) for tree in trees])
    top = ET.Element(root)
    for tree in trees:
        _grow(ET.SubElement(top, item), tree)
    return _xml(top)


def _one(root: str, tree: Tree, form: Format) -> bytes:
    if form == "json":
        return _json(_plain(tree))
    top = ET.Element(root)
    _grow(top, tree)
    return _xml(top)


def _plain(value: Leaf | Tree | Many) -> object:
    if isinstance(value, Many):
        return [_plain(item) for item in value.trees]
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items()}
    return value


def _grow(element: ET.Element, value: Leaf | Tree | Many) -> None:
    if isinstance(value, Many):
        for item in value.trees:
            _grow(ET.SubElement(element, value.item), item)
    elif isinstance(value, dict):
        for name, inner in value.items():
            _grow(ET.SubElement(element, name), inner)
    elif isinstance(value, bool):
        element.text = "true" if value else "false"
    elif value is not None:
        element.text = _UNWRITABLE.sub("\ufffd", str(value))


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def _xml(top: ET.Element) -> bytes:
    written: bytes = ET.tostring(top, encoding="utf-8", xml_declaration=False)
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + written
