"""A receipt on paper: what its page says, as a PDF, signed where a certificate is set."""

from typing import Any

from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from core import notices, pdf, pdf_signing
from procurement import receipts
from procurement.receipts import Receipt


def act_told(act: str) -> str:
    """What was done, as a sentence."""
    return {
        "seal": _("A bid was sealed."),
        "withdraw": _("The bid was withdrawn."),
        "reconfirm": _("The bid was confirmed after a change of the competition."),
        "redeliver": _("What had been sealed was delivered again."),
    }[act]


def moment(receipt: Receipt, competition: Any) -> str:
    """The moment to the microsecond, with the zone of the institution, and in UTC."""
    local = competition.local(receipt.at)
    return f"{local:%Y-%m-%d %H:%M:%S.%f %Z} ({receipt.at:%Y-%m-%dT%H:%M:%S.%fZ})"


def facts(receipt: Receipt, competition: Any, vendor: Any) -> list[tuple[str, str]]:
    """What a receipt says, label by label."""
    return [
        (_("Competition"), competition.title_for_people()),
        (_("Vendor"), vendor.title_for_people()),
        (_("What was done"), act_told(receipt.act)),
        (_("When, by the database's clock"), moment(receipt, competition)),
        (_("Hash of the bid, salted (SHA-256)"), receipt.digest),
        (_("Code of the receipt"), receipts.code(receipt)),
    ]


def check_url() -> str:
    """Where anybody who holds a receipt checks it."""
    return notices.absolute(reverse("procurement:receipt_check"))


def paper(receipt: Receipt, competition: Any, vendor: Any, language: str) -> bytes:
    """The receipt as a PDF in a language; signed where a certificate is set."""
    with translation.override(language):
        title = _("Receipt of a sealed bid")
        items = [
            ("h1", title),
            ("facts", facts(receipt, competition, vendor)),
            ("p", _("The salt of the hash is in the bidder's own copy of the bid. Whoever holds "
                    "this receipt can check its code; the check tells nothing about bids.")),
        ]  # fmt: skip
        footer = f"{competition.ref} · {vendor.ref}"
        made = pdf.build(title, items, language=language, check_url=check_url(), footer=footer)
        return pdf_signing.sign(made, reason=title)
