"""A real Chromium against a real server; the whole demo, built once for all that looks at it."""

import os

import pytest
from django.core.management import call_command
from playwright.sync_api import sync_playwright

from core.models import User
from oversight.demo import company
from tests import emptying
from tests.browser.windows import Windows
from tests.browser.wrong_people import Everybody
from tests.conftest import CHROMIUM

ARGUMENTS = [
    "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


@pytest.fixture(scope="session")
def chromium():
    """The system's browser, started once."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright's loop sleeps while tests run
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def page(chromium, live_server):
    """A fresh window that speaks Spanish, at the address of the server."""
    context = chromium.new_context(base_url=live_server.url, locale="es-MX")
    context.set_default_timeout(15_000)
    yield context.new_page()
    context.close()


@pytest.fixture
def staff(transactional_db):
    """The cast with passwords and roles, standards at their gates, boards with their seats."""
    company.assemble()


@pytest.fixture
def windows(chromium, live_server, staff):
    """A window for each person, who signs in at the door the first time it is used."""
    opened = Windows(chromium, live_server.url)
    yield opened
    opened.close()


@pytest.fixture
def everybody(staff, caplog):
    """Everyone of the cast and somebody without an account, to try what they may not do."""
    caplog.set_level("ERROR", "django.request")  # a thousand refusals are what is expected
    return Everybody()


@pytest.fixture(scope="module")
def built(django_db_setup, django_db_blocker):
    """The demo portfolio, committed until the last test of the module."""
    with django_db_blocker.unblock():
        call_command("demo", verbosity=0)
        yield
        emptying.empty()


@pytest.fixture
def demo(built, db):
    """The demo's cast by what stands before the @, read afresh."""

    def who(local: str) -> User:
        return User.objects.get(email=f"{local}@demo.example")

    return who
