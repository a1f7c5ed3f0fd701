"""How accessible a live page's HTML is, by axe, where Chromium is present.

The page is a stranger's, so nothing of it is run and nothing of it loaded: the HTML that the visit
read is laid out in a window without a network, under a policy that lets only axe itself run.
So scripts and styles of the page have no part in it, and what they would add or hide is not seen.
"""

import json
import os
import re
import secrets
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.html import escape

from procurement.prototypes import git

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
SECONDS = 40.0
"""How long a browser may take, in all."""
MOST = 20
"""So many broken rules are kept by name."""
TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
POLICY = "default-src 'none'; script-src 'nonce-{}'; form-action 'none'"
AWAY = re.compile(r"<meta[^>]*refresh[^>]*>", re.IGNORECASE)
MARK = "compuerta-axe"
FOUND = re.compile(rf'<pre id="{MARK}-([0-9a-f]+)">(.*?)</pre>', re.DOTALL)
RUN = """
addEventListener("DOMContentLoaded", async () => {{
  const all = await axe.run(document, {{runOnly: {tags}}});
  const place = document.createElement("pre");
  place.id = "{mark}-{nonce}";
  place.textContent = JSON.stringify({{
    passes: all.passes.length,
    violations: all.violations.map((one) => [one.id, one.nodes.length]),
  }});
  document.documentElement.append(place);
}});
"""
OFFLINE = (
    "--headless", "--disable-gpu", "--disable-dev-shm-usage", "--disable-extensions",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--disable-breakpad", "--no-first-run", "--block-new-web-contents", "--mute-audio",
    "--host-resolver-rules=MAP * ~NOTFOUND", "--proxy-server=127.0.0.1:9",
    "--virtual-time-budget=8000", "--dump-dom",
)  # fmt: skip


def browser() -> str | None:
    """The system's Chromium, or None."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def measured(html: bytes) -> dict[str, Any]:
    """What axe finds in a page: `score` of 100, `passes`, `broken` (rule, elements); or nothing.

    The score is the part of the rules that apply to the page and are kept, in whole percent,
    half up. Nothing where there is no Chromium, no page, or the browser did not come to an end.
    """
    chromium, axe = browser(), settings.BASE_DIR / "static" / "build" / "axe.min.js"
    if chromium is None or not html.strip() or not axe.exists():
        return {}
    nonce = secrets.token_hex(16)
    with tempfile.TemporaryDirectory(dir=git.workplace()) as folder:
        page = Path(folder) / "page.html"
        page.write_bytes(dressed(html, axe.read_text(), nonce))
        said = _looked_at(chromium, page, Path(folder))
    return _read(said, nonce)


def dressed(html: bytes, axe: str, nonce: str) -> bytes:
    """The page under our policy, with axe and nothing else that may run, and no way to elsewhere.

    Ours comes first, so that nothing of the page can swallow it; attributes of the page's own
    `<html>` still count, as browsers read it.
    """
    policy = escape(POLICY.format(nonce))
    run = RUN.format(tags=json.dumps(list(TAGS)), mark=MARK, nonce=nonce)
    ours = (
        f'<!DOCTYPE html><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        f'<script nonce="{nonce}">{axe}</script><script nonce="{nonce}">{run}</script>'
    )
    return (ours + AWAY.sub("", html.decode(errors="replace"))).encode()


def _looked_at(chromium: str, page: Path, folder: Path) -> str:
    root = ["--no-sandbox"] if os.geteuid() == 0 else []  # Chromium's sandbox refuses root
    command = [chromium, *OFFLINE, *root, f"--user-data-dir={folder / 'profile'}", page.as_uri()]
    try:
        done = subprocess.run(  # noqa: S603  the system's browser, on a file of ours
            command, capture_output=True, timeout=SECONDS, check=False, cwd=folder,
            env={"PATH": os.environ.get("PATH", ""), "HOME": str(folder), "LANG": "C.UTF-8"},
        )  # fmt: skip
    except (subprocess.TimeoutExpired, OSError):
        return ""
    return done.stdout.decode(errors="replace")


def _read(said: str, nonce: str) -> dict[str, Any]:
    """What axe wrote into the page; a page that pretends to be axe does not know the nonce."""
    for key, text in FOUND.findall(said):
        if key == nonce:
            found = json.loads(text.replace("&amp;", "&").replace("&lt;", "<"))
            passes, broken = int(found["passes"]), sorted(found["violations"])
            all_of_them = passes + len(broken)
            score = (200 * passes + all_of_them) // (2 * all_of_them) if all_of_them else 0
            return {"score": score, "passes": passes, "broken": broken[:MOST]}
    return {}
