"""Everybody who may not: each tries the same act by its address, and nothing changes."""

from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client

from core.cast import CAST
from core.models import Event, User

ONLY_SENT_TO = 405
"""The answer of an address at which no page stands: forms of other pages are sent there."""
ROOMS = ("core", "projects", "vendors", "procurement", "gating")


class Everybody:
    """The whole cast at the server's door, signed in, and one who has no account.

    Whoever makes an account on the way joins them.
    """

    def __init__(self) -> None:
        self.clients = {member.local: self._client(member.email) for member in CAST}
        self.nobody = Client(headers={"accept-language": "en"})
        self.refusals = 0

    def joined_by(self, email: str) -> None:
        """Somebody who made an account of their own is one of everybody from now on."""
        self.clients[email.partition("@")[0]] = self._client(email)

    def leave_out(self, *locals_: str) -> None:
        """Do without people who hold nothing, where somebody else tries, but what these hold."""
        for local in locals_:
            del self.clients[local]

    @staticmethod
    def _client(email: str) -> Client:
        client = Client(headers={"accept-language": "en"})
        client.force_login(User.objects.get(email=email), settings.AUTHENTICATION_BACKENDS[-1])
        return client

    def refused(
        self, path: str, sent: list[tuple[str, Any]], right: Iterable[str],
        files: dict[str, tuple[str, bytes]] | None = None,
    ) -> None:  # fmt: skip
        """All but `right` open the page and send what the right person would send.

        Whoever may read the page finds no form on it; for the rest it does not exist, or they read
        why not. Nothing changes in the database.
        """
        before = state()
        found = []
        for local, client in self.clients.items():
            if local not in right:
                found += self._tried(local, client, path, self._data(sent, files))
                self.refusals += 1
        for answer in (self.nobody.get(path), self.nobody.post(path, self._data(sent, files))):
            if answer.status_code != 302 or "/accounts/login/" not in answer["Location"]:
                found.append(f"nobody: {answer.status_code}")
        assert (found, state()) == ([], before), path

    @staticmethod
    def _data(
        sent: list[tuple[str, Any]], files: dict[str, tuple[str, bytes]] | None
    ) -> dict[str, list[Any]]:
        data: dict[str, list[Any]] = {}
        for name, value in sent:
            if value is not None:
                data.setdefault(name, []).append(value)
        for name, (title, content) in (files or {}).items():
            data[name] = [SimpleUploadedFile(title, content)]
        return data

    def _tried(self, local: str, client: Client, path: str, data: Any) -> Iterable[str]:
        looked, tried = client.get(path), client.post(path, data)
        if looked.status_code == 200:
            if b'method="post"' in main_of(looked.content):
                yield f"{local} GET: the form is there"
        elif not says_no(looked) and looked.status_code != ONLY_SENT_TO:
            yield f"{local} GET: {looked.status_code}"
        if not says_no(tried):
            yield f"{local} POST: {tried.status_code}"


def main_of(content: bytes) -> bytes:
    """The part of a page that is not the same on every page."""
    return content.partition(b"<main")[2].partition(b"</main>")[0]


def says_no(answer: Any) -> bool:
    """It does not exist for this person, or they read the sentence why they may not."""
    if answer.status_code == 403:
        return b'class="govuk-inset-text"' in main_of(answer.content)
    return bool(answer.status_code == 404)


def state() -> dict[str, int]:
    """How many rows each table of ours has, and the number of the last event: one statement."""
    ours = [model._meta for room in ROOMS for model in apps.get_app_config(room).get_models()]
    tables = sorted({meta.db_table for meta in ours})
    count = "SELECT '{0}', COUNT(*) FROM {0}"
    last = f"SELECT 'last event', COALESCE(MAX(id), 0) FROM {Event._meta.db_table}"
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join([*(count.format(table) for table in tables), last]))
        return dict(cursor.fetchall())
