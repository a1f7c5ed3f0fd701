"""The last minute: many vendors seal bids through two gunicorn workers while the deadline passes.

    python bench/lastminute.py [VENDORS] [DATABASE_URL]

300 vendors on PostgreSQL by default (BENCH_POSTGRES names the server), 40 on SQLite. Every vendor
has a draft with a git bundle, and presses the button at a moment of the last seconds or the first
after them. Afterwards the bids are opened: each receipt that was issued has its bid, none carries a
moment after the deadline, no vendor has two. Prints one JSON document; ends with 1 if that fails.
"""

import http.client
import json
import os
import random
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import urlencode

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
DEFAULT = os.environ.get("BENCH_POSTGRES", "postgres://postgres@127.0.0.1:5432/compuerta_bench")
SECONDS, AFTER = 20.0, 4.0
"""Over how many seconds the vendors come, and how many of them lie behind the deadline."""
WORKERS, THREADS = 2, 4
TOKEN = "t" * 32

if __name__ == "__main__":
    os.environ["DATABASE_URL"] = sys.argv[2] if len(sys.argv) > 2 else DEFAULT
    os.environ |= {"COMPUERTA_MODE": "test", "DJANGO_SETTINGS_MODULE": "config.settings",
                   "MEDIA": tempfile.mkdtemp(prefix="compuerta-lastminute-")}  # fmt: skip

import django  # noqa: E402

django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client, override_settings  # noqa: E402

from bench.run import fresh_postgresql  # noqa: E402
from core import clock, outbox  # noqa: E402
from procurement import receipts, slots  # noqa: E402
from procurement.models import Bid, Competition, LateAttempt  # noqa: E402
from tests.factories import bids, competitions, custody, frameworks, people  # noqa: E402


class Vendor:
    """One vendor with a draft and a browser that is signed in."""

    def __init__(self, row: Competition, vendor: Any, number: int) -> None:
        by = frameworks.manager_of(vendor)
        bids.drafted(row, vendor, number, by)
        browser = Client()
        browser.force_login(by)
        session = browser.cookies[settings.SESSION_COOKIE_NAME].value
        self.key = vendor.pk
        self.path = f"/procurement/competitions/{row.ref}/bid/{vendor.ref}/seal/"
        self.headers = {
            "Cookie": f"{settings.SESSION_COOKIE_NAME}={session}; csrftoken={TOKEN}",
            "Content-Type": "application/x-www-form-urlencoded", "Host": "localhost",
        }  # fmt: skip
        self.answer, self.latency = "", 0.0

    def press(self, port: int, at: float) -> None:
        """Wait for one's moment, press the button, keep the page."""
        time.sleep(max(at - time.monotonic(), 0))
        begun = time.monotonic()
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        line.request("POST", self.path, urlencode({"csrfmiddlewaretoken": TOKEN}), self.headers)
        self.answer = line.getresponse().read().decode()
        self.latency = time.monotonic() - begun
        line.close()

    def receipt(self) -> receipts.Receipt | None:
        """The receipt on the page, if there is one."""
        for word in self.answer.replace("<", " <").replace(">", "> ").split():
            found = receipts.read(word) if len(word) > 100 and "-" in word else None
            if found is not None:
                return found
        return None


def tables() -> None:
    """Every table, without the road of the migrations, which is measured elsewhere."""
    rooms = {app.rpartition(".")[2]: None for app in settings.INSTALLED_APPS}
    with override_settings(MIGRATION_MODULES=rooms):
        call_command("migrate", run_syncdb=True, verbosity=0)


def serve(port: int) -> subprocess.Popen:
    """Two workers of gunicorn; returns when they answer."""
    command = [sys.executable, "-m", "gunicorn", "config.wsgi", "-w", str(WORKERS), "--threads",
               str(THREADS), "-b", f"127.0.0.1:{port}", "--log-level", "error"]  # fmt: skip
    server = subprocess.Popen(command, cwd=ROOT)
    for _try in range(300):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.1)
    for _warm in range(WORKERS * THREADS * 2):
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        line.request("GET", "/receipts/", headers={"Host": "localhost"})
        line.getresponse().read()
        line.close()
    return server


def free_port() -> int:
    with socket.socket() as place:
        place.bind(("127.0.0.1", 0))
        return int(place.getsockname()[1])


def rush(row: Competition, vendors: list[Vendor]) -> None:
    """Everybody presses at a moment of their own, while the deadline passes."""
    port, dice = free_port(), random.Random(7)
    server = serve(port)
    try:
        closes = clock.now() + timedelta(seconds=SECONDS - AFTER + 1)
        Competition.objects.filter(pk=row.pk).update(closes_at=closes)
        begin = time.monotonic() + 1
        lines = [
            threading.Thread(target=one.press, args=(port, begin + dice.uniform(0, SECONDS)))
            for one in vendors
        ]
        for line in lines:
            line.start()
        for line in lines:
            line.join()
    finally:
        server.terminate()
        server.wait()


def sentence(page: str) -> str:
    """What a page says instead of a receipt."""
    text = re.sub(r"<[^>]+>", " ", page.partition("<main")[2] or page)
    return " ".join(text.split())[:300]


def wrong(row: Competition, vendors: list[Vendor]) -> list[str]:
    """What is not as it must be: nothing, it is hoped."""
    issued = {one.key: one.receipt() for one in vendors}
    given = {key: receipt for key, receipt in issued.items() if receipt is not None}
    found = [f"receipt after the deadline: {one}" for one in given.values()
             if one.at > row.closes_at]  # fmt: skip
    standing = {bid.vendor_id: bid for bid in Bid.objects.filter(competition=row)}
    found += [f"vendor {key} has a receipt and no bid" for key in given.keys() - standing.keys()]
    found += [f"vendor {key} has a bid without receipt" for key in standing.keys() - given.keys()]
    found += [f"vendor {key}: another bid than its receipt says" for key, one in given.items()
              if key in standing and standing[key].digest != one.digest]  # fmt: skip
    late = LateAttempt.objects.filter(competition=row).count()
    refused = [one for one in vendors if issued[one.key] is None]
    if late != len(refused):
        found.append(f"{len(refused)} were refused, {late} stand in the register")
    found += [f"vendor {one.key}: {sentence(one.answer)}" for one in refused
              if "Demasiado tarde" not in one.answer and "Too late" not in one.answer]  # fmt: skip
    return found


def main() -> int:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    if connection.vendor == "postgresql" and not fresh_postgresql(os.environ["DATABASE_URL"]):
        print("PostgreSQL does not answer.", file=sys.stderr)
        return 1
    tables()
    cast = people.cast()
    competitions.lot(cast, members=count)
    begun = time.monotonic()
    row = competitions.published(cast, sealing="server")
    while outbox.drain():
        pass
    made = time.monotonic() - begun
    vendors = [Vendor(row, vendor, number)
               for number, vendor in enumerate(competitions.vendors(cast))]  # fmt: skip
    connection.close()
    rush(row, vendors)
    row.refresh_from_db()
    with competitions.after_deadline(row):
        custody.opened(cast, competitions.fresh(row), competitions.officer2(cast))
    faults = wrong(competitions.fresh(row), vendors)
    print(json.dumps(told(row, vendors, made, faults), indent=1))
    return 1 if faults else 0


def told(row: Competition, vendors: list[Vendor], made: float, faults: list[str]) -> dict[str, Any]:
    """The figures of the run."""
    waits = sorted(one.latency for one in vendors)
    sealed = Bid.objects.filter(competition=row).count()
    return {
        "database": connection.vendor, "vendors": len(vendors), "over_seconds": SECONDS,
        "sealed": sealed, "late": LateAttempt.objects.filter(competition=row).count(),
        "median_ms": round(median(waits) * 1000),
        "p95_ms": round(waits[len(waits) * 95 // 100] * 1000),
        "longest_ms": round(waits[-1] * 1000), "slots_made_in_s": round(made, 1),
        "pages_per_slot": slots.FIRST_FILE + slots.file_pages(), "wrong": faults,
    }  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
