from xml.etree import ElementTree as ET

from echowall.planning.drawing import Key, Map, bounds_of, fill_of, line_of

SVG = "{http://www.w3.org/2000/svg}"


def test_draws_a_map_with_north_up_and_words_kept_as_they_are() -> None:
    drawing = Map(bounds_of([(0, 0), (400, 200)]), title="组团 <14>", notes=["人口 & 户"], legend=[Key("1 号", "star")])
    drawing.polygon_at([[(0, 0), (10, 0), (10, 10)]], fill="#77AADD", hatch="/")
    drawing.mark_at((5, 5), shape="cross")
    root = ET.fromstring(drawing.svg())  # noqa: S314 - our own
    texts = [element.text for element in root.iter(f"{SVG}text")]
    assert {"组团 <14>", "人口 & 户", "1 号", "100 米"} <= set(texts)
    assert drawing.place((0, 200))[1] < drawing.place((0, 0))[1]
    pattern = next(root.iter(f"{SVG}pattern"))
    assert any(path.get("fill") == f"url(#{pattern.get('id')})" for path in root.iter(f"{SVG}path"))


def test_every_style_is_different() -> None:
    assert len({fill_of(index) for index in range(63)}) == 63
    assert len({line_of(index) for index in range(28)}) == 28
