"""Papers: numbered once, issued by whoever may, printed, seen by whom they concern."""

from uuid import uuid4

import pytest
from django.test import Client
from tests.cast import EVENING, Cast, Street

from echowall.documents import operations
from echowall.documents.models import Document
from echowall.documents.printing import pdf_of
from echowall.kernel import scope
from echowall.kernel.actors import SYSTEM_ACTOR
from echowall.kernel.errors import NotFound, NotPermitted, Refusal


def _draft(street: Street, cause: str | None = None) -> Document:
    new = operations.NewDocument(
        kind="supervision_notice",
        office=street.office,
        place_path=street.office.path,
        title="停水两天",
        compose=lambda number: f"督 办 单\n\n编号:{number}\n\n医疗保障专班:\n\n请抓紧办结。#set page(\n",
        cause=cause,
        subject=("matter", uuid4()),
        to_team_ids=[street.medical.id],
    )
    with scope.as_system():
        return operations.draft_document(new=new, actor=SYSTEM_ACTOR, at=EVENING)


class TestDraftDocument:
    def test_numbers_each_office_by_itself_and_each_cause_once(self, cast: Cast) -> None:
        first, second, again = _draft(cast.fuhua, "a"), _draft(cast.fuhua, "b"), _draft(cast.fuhua, "a")
        assert [first.number, second.number] == ["福华街督〔2022〕1号", "福华街督〔2022〕2号"]
        assert again.id == first.id
        assert _draft(cast.songshan).sequence == 1
        assert "编号:福华街督〔2022〕1号" in first.text


class TestIssueDocument:
    def test_fixes_the_text_and_shows_it_to_the_team(self, cast: Cast) -> None:
        street, document = cast.fuhua, _draft(cast.fuhua)
        handler, leader = street.actor("handler"), street.actor("leader")
        with scope.active(handler.scope):
            assert not Document.objects.exists()
        with scope.active(leader.scope):
            issued = operations.issue_document(document_id=document.id, actor=leader, at=EVENING)
            with pytest.raises(Refusal) as refused:
                operations.revise_document(document_id=document.id, title="改", text="改", actor=leader, at=EVENING)
        assert refused.value.codes == {"document_not_draft"}
        assert bytes(issued.digest or b"") == operations.digest_of(issued)
        with scope.active(handler.scope):
            assert Document.objects.get().state == "issued"

    def test_refuses_who_may_not(self, cast: Cast) -> None:
        document, duty = _draft(cast.fuhua), cast.fuhua.actor("duty")
        with scope.active(duty.scope), pytest.raises(NotPermitted):
            operations.issue_document(document_id=document.id, actor=duty, at=EVENING)
        neighbour = cast.songshan.actor("leader")
        with scope.active(neighbour.scope), pytest.raises(NotFound):
            operations.issue_document(document_id=document.id, actor=neighbour, at=EVENING)


class TestPages:
    def test_reads_revises_issues_prints_and_voids(self, cast: Cast, client: Client) -> None:
        document = _draft(cast.fuhua)
        client.force_login(cast.fuhua.leader)
        url = f"/desk/documents/{document.id}/"
        assert "福华街督〔2022〕1号" in client.get("/desk/documents/").content.decode()
        refused = client.post(f"{url}revise/", {"title": "", "text": "留着的话"})
        assert refused.status_code == 422
        assert "留着的话" in refused.content.decode()
        assert client.post(f"{url}revise/", {"title": "停水", "text": "督 办 单\n正文"}).status_code == 302
        assert client.post(f"{url}issue/").status_code == 302
        printed = client.get(f"{url}pdf/")
        assert printed.content.startswith(b"%PDF")
        assert client.post(f"{url}void/", {"reason": "发错专班"}).status_code == 302
        assert "发错专班" in client.get(url).content.decode()
        client.force_login(cast.songshan.leader)
        assert client.get(url).status_code == 404
        assert client.get(f"{url}pdf/").status_code == 404


class TestPdf:
    def test_text_is_never_read_as_markup(self, cast: Cast) -> None:
        assert pdf_of(_draft(cast.fuhua)).startswith(b"%PDF")
