"""The whole demo portfolio, built once for the tests that look at all of it."""

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from core.models import User


@pytest.fixture(scope="module")
def _built(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        call_command("demo", verbosity=0)
        connection.check_constraints()  # once, and not again at the end of each test
        yield
        transaction.set_rollback(True)


@pytest.fixture
def demo(_built, db):
    """The demo's cast by what stands before the @, read afresh."""

    def who(local: str) -> User:
        return User.objects.get(email=f"{local}@demo.example")

    return who
