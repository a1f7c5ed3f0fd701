"""Production and the accounts of the demo never meet."""

import pytest
from django.contrib.auth import get_user_model
from django.core.exceptions import ImproperlyConfigured

from config.guard import refuse_demo_data

pytestmark = pytest.mark.django_db(transaction=True)


def test_production_refuses_a_demo_database(settings):
    get_user_model().objects.create_user("chair@demo.example", name="Chair")
    refuse_demo_data()
    settings.PRODUCTION = True
    with pytest.raises(ImproperlyConfigured, match="names a demo database"):
        refuse_demo_data()


def test_production_takes_a_database_of_its_own(settings):
    get_user_model().objects.create_user("chair@ministry.example", name="Chair")
    settings.PRODUCTION = True
    refuse_demo_data()
