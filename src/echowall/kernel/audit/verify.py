"""Reading the audit chain back and saying what does not fit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256

from ..models import AuditEntry, AuditLink, AuditUnsealed
from .operations import GENESIS, digest

_BATCH = 5_000


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong at ``position`` of the chain: edited, deleted, reordered, truncated or added behind its back."""

    kind: str
    position: int
    subject: str


def _links() -> Iterator[AuditLink]:
    after = 0
    while batch := list(AuditLink.objects.filter(position__gt=after).order_by("position")[:_BATCH]):
        yield from batch
        after = batch[-1].position


def verify(checkpoint: tuple[int, bytes] | None = None) -> list[Finding]:
    """Walk the whole chain and return every finding; an empty list means that nothing was touched.

    Args:
        checkpoint: (position, chain hash) taken earlier and kept elsewhere. It proves that nothing up to its position
            was rewritten even by someone who recomputed the chain, and that nothing of it was cut off.
    """
    findings: list[Finding] = []
    position, chain, seen_checkpoint = 0, GENESIS, checkpoint is None or checkpoint[0] == 0
    batch: list[AuditLink] = []

    def check_entries() -> None:
        entries = AuditEntry.objects.in_bulk([link.entry_id for link in batch])
        for link in batch:
            entry = entries.get(link.entry_id)
            if entry is None:
                findings.append(Finding("deleted", link.position, str(link.entry_id)))
            elif digest(entry) != bytes(link.digest) or bytes(entry.digest) != bytes(link.digest):
                findings.append(Finding("edited", link.position, str(link.entry_id)))
        batch.clear()

    for link in _links():
        if link.position != position + 1:
            findings.append(Finding("link_missing", position + 1, ""))
        position = link.position
        chain = sha256(chain + bytes(link.digest)).digest()
        if chain != bytes(link.chain):
            findings.append(Finding("reordered", position, str(link.entry_id)))
            chain = bytes(link.chain)
        if checkpoint and position == checkpoint[0]:
            seen_checkpoint = True
            if bytes(link.chain) != checkpoint[1]:
                findings.append(Finding("rewritten_before_checkpoint", position, ""))
        batch.append(link)
        if len(batch) >= _BATCH:
            check_entries()
    check_entries()
    if not seen_checkpoint and checkpoint:
        findings.append(Finding("truncated", checkpoint[0], f"chain ends at {position}"))
    linked = AuditLink.objects.values("entry_id")
    waiting = AuditUnsealed.objects.values("entry_id")
    findings += [
        Finding("unlinked", 0, str(entry_id))
        for entry_id in AuditEntry.objects.exclude(id__in=linked)
        .exclude(id__in=waiting)
        .values_list("id", flat=True)[:100]
    ]
    return findings
