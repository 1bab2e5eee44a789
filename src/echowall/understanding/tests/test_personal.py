"""What identifies a person, how it is masked and redacted, and how many people a message is about."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from echowall.understanding.personal import is_identity_number, people_count, personal_data
from echowall.understanding.redaction import mask, redact

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def identity(seventeen: str) -> str:
    return seventeen + "10X98765432"[sum(int(d) * w for d, w in zip(seventeen, WEIGHTS, strict=True)) % 11]


class TestPersonalData:
    @pytest.mark.parametrize(
        ("text", "kind", "value"),
        [
            ("电话13812345678", "phone", "13812345678"),
            ("１３８-１２３４-５６７８", "phone", "13812345678"),
            ("138 1234 5678", "phone", "13812345678"),
            ("+86 13812345678", "phone", "13812345678"),
            ("一三八一二三四五六七八", "phone", "13812345678"),
            ("幺三八一二三四五六七八打我", "phone", "13812345678"),
            ("0371-68881234", "landline", "0371-68881234"),
            ("(0371)68881234", "landline", "(0371)68881234"),
            ("电话：66881234", "landline", "66881234"),
            ("身份证" + identity("41010519900101123"), "identity_number", identity("41010519900101123")),
            ("旧证410105900101123", "identity_number", "410105900101123"),
            ("豫A·12345", "plate", "豫A12345"),
            ("豫AD12345挡路", "plate", "豫AD12345"),
            ("abc.d@163.com", "email", "abc.d@163.com"),
            ("微信：wang_xm88", "wechat", "wang_xm88"),
            ("vx abc12345", "wechat", "abc12345"),
            ("QQ号1234567", "qq", "1234567"),
            ("卡号6222 0212 3456 7890 123", "account", "6222021234567890123"),
            ("我叫王小明，求助", "name", "王小明"),
            ("联系人：李建国", "name", "李建国"),
            ("【姓名】欧阳锋 男", "name", "欧阳锋"),
            ("请联系李强13900001111", "name", "李强"),
            ("张三 13700001111", "name", "张三"),
            ("我爸张建军，今年80岁", "name", "张建军"),
            ("王小明先生", "name", "王小明先生"),
        ],
    )
    def test_finds(self, text: str, kind: str, value: str) -> None:
        assert (kind, value) in {(one.kind, one.value) for one in personal_data(text)}

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "拨打12345",
            "打120没人接",
            "我是高新区居民",
            "本人于昨天回郑",
            "我是方舱里的患者",
            "共20220503001条",
            "版本1.38.1234",
            "父亲高烧41度",
            "只是对病人简单处理",
            "【联系人和电话】",
            "3号楼2单元",
            "谢谢大家",
        ],
    )
    def test_leaves(self, text: str) -> None:
        assert personal_data(text) == ()

    def test_a_wrong_check_digit_is_found_but_not_valid(self) -> None:
        found = personal_data("证号410105199001011234")
        assert [(one.kind, one.valid) for one in found] == [("identity_number", False)]

    @given(st.integers(0, 999), st.integers(1950, 2020), st.integers(1, 12), st.integers(1, 28))
    def test_every_well_made_number_is_valid_and_a_changed_one_is_not(
        self, serial: int, year: int, month: int, day: int
    ) -> None:
        number = identity(f"410105{year}{month:02d}{day:02d}{serial:03d}")
        assert is_identity_number(number)
        changed = number[:16] + str((int(number[16]) + 1) % 10) + number[17]
        assert not is_identity_number(changed)

    def test_offsets_point_into_the_text(self) -> None:
        text = "我叫王小明，电话１３８１２３４５６７８"
        phone = next(one for one in personal_data(text) if one.kind == "phone")
        assert text[phone.start : phone.end] == "１３８１２３４５６７８"


class TestPeopleCount:
    @pytest.mark.parametrize(
        ("text", "people", "households"),
        [
            ("一家五口", 5, None),
            ("三个老人", 3, None),
            ("三个老人两个孩子", 5, None),
            ("我和孩子两个人", 2, None),
            ("全楼两百多户", None, 200),
            ("二百多人困在房顶", 200, None),
            ("我们20多个工人", 20, None),
            ("一个人在家", 1, None),
            ("一家三口人", 3, None),
            ("120户350人", 350, 120),
        ],
    )
    def test_counts(self, text: str, people: int | None, households: int | None) -> None:
        found = people_count(text)
        assert found is not None
        assert (found.people, found.households) == (people, households)

    @pytest.mark.parametrize("text", ["每人一份", "两岁", "第三人民医院", "人口普查", "一人一档", "户口", ""])
    def test_counts_nobody(self, text: str) -> None:
        assert people_count(text) is None


class TestMask:
    def test_phone_and_identity_number(self) -> None:
        number = identity("41010519900101123")
        assert mask(f"电话138 1234 5678，证{number}") == f"电话138****5678，证4101**********{number[-4:]}"

    def test_leaves_the_rest_untouched(self) -> None:
        assert mask("我叫王小明，住3号楼") == "我叫王小明，住3号楼"

    @given(st.text(max_size=60))
    def test_never_lets_a_phone_through(self, text: str) -> None:
        assert "13812345678" not in mask(text + "，13812345678。")


class TestRedact:
    def test_takes_out_all_that_identifies(self) -> None:
        text = "我叫王小明，住金水花园3号楼2单元1203，电话13812345678，车牌豫A12345，微信wang_xm88"
        shown = redact(text)
        for secret in ("王小明", "1203", "3号楼", "13812345678", "豫A12345", "wang_xm88"):
            assert secret not in shown.text
        assert {one.kind for one in shown.removed} >= {"name", "door", "phone", "plate", "wechat"}
        assert "金水花园" in shown.text

    def test_a_name_goes_everywhere(self) -> None:
        assert "李建国" not in redact("联系人：李建国，建国路。李建国昨天也打过电话").text

    def test_titles_stay(self) -> None:
        assert redact("感谢王小明先生").text == "感谢王先生"
        assert redact("王先生您好").text == "王先生您好"

    @pytest.mark.parametrize(
        "said", ["请拨打0371-60000001", "请拨打 0371 60000001", "服务电话60000001", "请打（0371）60000001问问"]
    )
    def test_a_number_that_the_office_made_known_stays(self, said: str) -> None:
        assert redact(said, public_numbers=["0371-6000 0001"]).text == said
        assert "[电话]" in redact(said).text
        assert "60000002" not in redact(said.replace("0001", "0002"), public_numbers=["0371-60000001"]).text

    def test_a_public_number_shields_nothing_else(self) -> None:
        text = "请打0371-60000001，我的是13800001234，证110101199003074514"
        shown = redact(text, public_numbers=["0371-60000001", "110", ""]).text
        assert shown == "请打0371-60000001，我的是[电话]，证[证件号]"

    def test_health_details_ask_for_a_look(self) -> None:
        assert "health_detail" in redact("3号楼的老人有艾滋病").flags
        assert redact("路灯坏了").flags == ()

    def test_what_was_removed_can_be_put_back(self) -> None:
        text = "我叫王小明，电话13812345678，建设路12号院3号楼"
        for one in redact(text).removed:
            assert text[one.start : one.end] == one.words
