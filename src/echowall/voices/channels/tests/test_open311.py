"""Open311 GeoReport v2: what clients send, and every answer in both formats with the names of the standard."""

import gzip
import json
import os
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from defusedxml import ElementTree

from echowall.voices.channels import open311
from echowall.voices.channels.open311 import (
    Attribute,
    Discovery,
    Open311Error,
    Open311RefusedError,
    Posted,
    Service,
    ServiceRequest,
)
from echowall.voices.channels.types import SHANGHAI

AT = datetime(2022, 5, 3, 21, 10, tzinfo=SHANGHAI)
LIGHT = Service("001", "路灯不亮", "路灯、楼道灯", keywords=("路灯", "照明"), group="市政")
MEDICINE = Service(
    "002",
    "买药求助",
    attributes=(
        Attribute("DRUG", "string", "药名", required=True, order=2),
        Attribute("DAYS", "number", "还够几天", order=1),
        Attribute("WHO", "multivaluelist", "谁要用", order=3, values=(("old", "老人"), ("child", "孩子"))),
        Attribute("BY", "datetime", "最晚什么时候", order=4),
        Attribute("NOTE", "string", "请备好处方", variable=False, required=True, order=5),
    ),
)
SERVICES = {service.service_code: service for service in (LIGHT, MEDICINE)}


def post(form, **options):
    return open311.read_post(parse_qs(form, keep_blank_values=True), SERVICES, at=options.pop("at", AT), **options)


def refused(call, *args, **options):
    with pytest.raises(Open311RefusedError) as caught:
        call(*args, **options)
    return [(error.code, error.field) for error in caught.value.errors]


class TestReadPost:
    def test_reads_everything(self):
        heard = post(
            "service_code=001&lat=34.7466&long=113.6253&address_string=阳光花园&email=a%40b.cn&device_id=d1&account_id=a1"
            "&first_name=芳&last_name=王&phone=13800000001&description=灯坏了%0D%0A很黑&media_url=https%3A%2F%2Fe.cn%2Fa.jpg"
            "&api_key=k&jurisdiction_id=street.cn"
        )
        assert (heard.text, heard.title, heard.sender, heard.phone) == (
            "灯坏了\n很黑",
            "路灯不亮",
            "王芳",
            "13800000001",
        )
        assert (heard.latitude, heard.longitude, heard.place_text) == (34.7466, 113.6253, "阳光花园")
        assert heard.attachments[0].reference == "https://e.cn/a.jpg"
        assert dict(heard.extra) == {
            "service_code": "001", "email": "a@b.cn", "device_id": "d1", "account_id": "a1",
            "jurisdiction_id": "street.cn",
        }  # fmt: skip

    def test_repeating_within_the_hour_is_the_same_request(self):
        form = "service_code=001&address_string=x&description=d"
        assert post(form).key == post(form, at=AT + timedelta(minutes=9)).key
        assert post(form).key != post(form, at=AT + timedelta(hours=1)).key
        assert post(form).key != post(form, api_key="other").key

    def test_attributes(self):
        heard = post(
            "service_code=002&address_id=7&attribute[DRUG]=胰岛素&attribute[DAYS]=2&attribute[WHO][]=old&attribute[WHO][]=child"
        )
        assert json.loads(heard.extra["attributes"]) == {"DRUG": ["胰岛素"], "DAYS": ["2"], "WHO": ["old", "child"]}
        assert heard.text == "买药求助\n药名：胰岛素\n还够几天：2\n谁要用：老人、孩子"

    def test_names_every_error_at_once(self):
        form = (
            "service_code=002&lat=91&email=x&phone=abc&media_url=javascript:alert(1)&description=" + "长" * 4001
            + "&attribute[DAYS]=soon&attribute[WHO]=dog&attribute[BY]=tomorrow&attribute[X]=1"
        )  # fmt: skip
        assert sorted(refused(post, form)) == sorted(
            [
                (400, "lat"), (400, "lat"), (400, "description"), (400, "attribute[DRUG]"), (400, "attribute[DAYS]"),
                (400, "attribute[WHO]"), (400, "attribute[BY]"), (400, "attribute[X]"), (400,
                "media_url"), (400, "email"),
                (400, "phone"),
            ]
        )  # fmt: skip

    def test_empty_is_like_missing(self):
        assert refused(post, "service_code=&lat=&long=&address_string=") == [
            (400, "service_code"),
            (400, "address_string"),
        ]

    def test_unknown_service_is_not_found(self):
        assert refused(post, "service_code=999&address_string=x") == [(404, "service_code")]

    def test_status(self):
        assert open311.status_of([Open311Error(400, "a"), Open311Error(404, "b")]) == 404
        assert open311.status_of([Open311Error(404, "b"), Open311Error(403, "c")]) == 403
        assert open311.status_of([Open311Error(400, "a")]) == 400


class TestReadQuery:
    def query(self, text, **options):
        return open311.read_query(parse_qs(text, keep_blank_values=True), at=AT, **options)

    def test_last_ninety_days_by_default(self):
        found = self.query("")
        assert (found.start_at, found.end_at, found.statuses, found.page_size) == (
            AT - timedelta(days=90),
            AT,
            (),
            1000,
        )

    def test_lists_and_repeats(self):
        found = self.query("service_code=001,002&service_code=003&status=open,closed")
        assert (found.service_codes, found.statuses) == (("001", "002", "003"), ("open", "closed"))

    def test_ids_override_the_rest(self):
        found = self.query("service_request_id=1,2&status=nonsense&start_date=nonsense")
        assert (found.service_request_ids, found.statuses, found.start_at) == (("1", "2"), (), None)

    def test_one_date_gives_the_other(self):
        assert self.query("start_date=2022-01-01T00:00:00Z").end_at == datetime.fromisoformat(
            "2022-04-01T00:00:00+00:00"
        )
        assert self.query("end_date=2022-04-01T00:00:00Z").start_at == datetime.fromisoformat(
            "2022-01-01T00:00:00+00:00"
        )
        assert self.query("start_date=2022-05-01T00:00:00%2B08:00").end_at == AT

    def test_plus_lost_in_the_address(self):
        assert self.query("start_date=2022-05-01T00:00:00+08:00").start_at == datetime(2022, 5, 1, tzinfo=SHANGHAI)

    def test_names_every_error_at_once(self):
        text = "status=half&start_date=yesterday&end_date=2022-13-01T00:00:00Z&page=0&page_size=9999"
        assert sorted(refused(self.query, text)) == [
            (400, "end_date"), (400, "page"), (400, "page_size"), (400, "start_date"), (400, "status"),
        ]  # fmt: skip

    def test_refuses_more_than_ninety_days_and_backwards(self):
        assert refused(self.query, "start_date=2022-01-01T00:00:00Z&end_date=2022-04-02T00:00:00Z") == [
            (400, "end_date")
        ]
        assert refused(self.query, "start_date=2022-04-02T00:00:00Z&end_date=2022-01-01T00:00:00Z") == [
            (400, "start_date")
        ]


REQUEST = ServiceRequest(
    "638344", "closed", "路灯不亮", "001", AT, updated_datetime=AT + timedelta(hours=1),
    description="灯<坏>了 & 黑\x0b",
    address="阳光花园", lat=34.7466, long=113.6253,
)  # fmt: skip


class TestAnswers:
    def test_services(self):
        assert json.loads(open311.services([LIGHT, MEDICINE], "json"))[0] == {
            "service_code": "001", "service_name": "路灯不亮", "description": "路灯、楼道灯", "metadata": False,
            "type": "realtime", "keywords": "路灯, 照明", "group": "市政",
        }  # fmt: skip
        root = ElementTree.fromstring(open311.services([LIGHT, MEDICINE], "xml"))
        assert (root.tag, [service.tag for service in root]) == ("services", ["service", "service"])
        assert [root[1].findtext(name) for name in ("service_code", "metadata", "type", "group")] == [
            "002",
            "true",
            "realtime",
            "",
        ]

    def test_service_definition_in_order(self):
        found = json.loads(open311.service_definition(MEDICINE, "json"))
        assert [attribute["code"] for attribute in found["attributes"]] == ["DAYS", "DRUG", "WHO", "BY", "NOTE"]
        assert found["attributes"][2]["values"] == [{"key": "old", "name": "老人"}, {"key": "child", "name": "孩子"}]
        root = ElementTree.fromstring(open311.service_definition(MEDICINE, "xml"))
        assert root.tag == "service_definition"
        assert [v.findtext("key") for v in root.findall("attributes/attribute/values/value")] == ["old", "child"]
        assert [a.findtext("required") for a in root.findall("attributes/attribute")] == [
            "false",
            "true",
            "false",
            "false",
            "true",
        ]

    def test_requests(self):
        found = json.loads(open311.requests([REQUEST], "json"))[0]
        assert list(found) == [
            "service_request_id", "status", "status_notes", "service_name", "service_code", "description",
            "agency_responsible", "service_notice", "requested_datetime", "updated_datetime", "expected_datetime",
            "address", "address_id", "zipcode", "lat", "long", "media_url",
        ]  # fmt: skip
        assert (found["requested_datetime"], found["status_notes"], found["lat"]) == (
            "2022-05-03T21:10:00+08:00",
            None,
            34.7466,
        )
        text = open311.requests([REQUEST], "xml")
        assert text.startswith(b'<?xml version="1.0" encoding="utf-8"?>\n<service_requests><request>')
        request = ElementTree.fromstring(text)[0]
        assert (request.findtext("description"), request.findtext("long")) == ("灯<坏>了 & 黑\ufffd", "113.6253")
        assert [element.tag for element in request] == list(found)

    @pytest.mark.parametrize(
        ("answer", "expected"),
        [
            (Posted("638344"), {"service_request_id": "638344", "service_notice": None, "account_id": None}),
            (
                Posted(token="t1", service_notice="今天内回复"),
                {"token": "t1", "service_notice": "今天内回复", "account_id": None},
            ),
        ],
    )
    def test_posted(self, answer, expected):
        assert json.loads(open311.posted(answer, "json")) == [expected]
        request = ElementTree.fromstring(open311.posted(answer, "xml"))[0]
        assert {element.tag: element.text for element in request} == expected

    def test_token(self):
        assert json.loads(open311.token("638344", "t1", "json")) == [{"service_request_id": "638344", "token": "t1"}]
        assert ElementTree.fromstring(open311.token("638344", "t1", "xml")).findtext("request/token") == "t1"

    def test_errors(self):
        wrong = [Open311Error(403, "api_key is missing"), Open311Error(400, "lat")]
        assert json.loads(open311.errors(wrong, "json"))[0] == {"code": 403, "description": "api_key is missing"}
        root = ElementTree.fromstring(open311.errors(wrong, "xml"))
        assert [(error.tag, error.findtext("code")) for error in root] == [("error", "403"), ("error", "400")]

    def test_discovery(self):
        about = Discovery("https://street.cn/open311/v2", AT, "street@example.gov.cn", "https://street.cn/keys")
        found = json.loads(open311.discovery(about, "json"))
        assert found["endpoints"][0]["formats"] == ["text/xml", "application/json"]
        root = ElementTree.fromstring(open311.discovery(about, "xml"))
        assert root.findtext("endpoints/endpoint/specification") == "http://wiki.open311.org/GeoReport_v2"
        assert [f.text for f in root.findall("endpoints/endpoint/formats/format")] == ["text/xml", "application/json"]


class TestMeasuredRequests:
    def test_chicago_records_survive_both_formats(self):
        path = Path(os.environ.get("ECHOWALL_DATA_DIR", ".")) / "chicago_open311_timelines" / "requests.jsonl.gz"
        if not path.exists():
            pytest.skip("ECHOWALL_DATA_DIR is not set or holds no chicago_open311_timelines")
        names = ServiceRequest.__dataclass_fields__
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            records = [json.loads(line) for line in lines]
        made = []
        for record in records:
            fields = {k: v for k, v in record.items() if k in names and v is not None}
            for name in ("requested_datetime", "updated_datetime", "expected_datetime"):
                if name in fields:
                    fields[name] = datetime.fromisoformat(fields[name])
            made.append(ServiceRequest(**fields))
        as_json = json.loads(open311.requests(made, "json"))
        as_xml = ElementTree.fromstring(open311.requests(made, "xml"))
        assert len(as_json) == len(as_xml) == len(records)
        for record, one, element in zip(records, as_json, as_xml, strict=True):
            assert datetime.fromisoformat(one["requested_datetime"]) == datetime.fromisoformat(
                record["requested_datetime"]
            )
            for name in ("service_request_id", "status", "service_name", "service_code", "address", "lat", "long"):
                assert one[name] == record.get(name)
                assert (element.findtext(name) or None) == (None if record.get(name) is None else str(record[name]))
