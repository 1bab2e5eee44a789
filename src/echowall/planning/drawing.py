"""Pictures of plans as SVG: a `Canvas` in pixels, and a `Map` on it in metres with title, legend and scale bar.

Colour is never the only sign: fills take a hatch, and what has a number shows it. A thin layer over the standard
library, because the SVG packages that are well kept are either untyped or do no more than this.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal
from xml.etree import ElementTree as ET

XY = tuple[float, float]
Hatch = Literal["", "/", "\\", "-", "|", "x", "."]
Shape = Literal["circle", "square", "triangle", "diamond", "star", "cross"]

INK, GREY, PALE, WHITE = "#222222", "#777777", "#dddddd", "#ffffff"
LINES = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
"""For lines and marks: Okabe and Ito, Color Universal Design (2008), without yellow, which is lost on white."""
FILLS = ("#77AADD", "#EE8866", "#EEDD88", "#FFAABB", "#99DDFF", "#44BB99", "#BBCC33", "#AAAA00", "#DDDDDD")
"""For areas with black text on them: Paul Tol's scheme "light" (SRON/EPS/TN/09-002)."""
HATCHES: tuple[Hatch, ...] = ("", "/", "x", "-", ".", "\\", "|")
FONT = "'Noto Sans CJK SC','Source Han Sans SC','PingFang SC','Microsoft YaHei','WenQuanYi Zen Hei',sans-serif"


def fill_of(index: int) -> tuple[str, Hatch]:
    """Return colour and hatch no. ``index``: 63 pairs that a colour-blind person can tell apart."""
    return FILLS[index % len(FILLS)], HATCHES[(index // len(FILLS)) % len(HATCHES)]


def line_of(index: int) -> tuple[str, str]:
    """Return colour and dashes (SVG ``stroke-dasharray``) no. ``index`` for lines: 28 pairs."""
    dashes = ("", "8 4", "2 3", "10 3 2 3")
    return LINES[index % len(LINES)], dashes[(index // len(LINES)) % len(dashes)]


@dataclass(frozen=True, slots=True)
class Key:
    """One line of a legend: ``kind`` area, line or a mark's shape, as it is drawn, and what it means."""

    text: str
    kind: Literal["area", "line"] | Shape = "area"
    colour: str = INK
    hatch: Hatch = ""
    dash: str = ""


class Canvas:
    """A picture in pixels; (0, 0) is at the top left."""

    def __init__(self, width: float, height: float, *, title: str) -> None:
        self.width, self.height = width, height
        self._root = ET.Element("svg", {"xmlns": "http://www.w3.org/2000/svg", "role": "img", "font-family": FONT})
        self._root.set("viewBox", f"0 0 {_n(width)} {_n(height)}")
        self._root.set("width", _n(width))
        ET.SubElement(self._root, "title").text = title
        self._defs = ET.SubElement(self._root, "defs")
        self._hatches: dict[tuple[str, str], str] = {}
        self._add("rect", x="0", y="0", width=_n(width), height=_n(height), fill=WHITE)

    def polygon(
        self, rings: Sequence[Sequence[XY]], *, fill: str = PALE, hatch: Hatch = "", stroke: str = INK, width: float = 1
    ) -> None:
        """Draw an area: the outer ring, then its holes."""
        data = " ".join("M" + " L".join(f"{_n(x)} {_n(y)}" for x, y in ring) + " Z" for ring in rings)
        shared = {"d": data, "fill-rule": "evenodd", "stroke": stroke, "stroke-width": _n(width)}
        self._add("path", **shared, fill=self._paint(fill, hatch))

    def rectangle(
        self, corner: XY, size: XY, *, fill: str = PALE, hatch: Hatch = "", stroke: str = "none", width: float = 1
    ) -> None:
        """Draw a box from its top left ``corner``; ``size`` is (width, height)."""
        (x, y), (w, h) = corner, size
        shared = {"x": _n(x), "y": _n(y), "width": _n(w), "height": _n(h), "stroke-width": _n(width)}
        self._add("rect", **shared, stroke=stroke, fill=self._paint(fill, hatch))

    def line(self, points: Iterable[XY], *, colour: str = INK, width: float = 1.5, dash: str = "") -> None:
        """Draw a line through ``points``."""
        path = " ".join(f"{_n(x)},{_n(y)}" for x, y in points)
        extra = {"stroke-dasharray": dash} if dash else {}
        shared = {"points": path, "fill": "none", "stroke": colour, "stroke-width": _n(width), **extra}
        self._add("polyline", **shared, **{"stroke-linejoin": "round", "stroke-linecap": "round"})

    def mark(
        self, at: XY, *, shape: Shape = "circle", size: float = 10, colour: str = INK, hollow: bool = False
    ) -> None:
        """Draw a mark ``size`` pixels across; ``hollow``: only its outline."""
        x, y = at
        r = size / 2
        paint = {"fill": WHITE if hollow else colour, "stroke": colour if hollow else WHITE, "stroke-width": "1.5"}
        if shape == "circle":
            self._add("circle", cx=_n(x), cy=_n(y), r=_n(r), **paint)
        elif shape == "cross":
            for ends in (((x - r, y - r), (x + r, y + r)), ((x - r, y + r), (x + r, y - r))):
                self.line(ends, colour=colour, width=max(2.0, size / 4))
        else:
            self._add("polygon", points=" ".join(f"{_n(a)},{_n(b)}" for a, b in _outline(shape, x, y, r)), **paint)

    def text(
        self,
        at: XY,
        words: str,
        *,
        size: float = 13,
        colour: str = INK,
        anchor: str = "middle",
        bold: bool = False,
        edge: str = WHITE,
    ) -> None:
        """Write ``words`` with an edge, so that they stand out from any ground. ``anchor``: start, middle or end."""
        extra = {"font-weight": "bold"} if bold else {}
        outline = {"stroke": edge, "stroke-width": _n(size / 5), "paint-order": "stroke", "stroke-linejoin": "round"}
        place = {"x": _n(at[0]), "y": _n(at[1]), "font-size": _n(size), "text-anchor": anchor, "fill": colour}
        self._add("text", **place, **outline, **extra, **{"dominant-baseline": "central"}).text = words

    def svg(self) -> str:
        """Return the document."""
        ET.indent(self._root, " ")
        return ET.tostring(self._root, encoding="unicode") + "\n"

    def key(self, at: XY, key: Key) -> None:
        """Draw one line of a legend; ``at``: the middle of its left edge."""
        x, y = at
        if key.kind == "area":
            self.rectangle((x, y - 7), (22, 14), fill=key.colour, hatch=key.hatch, stroke=INK)
        elif key.kind == "line":
            self.line([(x, y), (x + 22, y)], colour=key.colour, width=3, dash=key.dash)
        else:
            self.mark((x + 11, y), shape=key.kind, size=13, colour=key.colour)
        self.text((x + 30, y), key.text, anchor="start")

    def _add(self, tag: str, **attributes: str) -> ET.Element:
        return ET.SubElement(self._root, tag, attributes)

    def _paint(self, fill: str, hatch: Hatch) -> str:
        if not hatch or fill == "none":
            return fill
        if (fill, hatch) not in self._hatches:
            name = f"hatch{len(self._hatches)}"
            self._hatches[fill, hatch] = name
            size = {"id": name, "width": "8", "height": "8", "patternUnits": "userSpaceOnUse"}
            pattern = ET.SubElement(self._defs, "pattern", size)
            ET.SubElement(pattern, "rect", {"width": "8", "height": "8", "fill": fill})
            strokes = {"/": "M-2 2 L2 -2 M0 8 L8 0 M6 10 L10 6", "\\": "M-2 6 L2 10 M0 0 L8 8 M6 -2 L10 2"}
            strokes |= {"-": "M0 4 L8 4", "|": "M4 0 L4 8", ".": "M3 4 L5 4"}
            strokes["x"] = f"{strokes['/']} {strokes[chr(92)]}"
            drawn = {"d": strokes[hatch], "stroke": INK, "stroke-width": "2" if hatch == "." else "0.8"}
            ET.SubElement(pattern, "path", {**drawn, "stroke-opacity": "0.65"})
        return f"url(#{self._hatches[fill, hatch]})"


class Map(Canvas):
    """A picture of a piece of ground. ``bounds``: west, south, east, north in metres; all drawing in metres is by the
    methods ending in ``_at``; the others stay in pixels."""

    def __init__(
        self,
        bounds: tuple[float, float, float, float],
        *,
        title: str,
        notes: Sequence[str] = (),
        legend: Sequence[Key] = (),
    ) -> None:
        self._west, south, east, self._north = bounds
        breadth, depth = max(east - self._west, 1.0), max(self._north - south, 1.0)
        side = 250.0 if legend else 0.0
        self._scale = min(900 / breadth, 900 / depth)
        self._left, self._top = 20.0, 50.0 + 20 * len(notes)
        ground_height = max(depth * self._scale, 26.0 * len(legend) + 20)
        super().__init__(max(breadth * self._scale, 420) + 40 + side, self._top + ground_height + 50, title=title)
        self.text((self._left, 26), title, size=20, anchor="start", bold=True)
        for row, note in enumerate(notes):
            self.text((self._left, 52 + 20 * row), note, colour="#444444", anchor="start")
        for row, key in enumerate(legend):
            self.key((self.width - side + 10, self._top + 16 + 26 * row), key)
        self._scale_bar(breadth)

    def place(self, at: XY) -> XY:
        """Return the pixels of a point given in metres."""
        return self._left + (at[0] - self._west) * self._scale, self._top + (self._north - at[1]) * self._scale

    def polygon_at(
        self, rings: Sequence[Sequence[XY]], *, fill: str = PALE, hatch: Hatch = "", stroke: str = INK, width: float = 1
    ) -> None:
        """`polygon` in metres."""
        placed = [[self.place(point) for point in ring] for ring in rings]
        self.polygon(placed, fill=fill, hatch=hatch, stroke=stroke, width=width)

    def line_at(self, points: Iterable[XY], *, colour: str = INK, width: float = 1.5, dash: str = "") -> None:
        """`line` in metres."""
        self.line([self.place(point) for point in points], colour=colour, width=width, dash=dash)

    def mark_at(
        self, at: XY, *, shape: Shape = "circle", size: float = 10, colour: str = INK, hollow: bool = False
    ) -> None:
        """`mark` in metres; its size stays in pixels."""
        self.mark(self.place(at), shape=shape, size=size, colour=colour, hollow=hollow)

    def text_at(self, at: XY, words: str, *, size: float = 13, colour: str = INK, bold: bool = False) -> None:
        """`text` in metres, in the middle; its size stays in pixels."""
        self.text(self.place(at), words, size=size, colour=colour, bold=bold)

    def _scale_bar(self, breadth: float) -> None:
        wish = breadth / 4
        step = 10.0 ** math.floor(math.log10(wish))
        length = max(step * n for n in (1, 2, 5) if step * n <= wish)
        x, y = self._left, self.height - 24
        self.line([(x, y - 5), (x, y), (x + length * self._scale, y), (x + length * self._scale, y - 5)], width=2)
        self.text((x + length * self._scale + 8, y - 2), f"{length:g} 米", anchor="start")


def bounds_of(points: Iterable[XY], *, margin: float = 0.04) -> tuple[float, float, float, float]:
    """Return west, south, east, north of ``points`` with a margin (a share of the longer side).

    Raises ValueError where there are none.
    """
    found = list(points)
    if not found:
        raise ValueError("no points")
    xs, ys = [x for x, _ in found], [y for _, y in found]
    edge = max(1.0, margin * max(max(xs) - min(xs), max(ys) - min(ys)))
    return min(xs) - edge, min(ys) - edge, max(xs) + edge, max(ys) + edge


def _outline(shape: Shape, x: float, y: float, r: float) -> list[XY]:
    if shape == "square":
        return [(x - r, y - r), (x + r, y - r), (x + r, y + r), (x - r, y + r)]
    if shape == "diamond":
        return [(x, y - r), (x + r, y), (x, y + r), (x - r, y)]
    if shape == "triangle":
        return [(x, y - r), (x + r, y + r * 0.8), (x - r, y + r * 0.8)]
    turns = [(math.pi * (2 * i - 5) / 10, r if i % 2 == 0 else r * 0.45) for i in range(10)]
    return [(x + 1.25 * length * math.cos(turn), y + 1.25 * length * math.sin(turn)) for turn, length in turns]


def _n(number: float) -> str:
    return f"{number:.2f}".rstrip("0").rstrip(".")
