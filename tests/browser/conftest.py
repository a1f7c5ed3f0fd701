"""A real Chromium against a real server."""

import os

import pytest
from playwright.sync_api import sync_playwright

from tests.conftest import CHROMIUM


@pytest.fixture(scope="session")
def chromium():
    """The system's browser, started once."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright's loop sleeps while tests run
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        yield browser
        browser.close()


@pytest.fixture
def page(chromium, live_server):
    """A fresh window that speaks Spanish, at the address of the server."""
    context = chromium.new_context(base_url=live_server.url, locale="es-MX")
    context.set_default_timeout(15_000)
    yield context.new_page()
    context.close()
