"""What the database may not hold: read when the server or the worker starts."""

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connection

DEMO_ADDRESSES = "@demo.example"


def refuse_demo_data() -> None:
    """Raise ImproperlyConfigured where production meets accounts whose password is public."""
    if not settings.PRODUCTION:
        return
    try:
        cast = get_user_model().objects.filter(email__endswith=DEMO_ADDRESSES, is_active=True)
        found = cast.exists()
    except DatabaseError as error:
        reason = str(error).strip().splitlines()[0]
        raise ImproperlyConfigured(
            f"DATABASE_URL names a database that is not ready ({reason}); "
            "check the address and run `manage.py migrate`."
        ) from error
    finally:
        connection.close()
    if found:
        raise ImproperlyConfigured(
            "DATABASE_URL names a demo database, whose passwords are public; "
            "production needs a database of its own."
        )
