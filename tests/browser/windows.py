"""People at their browsers: each with a window of their own, signed in at the door."""

import time
from dataclasses import dataclass
from typing import Any

from allauth.mfa.totp.internal import auth as totp
from django.conf import settings
from playwright.sync_api import Browser, Locator

from core.cast import DEMO_DOMAIN, DEMO_PASSWORD

SENT = """(button) => [...new FormData(button.form, button)].map(
    ([name, value]) => [name, typeof value === "string" ? value : null])"""
SENT_TO = """(button) => {
    const found = new URL(button.form.getAttribute("action") || location.href, location.href);
    return found.pathname + found.search;
}"""
SUBMIT = "main form[method=post] button[type=submit]"
LOOK = (settings.LANGUAGE_CODE, "light")
"""The language and the light in which pages are shown, where a test says nothing else."""


@dataclass(frozen=True)
class Account:
    """With what somebody signs in: an address and a password."""

    email: str
    password: str = DEMO_PASSWORD

    @property
    def local(self) -> str:
        """What stands before the @."""
        return self.email.partition("@")[0]


class Window:
    """The window of one person; what its pages complain about is kept."""

    def __init__(
        self, chromium: Browser, url: str, account: Account, look: tuple[str, str] = LOOK
    ) -> None:
        self.account, self.local, self.secret = account, account.local, ""
        language, scheme = look
        self.context = chromium.new_context(base_url=url, locale="es-MX", color_scheme=scheme)
        if language != settings.LANGUAGE_CODE:
            name = settings.LANGUAGE_COOKIE_NAME
            self.context.add_cookies([{"name": name, "value": language, "url": url}])
        self.context.set_default_timeout(15_000)
        self.page = self.context.new_page()
        self.complaints: list[str] = []
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _heard(self, message: Any) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(f"{self.page.url}: {message.text}")

    # The door

    def sign_in(self) -> None:
        """By the form: address, password, and the second factor of who has one."""
        self.page.goto("/accounts/login/")
        self.fill({"login": self.account.email, "password": self.account.password})
        self.press(".c-entrance form button[type=submit]")
        if self.secret:
            assert "/accounts/2fa/authenticate/" in self.page.url
            self.fill({"code": self.code})
            self.press(SUBMIT)
        assert self.page.url.endswith("/"), self.page.url

    def sign_out(self) -> None:
        """By the button in the header."""
        self.press("form[action='/accounts/logout/'] button")
        self.page.goto("/")
        assert "/accounts/login/" in self.page.url

    def enrol(self, start: str = "/accounts/2fa/") -> None:
        """Turn on the second factor with a key that an authenticator app would read."""
        self.go(start).follow("/accounts/2fa/totp/activate/")
        self.fill({"password": self.account.password})  # once more, before the door changes
        self.press(SUBMIT)
        self.secret = self.page.locator(".c-secret").inner_text().strip()
        self.fill({"code": self.code})
        self.press(SUBMIT)
        assert "/accounts/2fa/" in self.page.url

    @property
    def code(self) -> str:
        """The six digits that an authenticator app shows now."""
        return totp.format_hotp_value(totp.hotp_value(self.secret, int(time.time()) // 30))

    # Moving

    def go(self, path: str) -> "Window":
        """Open an address of ours, which answers."""
        answer = self.page.goto(path)
        assert answer is not None and answer.status == 200, f"{self.local} {path}: {answer}"
        return self

    def follow(self, path: str) -> "Window":
        """Press the link on the page that leads there."""
        link = self.page.locator(f'main a[href="{path}"]').first
        if not link.count():
            raise AssertionError(f"{self.local}: no link to {path} on {self.page.url}:\n"
                                 f"{self.text}")  # fmt: skip
        with self.page.expect_navigation() as found:
            link.click()
        assert found.value is not None and found.value.status == 200, f"{path}: {found.value}"
        return self

    def refused(self, path: str) -> str:
        """What the page says at an address that is not for this person: no form, and why."""
        status = self.status_at(path)
        assert status in (403, 404), f"{self.local} {path}: {status}"
        assert self.page.locator("main form").count() == 0
        return self.text

    def status_at(self, path: str) -> int:
        """How an address answers that need not be for this person."""
        answer = self.page.goto(path)
        self.complaints = [line for line in self.complaints if "Failed to load" not in line]
        return answer.status if answer else 0

    @property
    def text(self) -> str:
        """What the page says."""
        return self.page.locator("main").inner_text()

    # Forms

    def fill(self, values: dict[str, Any]) -> None:
        """Fill fields by their names: typed, ticked, chosen, or a file from the disk."""
        for name, value in values.items():
            self._fill(self.page.locator(f'main [name="{name}"]:not([type=hidden])'), value)

    @staticmethod
    def _fill(fields: Locator, value: Any) -> None:
        if not fields.count():
            raise AssertionError(f"no field {fields}")
        first = fields.first
        kind = first.evaluate("field => field.type")
        if kind in ("radio", "checkbox"):
            for one in value if isinstance(value, list) else [value]:
                wanted = fields if one is True else fields.and_(
                    fields.page.locator(f'[value="{one}"]')
                )  # fmt: skip
                wanted.first.check()
        elif kind.startswith("select"):
            first.select_option(str(value))
        elif kind == "file":
            first.set_input_files(value)
        else:
            first.fill(str(value))

    def would_send(self, button: str) -> list[tuple[str, Any]]:
        """Names and values that pressing the button would send; None for a file."""
        return [tuple(pair) for pair in self.page.locator(button).first.evaluate(SENT)]

    @property
    def saves_itself(self) -> bool:
        """Whether the page keeps what is typed before any button is pressed."""
        return self.page.locator("main form[data-autosave]").count() > 0

    def would_send_to(self, button: str) -> str:
        """The address to which pressing the button would send."""
        return str(self.page.locator(button).first.evaluate(SENT_TO))

    def press(self, button: str) -> None:
        """Press a button that sends a form, and see that nothing is wrong with it."""
        with self.page.expect_navigation() as found:
            self.page.locator(button).first.click()
        wrong = self.page.locator(".govuk-error-summary")
        said = wrong.first.inner_text() if wrong.count() else ""
        status = found.value.status if found.value else 0
        assert (status, said) == (200, ""), f"{self.local} {self.page.url}: {status} {said}"


class Windows:
    """The windows of all, opened and signed in when first used."""

    def __init__(self, chromium: Browser, url: str, look: tuple[str, str] = LOOK) -> None:
        self.chromium, self.url, self.look = chromium, url, look
        self.open: dict[str, Window] = {}

    def _window(self, account: Account) -> Window:
        """A new window, in which nobody has signed in yet."""
        self.open[account.local] = Window(self.chromium, self.url, account, self.look)
        return self.open[account.local]

    def __getitem__(self, local: str) -> Window:
        if local not in self.open:
            self._window(Account(f"{local}@{DEMO_DOMAIN}")).sign_in()
        return self.open[local]

    def newcomer_at(self, account: Account, path: str) -> Window:
        """The window of somebody who has no account yet, and will make this one, at an address."""
        return self._window(account).go(path)

    def stranger_at(self, path: str) -> Window:
        """A window of somebody who has not signed in, at an address."""
        window = self.open.get("") or self._window(Account(""))
        return window.go(path)

    @property
    def complaints(self) -> list[str]:
        """What pages complained about, errors of our content policy among it."""
        return [line for window in self.open.values() for line in window.complaints]

    def close(self) -> None:
        for window in self.open.values():
            window.context.close()
