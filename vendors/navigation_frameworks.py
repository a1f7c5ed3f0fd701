"""What frameworks put into the header."""

from django.utils.translation import gettext_lazy as _

from core import navigation

navigation.register(63, _("Frameworks"), "vendors:framework_list")
