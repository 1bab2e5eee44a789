"""Open311 GeoReport v2, the pure half: what a client sends, and every answer as JSON and XML as the standard has it.

Source: https://wiki.open311.org/GeoReport_v2 (frozen). Routing, rights and storage are the caller's.
"""

from echowall.voices.channels.open311.answers import (
    CONTENT_TYPES,
    discovery,
    errors,
    posted,
    requests,
    service_definition,
    services,
    token,
)
from echowall.voices.channels.open311.intake import (
    MAX_SPAN,
    RequestQuery,
    read_post,
    read_query,
    status_of,
)
from echowall.voices.channels.open311.model import (
    Attribute,
    Discovery,
    Open311Error,
    Open311RefusedError,
    Posted,
    Service,
    ServiceRequest,
)

__all__ = [
    "CONTENT_TYPES", "MAX_SPAN", "Attribute", "Discovery", "Open311Error", "Open311RefusedError", "Posted",
    "RequestQuery", "Service", "ServiceRequest", "discovery", "errors", "posted", "read_post", "read_query", "requests",
    "service_definition", "services", "status_of", "token",
]  # fmt: skip
