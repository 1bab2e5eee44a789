"""Bounded load on loopback, from a process of its own: keep-alive connections posting messages or reading a page.

Run: `python -m benchmarks.load post|get ADDRESS --path … --seconds … --connections … [--token …] [--stubborn]`.
Prints one line of JSON. Every acknowledged message is written to `--acknowledged FILE` as `key ticket is_new`, flushed
at once. SIGTERM ends it early. With `--stubborn` a request whose outcome is unknown (connection lost, 5xx) is sent
again with the same key until it is acknowledged, across restarts of the server, at most until `--patience` seconds
after the end.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import signal
import time
from dataclasses import dataclass, field
from typing import IO
from urllib.parse import urlsplit

_NEEDS = (
    "家里老人高血压药只剩{n}天了，社区能不能帮忙买",
    "{p}{n}号楼停水半天了，什么时候来",
    "我是{p}{n}号楼的住户，健康码变黄了，昨天做的核酸还没有结果",
    "请问{p}什么时候解封，已经隔离{n}天",
    "团购的菜到小区门口{n}小时没人送上楼",
    "物业{n}天没有来收垃圾，楼道里味道很大",
    "孩子发烧{n}度多，{p}怎么去医院",
    "企业复工证明交了{n}次还没批下来",
    "志愿者很辛苦，给{p}的志愿者点赞",
    "{p}的核酸采样点排队{n}个小时，能不能多开一个窗口",
)
_PLACES = ("理想家园", "锦绣小区", "阳光花园", "金桂苑", "铁道家属院", "和谐新村")


def message(run: str, number: int) -> bytes:
    """Return message ``number`` of a run as JSON: always the same one, told apart from every other by its words."""
    rng = random.Random(f"{run}/{number}")
    place = rng.choice(_PLACES)
    text = rng.choice(_NEEDS).format(n=rng.randint(1, 30), p=place)
    door = f"{place}{rng.randint(1, 30)}号楼{rng.randint(1, 3)}单元{rng.randint(101, 3304)}"
    body = {
        "text": f"{text}。住{door}，第{number}位",
        "key": f"{run}-{number}",
        "phone": f"138{rng.randint(0, 10**8 - 1):08d}",
        "sender": rng.choice("王李张刘陈杨赵黄") + rng.choice(("先生", "女士")),
        "place": f"{place}{rng.randint(1, 30)}号楼",
    }
    return json.dumps(body, ensure_ascii=False).encode()


@dataclass
class Load:
    """One run of load: what to send, until when, and what came back."""

    arguments: argparse.Namespace
    ends: float
    acknowledged: IO[str] | None
    sent: int = 0
    statuses: dict[int, int] = field(default_factory=dict)
    seconds: list[float] = field(default_factory=list)
    lost: int = 0
    bytes: int = 0

    def request(self, number: int) -> bytes:
        """Return the whole request as it goes over the wire."""
        paths = self.arguments.path or ["/api/v1/messages"]
        where, path = urlsplit(self.arguments.address), paths[number % len(paths)]
        head = f"Host: {where.netloc}\r\nConnection: keep-alive\r\nAccept: */*\r\n"
        if self.arguments.verb == "get":
            return f"GET {path} HTTP/1.1\r\n{head}\r\n".encode()
        body = message(self.arguments.run, number)
        head += f"Authorization: Bearer {self.arguments.token}\r\nContent-Type: application/json\r\n"
        return f"POST {path} HTTP/1.1\r\n{head}Content-Length: {len(body)}\r\n\r\n".encode() + body

    def stop(self) -> None:
        """Send nothing new; what is under way is finished."""
        self.ends = time.monotonic()

    async def connection(self) -> None:
        """Send one request after the other over one connection, opened again when lost, until the time is over."""
        streams: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []
        while time.monotonic() < self.ends:
            number = self.sent
            self.sent += 1
            await self._until_known(streams, number)
            if self.arguments.pause:
                await asyncio.sleep(self.arguments.pause)
        for _reader, writer in streams:
            writer.close()

    async def _until_known(self, streams: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]], number: int) -> None:
        while True:
            began = time.monotonic()
            status, body = 0, b""
            try:
                if not streams:
                    streams.append(await self._open())
                status, body = await asyncio.wait_for(self._exchange(*streams[0], number), 30)
            except (TimeoutError, OSError, asyncio.IncompleteReadError, ValueError):
                for _reader, writer in streams:
                    writer.close()
                streams.clear()
                self.lost += 1
            else:
                self.statuses[status] = self.statuses.get(status, 0) + 1
                self.seconds.append(time.monotonic() - began)
            if 200 <= status < 300:
                self._write_down(number, body)
                return
            if not self.arguments.stubborn or time.monotonic() > self.ends + self.arguments.patience:
                return
            await asyncio.sleep(0.1)

    async def _open(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        where = urlsplit(self.arguments.address)
        return await asyncio.open_connection(where.hostname, where.port)

    async def _exchange(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, number: int
    ) -> tuple[int, bytes]:
        writer.write(self.request(number))
        head = await reader.readuntil(b"\r\n\r\n")
        lines = head.split(b"\r\n")
        length = next((int(line[15:]) for line in lines if line[:15].lower() == b"content-length:"), None)
        if length is None:
            raise ValueError("no length")
        body = await reader.readexactly(length)
        self.bytes += length
        return int(lines[0].split(b" ", 2)[1]), body

    def _write_down(self, number: int, body: bytes) -> None:
        if self.acknowledged is not None:
            said = json.loads(body)
            line = f"{self.arguments.run}-{number} {said['ticket']} {int(said['is_new'])}\n"
            self.acknowledged.write(line)
            self.acknowledged.flush()

    def report(self, spent: float) -> dict[str, object]:
        """Return the figures of the run."""
        ok = sum(n for status, n in self.statuses.items() if 200 <= status < 300)
        ordered = sorted(self.seconds) or [0.0]
        return {
            "ok": ok,
            "sent": self.sent,
            "statuses": self.statuses,
            "lost": self.lost,
            "seconds": round(spent, 2),
            "per_second": round(ok / spent, 1),
            "p50_ms": round(ordered[len(ordered) // 2] * 1000, 1),
            "p95_ms": round(ordered[int(len(ordered) * 0.95)] * 1000, 1),
            "p99_ms": round(ordered[int(len(ordered) * 0.99)] * 1000, 1),
            "body_bytes": self.bytes // max(1, len(self.seconds)),
        }


async def run(arguments: argparse.Namespace) -> dict[str, object]:
    """Load the address as asked; return the figures."""
    began = time.monotonic()
    file = open(arguments.acknowledged, "a", encoding="utf-8") if arguments.acknowledged else None  # noqa: SIM115, PTH123
    load = Load(arguments, began + arguments.seconds, file)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, load.stop)
    await asyncio.gather(*(load.connection() for _ in range(arguments.connections)))
    return load.report(time.monotonic() - began)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("verb", choices=("post", "get"))
    parser.add_argument("address")
    parser.add_argument("--path", action="append", help="given more than once, they take turns")
    parser.add_argument("--token", default="")
    parser.add_argument("--run", default="run")
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--connections", type=int, default=32)
    parser.add_argument("--pause", type=float, default=0, help="seconds between two requests of a connection")
    parser.add_argument("--acknowledged", default="")
    parser.add_argument("--stubborn", action="store_true")
    parser.add_argument("--patience", type=float, default=60)
    print(json.dumps(asyncio.run(run(parser.parse_args()))))


if __name__ == "__main__":
    main()
