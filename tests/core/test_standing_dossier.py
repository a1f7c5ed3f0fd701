"""A case that is one of its kind is opened once, by whoever asks for it first."""

import pytest

from core import history
from core.models import Dossier
from tests.factories.threads import at_once

THREADS = 8


@pytest.mark.django_db
def test_it_is_opened_the_first_time_it_is_asked_for():
    made = history.standing_dossier("settings", "limits")
    assert history.standing_dossier("settings", "limits") == made
    assert (made.kind, Dossier.objects.filter(ref="limits").count()) == ("settings", 1)


@pytest.mark.django_db(transaction=True)
def test_many_who_ask_at_once_get_the_same_one():
    found = at_once(lambda _n: history.standing_dossier("settings", "limits").pk, THREADS)
    assert (len(found), len(set(found))) == (THREADS, 1)
