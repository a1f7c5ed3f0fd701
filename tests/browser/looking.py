"""What is wrong with a page in a browser: what axe finds, and what runs off its side."""

import os

from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
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


def window(chromium, url: str, person, look: tuple[str, str, int]):
    """A page of this person, or of somebody without an account, in a language and a light."""
    language, scheme, width = look
    context = chromium.new_context(base_url=url, color_scheme=scheme)
    values = {settings.LANGUAGE_COOKIE_NAME: language}
    if person is not None:
        client = Client()
        client.force_login(person, settings.AUTHENTICATION_BACKENDS[-1])
        values[settings.SESSION_COOKIE_NAME] = client.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": key, "value": value, "url": url}
                         for key, value in values.items()])  # fmt: skip
    page = context.new_page()
    page.set_viewport_size({"width": width, "height": 900})
    return context, page


def faults(chromium, url: str, addresses, look: tuple[str, str, int]) -> list[str]:
    """What is wrong with pages, each with the person who looks at it: how it answers, what runs off
    its side, what axe finds, what the console says."""
    found = []
    for person, path in addresses:
        context, page = window(chromium, url, person, look)
        heard: list[str] = []
        page.on("console", lambda message, heard=heard: heard.append(message.text))
        answer = page.goto(path)
        wrong = [] if answer.status == 200 else [f"HTTP {answer.status}"]
        wrong += off_the_side(page, look[2]) + violations(page) + heard
        found += [f"{path} ({look[0]}, {person}): {line}" for line in wrong]
        context.close()
    return found
