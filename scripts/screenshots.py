"""Photographs pages of a running Echowall and checks them: console, sideways scrolling, accessibility.

    python scripts/screenshots.py scripts/screenshots.yaml [--base http://127.0.0.1:8000] [--only NAME] [--check-only]

Without ``--base`` it starts the demonstration itself in a throw-away state directory (``--state`` keeps one).
The YAML file lists accounts and pages (see the one beside this script). Every page is opened at each width and theme,
its picture goes to ``docs/images/<name>-<width>[-dark].png``; all faults of all pages are printed at the end, and any
fault is exit code 1. Pages that are not there (no such menu entry, 404, no row to follow) are skipped and named.
Needs playwright and pillow (extra ``dev``), Chromium (``CHROMIUM`` or on the PATH) and the front end's
``node_modules`` for axe-core.
"""

from __future__ import annotations

import argparse
import io
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import yaml
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Error, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
AXE = ROOT / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--lang=zh-CN",  # a date field is drawn in the language of the browser, not of the page
)
LARGEST = 200_000  # bytes of a picture
LARGEST_ALL = 12_000_000
SERIOUS = {"serious", "critical"}


class NotThereError(Exception):
    """The page does not exist (yet): no such menu entry, 404, or no row to follow."""


@dataclass(slots=True)
class Shot:
    """One page to photograph, as the YAML file says.

    ``menu`` is the label of an entry of the desk's menu, opened instead of ``url``; ``follow`` the selector of the link
    to go on by from there, such as the first row's.
    """

    name: str
    url: str = "/desk/"
    menu: str = ""
    follow: str = ""
    account: str = ""
    widths: tuple[int, ...] = (1440, 360)
    themes: tuple[str, ...] = ("light",)
    wait: str = "main"
    status: int = 200
    full: bool = False
    actions: list[dict[str, Any]] = field(default_factory=list)
    allow: list[str] = field(default_factory=list)


def chromium() -> str:
    """Return the path of the machine's Chromium.

    Raises:
        SystemExit: there is none.
    """
    found = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if not found:
        sys.exit("no Chromium found: install the package chromium, or set CHROMIUM to its path")
    return found


def sign_in(browser: Browser, base: str, account: dict[str, str]) -> Any:
    """Sign in by the page, as a person does; return the browser's state for the contexts of this account.

    Raises:
        SystemExit: the account is refused.
    """
    context = browser.new_context(locale="zh-CN")
    page = context.new_page()
    page.goto(f"{base}/account/login/")
    page.fill("[name=login]", account["username"])
    page.fill("[name=password]", account["password"])
    page.click("main button[type=submit]")
    page.wait_for_load_state("load")
    if page.url.rstrip("/").endswith("/account/login"):
        sys.exit(f"account {account['username']!r} was refused at {base}: check accounts in the YAML file")
    state = context.storage_state()
    context.close()
    return state


def perform(page: Page, action: dict[str, Any]) -> None:
    """Do one action of the list: click, fill, press, select, wait, arrive (address), hover or pause (ms)."""
    (verb, what), *_ = action.items()
    if verb == "fill":
        page.fill(what["selector"], what["value"])
    elif verb == "select":
        page.select_option(what["selector"], what["value"])
    elif verb == "press":
        page.keyboard.press(what)
    elif verb == "pause":
        page.wait_for_timeout(what)
    elif verb == "click":
        page.click(what)
    elif verb == "hover":
        page.hover(what)
    elif verb == "arrive":
        page.wait_for_url(what)
    elif verb == "wait":
        page.wait_for_selector(what)
    else:
        sys.exit(f"unknown action {verb!r}: use click, fill, press, select, wait, arrive, hover or pause")


def faults_of(page: Page, width: int, allow: list[str]) -> list[str]:
    """Return what is wrong with the page as it stands: sideways scrolling and axe's serious violations."""
    faults = []
    over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    if over > 0:
        widest = page.evaluate(
            "[...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > innerWidth + 1)"
            ".slice(0, 3).map(e => e.tagName.toLowerCase() + '.' + [...e.classList].join('.')).join(', ')"
        )
        faults.append(f"scrolls sideways by {over} px at {width} px: {widest}")
    page.evaluate(AXE.read_text(encoding="utf-8"))
    result = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    for violation in result["violations"]:
        if violation["impact"] in SERIOUS and violation["id"] not in allow:
            where = "; ".join(node["target"][0] if node["target"] else "?" for node in violation["nodes"][:4])
            faults.append(f"axe {violation['id']} ({len(violation['nodes'])}×): {violation['help']} at {where}")
    return faults


def write_picture(png: bytes, path: Path) -> str:
    """Write the picture with as many colours as fit under the size; return a fault or an empty string."""
    image = Image.open(io.BytesIO(png)).convert("RGB")
    for colours in (256, 128, 64, 32):
        out = io.BytesIO()
        image.quantize(colours, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE).save(
            out, "PNG", optimize=True
        )
        if out.tell() <= LARGEST:
            path.write_bytes(out.getvalue())
            return ""
    return f"picture is {out.tell()} bytes, more than {LARGEST}: photograph less (full: false)"


def listen(page: Page) -> list[str]:
    """Return a list that fills with the errors of the page's console and scripts."""
    said: list[str] = []

    def on_console(message: ConsoleMessage) -> None:
        if message.type == "error":
            said.append(message.text)

    def on_error(error: Error) -> None:
        said.append(str(error))

    page.on("console", on_console)
    page.on("pageerror", on_error)
    return said


def visit(context: BrowserContext, shot: Shot, base: str, width: int) -> tuple[Page, list[str]]:
    """Open one page in a browser's context, do its actions, and return it with its faults."""
    page = context.new_page()
    said = listen(page)
    answer = page.goto(base + shot.url)
    for selector in (f"nav.ew-nav a:has-text('{shot.menu}')" if shot.menu else "", shot.follow):
        if selector:
            links = [link.get_attribute("href") for link in page.query_selector_all(selector)]
            if not any(links):
                raise NotThereError(f"nothing to follow by {selector} on {page.url}")
            said.clear()
            answer = page.goto(urljoin(page.url, next(link for link in links if link)))
    if answer is not None and answer.status == 404 and shot.status != 404:
        raise NotThereError(f"{page.url} is 404")
    faults = []
    if answer is None or answer.status != shot.status:
        faults.append(f"status {answer.status if answer else 'none'}, expected {shot.status}")
    page.wait_for_selector(shot.wait)
    for action in shot.actions:
        perform(page, action)
    page.wait_for_timeout(400)
    faults += faults_of(page, width, shot.allow)
    # Chromium reports a page's own status of 4xx as a console error; that one was asked for.
    faults += [f"console: {text}" for text in said if shot.status == 200 or f"status of {shot.status}" not in text]
    return page, faults


def signed_in(browser: Browser, settings: dict[str, Any], name: str) -> Any:
    """Return the state of an account's browser, signed in once for all its pages."""
    states = settings.setdefault("states", {})
    if name not in states:
        states[name] = sign_in(browser, settings["base"], settings["accounts"][name])
    return states[name]


def photograph(browser: Browser, shot: Shot, settings: dict[str, Any], folder: Path | None) -> list[str]:
    """Open one page at every width and theme; write its pictures unless ``folder`` is None; return its faults."""
    faults: list[str] = []
    for width, theme in product(shot.widths, shot.themes):
        label = f"{shot.name}-{width}" + ("" if theme == "light" else f"-{theme}")
        context = browser.new_context(
            viewport={"width": width, "height": 900 if width > 500 else 760},
            color_scheme="light" if theme == "light" else "dark",
            contrast="more" if theme == "strong" else "no-preference",
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            reduced_motion="reduce",
            storage_state=signed_in(browser, settings, shot.account) if shot.account else None,
        )
        try:
            page, found = visit(context, shot, settings["base"], width)
        except NotThereError:
            context.close()
            raise
        except Error as error:  # one page's trouble must not cost the others
            faults.append(f"{label}: {str(error).splitlines()[0]}")
            context.close()
            continue
        if folder is not None and (
            fault := write_picture(page.screenshot(full_page=shot.full), folder / f"{label}.png")
        ):
            found.append(fault)
        faults += [f"{label}: {fault}" for fault in found]
        context.close()
    return faults


@contextmanager
def demonstration(base: str, state: Path | None) -> Iterator[str]:
    """Yield the address of the system at ``base``, or of a demonstration started for the block."""
    if base:
        yield base.rstrip("/")
        return
    from benchmarks.server import Server

    with tempfile.TemporaryDirectory(prefix="echowall-pictures-", ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o755)
        server = Server(state or Path(name) / "state", command="demo", patience=900)
        try:
            server.start()
            yield server.address
        finally:
            server.stop()


def photograph_all(shots: list[Shot], settings: dict[str, Any], folder: Path | None) -> tuple[list[str], list[str]]:
    """Photograph the pages; return the faults, and the pages that are not there."""
    faults: list[str] = []
    skipped: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium(),
            headless=True,
            args=list(FLAGS),
            env={**os.environ, "LANG": "zh_CN.UTF-8", "LANGUAGE": "zh_CN"},
        )
        for shot in shots:
            try:
                found = photograph(browser, shot, settings, folder)
            except NotThereError as reason:
                skipped.append(f"{shot.name}: {reason}")
                sys.stdout.write(f"{shot.name}: not there\n")
                continue
            sys.stdout.write(f"{shot.name}: {len(found)} faults\n")
            sys.stdout.flush()
            faults += found
        browser.close()
    return faults, skipped


def main() -> int:
    """Photograph and check what the YAML file lists; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pages", type=Path, nargs="?", default=ROOT / "scripts" / "screenshots.yaml")
    parser.add_argument("--base", default="")
    parser.add_argument("--state", type=Path)
    parser.add_argument("--only", action="append", default=[])
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "images")
    parser.add_argument("--check-only", action="store_true")
    options = parser.parse_args()
    settings: dict[str, Any] = yaml.safe_load(options.pages.read_text(encoding="utf-8"))
    if not AXE.exists():
        sys.exit(f"{AXE} is missing: cd frontend && npm ci")
    shots = [Shot(**page) for page in settings["pages"] if not options.only or page["name"] in options.only]
    options.out.mkdir(parents=True, exist_ok=True)
    with demonstration(options.base, options.state) as base:
        settings["base"] = base
        faults, skipped = photograph_all(shots, settings, None if options.check_only else options.out)
    total = sum(picture.stat().st_size for picture in options.out.glob("*.png"))
    if total > LARGEST_ALL:
        faults.append(f"all pictures together are {total} bytes, more than {LARGEST_ALL}")
    sys.stdout.write("".join(f"  fault: {fault}\n" for fault in faults))
    sys.stdout.write("".join(f"  not there: {reason}\n" for reason in skipped))
    sys.stdout.write(f"{len(shots)} pages, {len(skipped)} not there, {len(faults)} faults, {total / 1e6:.1f} MB\n")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.path[:0] = [str(ROOT / "src"), str(ROOT)]
    sys.exit(main())
