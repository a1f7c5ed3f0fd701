"""What every test stands on: a real database, a fixed cast, a browser where there is one."""

import os
from pathlib import Path

import pytest
from django.test import TransactionTestCase
from django.utils import translation

from procurement.prototypes import accessibility
from tests import emptying, stock
from tests.factories import people

BROWSER = Path(__file__).parent / "browser"
CHROMIUM = accessibility.browser()
NO_CHROMIUM = "browser tests were left out: no Chromium was found"


def pytest_configure() -> None:
    TransactionTestCase._fixture_teardown = lambda _self: emptying.empty()
    if not CHROMIUM and os.environ.get("CI"):
        raise pytest.UsageError(f"{NO_CHROMIUM}, and CI is set")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Browser tests begin first: they are the longest, and the last to end would be waited for.

    Without Chromium they are left out, and one line says so.
    """
    browser = [item for item in items if "chromium" in getattr(item, "fixturenames", ())]
    for item in browser:
        item.add_marker("browser")
    if browser and not CHROMIUM:
        items[:] = [item for item in items if item not in browser]
        config.hook.pytest_deselected(items=browser)
    items.sort(key=lambda item: BROWSER not in item.path.parents)


def pytest_terminal_summary(terminalreporter) -> None:
    if not CHROMIUM:
        terminalreporter.write_line(NO_CHROMIUM, yellow=True)


@pytest.fixture(autouse=True)
def _stock(request: pytest.FixtureRequest):
    """What many tests begin with is made once, except for those that commit or change settings."""
    marker = request.node.get_closest_marker("django_db")
    commits = marker and (marker.args or marker.kwargs.get("transaction"))
    if commits or stock.UNFIT & _asked_for(request):
        yield
    else:
        with stock.at_hand():
            yield


def _asked_for(request: pytest.FixtureRequest) -> set[str]:
    """The fixtures that a test or one of ours asks for; `monkeypatch` alone is there anyway."""
    found = request.node._fixtureinfo
    ours = [one for several in found.name2fixturedefs.values() for one in several
            if one.func.__module__.startswith("tests")]  # fmt: skip
    named = set(found.argnames).union(*(one.argnames for one in ours))
    return named | (set(request.fixturenames) - {"monkeypatch"})


@pytest.fixture
def cast(db):
    """Everybody: `cast.manager`, `cast.owner`, … as on the demo's sign-in page."""
    return people.cast()


@pytest.fixture(autouse=True)
def _in_english():
    """Sentences are compared in the language they are written in; pages choose their own."""
    with translation.override("en"):
        yield
