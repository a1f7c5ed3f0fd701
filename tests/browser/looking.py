"""What is wrong with a page in a browser: what axe finds, and what runs off its side."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

WIDE, NARROW = 1200, 360
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
    """What is wider than a window of so many pixels."""
    page.set_viewport_size({"width": width, "height": 900})
    wide = page.evaluate(OFF_THE_SIDE)
    return [f"at {width} px: {wide}"] if wide else []
