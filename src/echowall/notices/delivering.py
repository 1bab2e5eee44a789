"""Sending what is due: claimed in one transaction, handed over outside any, marked in a third.

What a crash between the hand-over and the mark leaves is a row in state ``sending``. When its lease runs out it is sent
again with the same key and counted as doubtful: at least once, and twice only where nobody could know better and the
provider does not look at keys.
"""

from __future__ import annotations

import structlog

from echowall.kernel import clock
from echowall.kernel.errors import Refusal
from echowall.kernel.personal import unseal
from echowall.kernel.scope import as_system

from . import operations
from .models import Notice, TransportKind, TransportSetting
from .transports import NotDelivered, Parcel, Transport, build
from .transports.console import ConsoleTransport

log = structlog.get_logger(__name__)


def deliver_due() -> int:
    """Send one batch of what is due now; returns how many were tried."""
    claimed = operations.claim_notices(at=clock.now())
    for notice in claimed:
        _deliver(notice)
    return len(claimed)


def _deliver(notice: Notice) -> None:
    try:
        transport, name, parcel = _prepared(notice)
        receipt = transport.send(parcel)
    except NotDelivered as failure:
        operations.mark_not_delivered(notice_id=notice.id, failure=failure, at=clock.now())
        log.warning(
            "notice_not_delivered",
            key=notice.id.hex,
            transport=notice.transport,
            why=failure.why,
            attempt=notice.attempts,
        )
    except Exception as exc:  # a mistake of ours must not stop the others; nobody knows how far it got
        log.exception("notice_broke", key=notice.id.hex, transport=notice.transport)
        broken = NotDelivered(f"程序出错：{type(exc).__name__}", is_doubtful=True)
        operations.mark_not_delivered(notice_id=notice.id, failure=broken, at=clock.now())
    else:
        operations.mark_sent(notice_id=notice.id, carried_by=name, receipt=receipt, at=clock.now())


def _prepared(notice: Notice) -> tuple[Transport, str, Parcel]:
    """Return the office's transport, its name and the parcel. Raises NotDelivered."""
    try:
        with as_system():
            setting = TransportSetting.objects.filter(
                office_id=notice.office_id, transport=notice.transport, is_active=True
            ).first()
            settings = operations.plain_settings(setting) if setting else {}
            address = unseal("address", notice.address_sealed) if notice.address_sealed else ""
    except Refusal as refusal:  # the key is destroyed: the person may not be reached any more
        raise NotDelivered(str(refusal), is_final=True) from refusal
    transport = build(notice.transport, settings)
    name = TransportKind.CONSOLE if isinstance(transport, ConsoleTransport) else notice.transport
    return transport, str(name), Parcel(notice.id.hex, address, notice.text)
