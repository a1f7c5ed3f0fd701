"""Measure one database: pages, a step and the import, each interleaved with its bare twin.

Run by `bench/run.py` with DATABASE_URL set; prints one JSON document.
"""

import contextlib
import csv
import io
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django  # noqa: E402

django.setup()

from django.conf import settings  # noqa: E402
from django.core.cache import cache  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client, override_settings  # noqa: E402

from bench import importing, suppliers  # noqa: E402
from core import clock, turns  # noqa: E402
from core.models import Turn  # noqa: E402
from core.steps import create  # noqa: E402
from gating.models import Gate, GateReview  # noqa: E402
from oversight.demo.company import who  # noqa: E402
from projects.models import Project, Tier  # noqa: E402

SIZES = (1_000, 10_000, 100_000)
ROUNDS, STEPS, IMPORTS = 40, 40, 3
ROWS_IMPORTED = 100_000
PAGES = {"portfolio": ("/portfolio/", "/bare/list/"), "waiting": ("/waiting/", "/bare/list/"),
         "project": ("", "/bare/list/"), "vendors": ("/vendors/", "/bare/vendors/"),
         "orders": ("/orders/", "/bare/orders/")}  # fmt: skip
"""Our page and the bare one that it is measured against."""


def times(
    pairs: Iterable[tuple[Callable[[], Any], Callable[[], Any]]],
    before: Callable[[], Any] = lambda: None,
) -> dict[str, Any]:
    """Medians, ranges (ms) and ratio of what is ours and bare, taken in turns."""
    ours: list[float] = []
    bare: list[float] = []
    for our, its in pairs:
        before()
        for found, act in ((ours, our), (bare, its)):
            begin = time.perf_counter()
            act()
            found.append((time.perf_counter() - begin) * 1000)
    return {
        "ratio": round(median(ours) / median(bare), 2),
        "ours_ms": spread(ours),
        "bare_ms": spread(bare),
    }


def spread(found: list[float]) -> dict[str, float]:
    ordered = sorted(found)
    return {
        "median": round(median(ordered), 2),
        "low": round(ordered[len(ordered) // 10], 2),
        "high": round(ordered[-len(ordered) // 10], 2),
    }


def opened(client: Client, path: str) -> Callable[[], Any]:
    def get() -> None:
        page = client.get(path)
        assert page.status_code == 200, (path, page.status_code)

    return get


def grow(size: int) -> None:
    """Bring projects, vendors and orders to that size; generated projects wait for triage."""
    suppliers.grow(size)
    missing = size - Project.objects.count()
    if missing > 0:
        call_command("demo", scale=missing, verbosity=0, stdout=io.StringIO())
    now = clock.now()
    idle = Project.objects.filter(manager=None, stage="draft", owner_accepted_at=None)
    Project.objects.filter(pk__in=idle.values("pk")).update(owner_accepted_at=now)
    known = Turn.objects.filter(target_label="projects.project").values("target_id")
    for rows in pieces(Project.objects.filter(stage="draft").exclude(pk__in=known)):
        wanted = [turn for project in rows for turn in turns.expected(project, now)]
        Turn.objects.bulk_create(wanted, batch_size=500)
    if connection.vendor == "postgresql":  # autovacuum does it there; on SQLite nobody does
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")


def pieces(queryset: Any) -> Iterable[list[Any]]:
    keys = list(queryset.values_list("pk", flat=True))
    for start in range(0, len(keys), 2000):
        chosen = Project.objects.filter(pk__in=keys[start : start + 2000])
        yield list(chosen.select_related("dossier"))


def pages() -> dict[str, Any]:
    """Our pages against the bare ones, for the person who sees most of each."""
    found: dict[str, Any] = {}
    ref = Project.objects.get(title__startswith="Gob.mx, portal").ref
    for name, (path, beside) in PAGES.items():
        client = Client()
        client.force_login(who("secretariat"))
        ours = opened(client, path or f"/projects/{ref}/")
        bare = opened(client, beside)
        for act in (ours, bare, ours, bare):
            act()
        found[name] = times([(ours, bare)] * ROUNDS)
        if name == "project":
            found["project, first view"] = times([(ours, bare)] * ROUNDS, before=cache.clear)
    return found


def step() -> dict[str, Any]:
    """One step over HTTP, its lock, history, turns and outbox included, against the bare one."""
    manager, client = who("manager"), Client()
    client.force_login(manager)
    gate, tier = Gate.objects.get(code="G1"), Tier.objects.get(code="medium")
    chosen = Project.objects.filter(stage="draft", manager=None).order_by("-pk")[: STEPS + 2]
    Project.objects.filter(pk__in=list(chosen.values_list("pk", flat=True))).update(manager=manager)
    drafts = Project.objects.filter(stage="draft", manager=manager, owner=None)
    reviews = [
        create(GateReview(project=project, gate=gate, tier=tier, planned_by=manager,
                          planned_at=clock.now()), by=manager)
        for project in drafts.select_related("dossier").order_by("-pk")[: STEPS + 2]
    ]  # fmt: skip
    pairs = [(posted(client, f"/reviews/{review.pk}/do/begin/"),
              posted(client, f"/bare/step/{review.project.dossier_id}/"))
             for review in reviews]  # fmt: skip
    for our, bare in pairs[:2]:
        our()
        bare()
    return times(pairs[2:])


def posted(client: Client, path: str) -> Callable[[], Any]:
    def post() -> None:
        page = client.post(path, {"seen": ""})
        assert page.status_code == 302, (path, page.status_code)

    return post


def imports() -> dict[str, Any]:
    """The import of a file against reading it with pandas and inserting its rows in bulk."""
    with tempfile.TemporaryDirectory() as folder:
        files = [written(Path(folder) / f"{n}.csv", f"{time.time_ns()}-{n}")
                 for n in range(IMPORTS)]  # fmt: skip
        with importing.bare_table():
            return times([(lambda f=f: taken_in(f), lambda f=f: importing.bare_import(f))
                          for f in files])  # fmt: skip


def written(path: Path, prefix: str) -> Path:
    """A file of the generic mapping with so many projects."""
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(importing.COLUMNS)
        for n in range(ROWS_IMPORTED):
            rows.writerow([
                f"{prefix}-{n}", f"Sistema de archivo {n}", f"El archivo {n} se lleva en papel.",
                f"I{n % 40}", f"Institución {n % 40}", "MXN", f"{n % 9000 + 100}000.50",
                date(2025, n % 12 + 1, n % 28 + 1), date(2027, n % 12 + 1, n % 28 + 1),
            ])  # fmt: skip
    return path


def taken_in(path: Path) -> None:
    with contextlib.redirect_stdout(io.StringIO()) as out:
        call_command("import_portfolio", str(path), mapping="generic", stdout=out)
    assert f"created={ROWS_IMPORTED} " in out.getvalue(), out.getvalue()[-300:]


def main() -> None:
    """Grow, measure, and say it in JSON."""
    call_command("migrate", verbosity=0)
    call_command("demo", verbosity=0, stdout=io.StringIO())
    found: dict[str, Any] = {"vendor": connection.vendor, "pages": {}}
    with override_settings(ROOT_URLCONF="bench.bare", ALLOWED_HOSTS=[*settings.ALLOWED_HOSTS, "*"]):
        for size in SIZES:
            grow(size)
            found["pages"][str(size)] = pages()
            print(f"{connection.vendor} {size}: {found['pages'][str(size)]}", file=sys.stderr)
        small, large = (found["pages"][str(size)] for size in (SIZES[0], SIZES[-1]))
        found["growth"] = {
            name: round(large[name]["ours_ms"]["median"] / small[name]["ours_ms"]["median"], 2)
            for name in small
        }
        found["step"] = step()
        print(f"{connection.vendor} step: {found['step']}", file=sys.stderr)
        found["import"] = imports()
        print(f"{connection.vendor} import: {found['import']}", file=sys.stderr)
    print(json.dumps(found))


if __name__ == "__main__":
    main()
