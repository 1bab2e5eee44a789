"""The audit chain: what it finds, given one old checkpoint."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import ProgrammingError, connection, transaction
from tests.cast import EVENING
from tests.postgres_plugin import owner_connection

from echowall.kernel import audit, clock
from echowall.kernel.actors import SYSTEM_ACTOR
from echowall.kernel.models import AuditEntry
from echowall.kernel.scope import as_system


def _record(count: int) -> None:
    for number in range(count):
        audit.record(
            actor=SYSTEM_ACTOR, at=EVENING, action="test.thing.done", subject=("thing", number), detail={"数": number}
        )


def _tampered(sql: str) -> list[str]:
    """Return the kinds of findings after the owner of the tables ran ``sql`` behind the program's back."""
    with as_system():
        _record(5)
        audit.seal()
        head = audit.take_checkpoint(at=clock.now())
        checkpoint = (head.position, bytes(head.chain))
        _record(3)
        audit.seal()
        assert audit.verify(checkpoint) == []
    with owner_connection() as owner:
        owner.execute(sql)
    with as_system():
        return sorted({finding.kind for finding in audit.verify(checkpoint)})


_FOURTH = "(SELECT entry_id FROM kernel_auditlink WHERE position = 4)"


@pytest.mark.django_db(transaction=True)
class TestVerify:
    @pytest.mark.parametrize(
        ("sql", "kinds"),
        [
            (f"UPDATE kernel_auditentry SET action = 'test.thing.undone' WHERE id = {_FOURTH}", ["edited"]),
            (f"DELETE FROM kernel_auditentry WHERE id = {_FOURTH}", ["deleted"]),
            ("DELETE FROM kernel_auditlink WHERE position >= 4", ["truncated", "unlinked"]),
            ("DELETE FROM kernel_auditlink WHERE position = 3", ["link_missing", "reordered", "unlinked"]),
            (
                "UPDATE kernel_auditlink l SET entry_id = o.entry_id, digest = o.digest FROM kernel_auditlink o"
                " WHERE l.position + o.position = 5 AND l.position IN (2, 3)",
                ["reordered"],
            ),
        ],
    )  # fmt: skip
    def test_finds(self, sql: str, kinds: list[str]) -> None:
        sql_deferred = "ALTER TABLE kernel_auditlink DROP CONSTRAINT IF EXISTS kernel_auditlink_entry_id_key; " + sql
        assert _tampered(sql_deferred) == kinds

    def test_finds_a_chain_that_was_recomputed(self) -> None:
        recompute = """
        UPDATE kernel_auditentry SET actor_name = '别人' WHERE id = (SELECT entry_id FROM kernel_auditlink WHERE position = 2);
        DELETE FROM kernel_auditlink;
        INSERT INTO kernel_auditunsealed SELECT id FROM kernel_auditentry ON CONFLICT DO NOTHING;
        """
        with as_system():
            _record(4)
            head = audit.take_checkpoint(at=clock.now())
        with owner_connection() as owner:
            owner.execute(recompute)
        with as_system():
            for entry in AuditEntry.objects.all():
                with owner_connection() as owner:
                    owner.execute(
                        "UPDATE kernel_auditentry SET digest = %s WHERE id = %s",
                        [audit.operations.digest(entry), entry.id],
                    )
            audit.seal()
            assert audit.verify() == []
            kinds = {finding.kind for finding in audit.verify((head.position, bytes(head.chain)))}
        assert kinds == {"rewritten_before_checkpoint"}

    def test_program_cannot_change_or_delete_entries(self) -> None:
        with as_system():
            _record(1)
        attempts: list[Callable[[], object]] = [
            lambda: AuditEntry.objects.update(action="x"),
            lambda: AuditEntry.objects.all().delete(),
        ]
        for attempt in attempts:
            with as_system(), pytest.raises(ProgrammingError), transaction.atomic():
                attempt()

    def test_raw_insert_is_linked_too(self) -> None:
        with as_system():
            _record(1)
            with connection.cursor() as cursor:
                cursor.execute(
                    "INSERT INTO kernel_auditentry SELECT gen_random_uuid(), at, actor_kind, actor_id, actor_name, ip,"
                    " action, subject_kind, 'raw', office_id, place_path, reason, detail, digest FROM kernel_auditentry"
                )
            assert audit.seal() == 2
            assert [f.kind for f in audit.verify()] == ["edited"]  # its digest is not its own
