"""What is wrong with a page in a browser: what axe finds, and what runs off its side."""

import os

from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from playwright.sync_api import Page

WIDE, NARROW = 1200, 360
EVERY_LOOK = {"sqlite3": ("es", "light", WIDE), "postgresql": ("en", "dark", NARROW)}
LOOKS = tuple(look for engine, look in EVERY_LOOK.items() if not os.environ.get("CI")
              or settings.DATABASES["default"]["ENGINE"].endswith(engine))  # fmt: skip
"""Language, light and width in which pages are looked at. Where the tests run twice, on SQLite and
on PostgreSQL (CI), each run looks in one of the two: what a browser shows does not depend on it."""
RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}
OFF_THE_SIDE = """() => {
    const root = document.documentElement;
    if (root.scrollWidth <= root.clientWidth) return "";
    const wide = [...document.body.querySelectorAll("*")].filter(
        (one) => one.getBoundingClientRect().right > root.clientWidth + 1);
    return `${root.scrollWidth} wide: ` + wide.slice(0, 3).map(
        (one) => one.outerHTML.slice(0, 120)).join(" | ");
}"""
axe = Axe()


def violations(page: Page) -> list[str]:
    """What axe finds against WCAG 2.2 AA and good practice: the rule and the first places."""
    found = axe.run(page, options=RULES).response["violations"]
    return [
        f"{rule['id']}: " + "; ".join(_place(node) for node in rule["nodes"][:3]) for rule in found
    ]


def _place(node: dict) -> str:
    said = [check["message"] for check in (*node["any"], *node["all"], *node["none"])]
    return f"{node['target'][0]} {node['html'][:160]} ({'; '.join(said)[:200]})"


def off_the_side(page: Page, width: int) -> list[str]:
    """What is wider than a window of so many pixels, once the page is all there."""
    page.wait_for_load_state()
    page.set_viewport_size({"width": width, "height": 900})
    wide = page.evaluate(OFF_THE_SIDE)
    return [f"at {width} px: {wide}"] if wide else []
