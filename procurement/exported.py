"""What of competitions leaves the house with a case, and what only when its time has come."""

from django.utils.translation import gettext_lazy as _

from core.exporting import blank, described

described("procurement.Competition", "ref", "title", "state")
described("procurement.Criterion", "code", "title")

blank("procurement.Question", ("asked_by",),
      lambda question: question.competition.state not in ("contracted", "cancelled",
                                                          "unsuccessful"),
      _("Who asked is nobody's to know before the competition is over."))  # fmt: skip
