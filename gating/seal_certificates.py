"""The certificate of a seal: a tagged PDF with a QR code, signed where the organisation can."""

from typing import Any

from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from core import pdf, pdf_signing
from core.notices import absolute
from gating.models.seal import Seal


def items(seal: Seal) -> list[tuple[Any, ...]]:
    """What the certificate says, as the items that `core.pdf` takes."""
    standard = seal.application.standard
    return [
        ("h1", _("Seal of Excellence")),
        ("p", _("The service named here reached the level named here, by the decision of the "
                "sub-commission.")),
        ("facts", [
            (_("Service"), seal.service.name), (_("Address"), seal.service.address),
            (_("Institution"), seal.service.institution.name),
            (_("Level"), str(seal.level)),
            (_("Standard"), f"{standard.title} ({standard.version})"),
            (_("Granted on"), date_format(seal.granted_on, "DATE_FORMAT")),
            (_("Valid until"), _("%(day)s, 24:00") % {
                "day": date_format(seal.valid_until, "DATE_FORMAT")}),
            (_("Code"), seal.shown_code),
        ]),
        ("p", _("This paper by itself proves nothing: a seal may be revoked, or expire. It is "
                "valid only as the public check says.")),
    ]  # fmt: skip


def as_pdf(seal: Seal, language: str) -> bytes:
    """The certificate in a language; signed where a certificate of the organisation is set."""
    with translation.override(language):
        title = _("Seal of Excellence: %(service)s") % {"service": seal.service.name}
        footer = _("Valid only as the public check says · %(code)s") % {"code": seal.shown_code}
        whole = pdf.build(title, items(seal), language=language, footer=footer,
                          check_url=absolute(seal.get_check_url()))  # fmt: skip
        reason = _("Certificate of the Seal of Excellence %(code)s") % {"code": seal.shown_code}
    return pdf_signing.sign(whole, reason=reason)
