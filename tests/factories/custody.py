"""Keys of competitions as tests need them: made, shown, confirmed and rehearsed."""

from core.steps import perform
from procurement import keys, sittings
from procurement.models import Competition
from procurement.models.sealing import Custodian, Part
from tests.stock import stocked

CUSTODIANS = ("secretariat", "auditor", "preparer", "authoriser", "admin")
_words: dict[str, dict[str, dict[str, str]]] = {}
"""What custodians wrote down, by public key of the technical part and their e-mail address."""


@stocked
def made(cast, row: Competition, names=CUSTODIANS) -> Competition:
    """Keys are made; where custodians hold them, nobody has seen a share yet."""
    named = [(getattr(cast, name), f"Office {name}") for name in names]
    keys.make(row, named if row.sealing == "shares" else (), by=cast.officer)
    return row


@stocked
def handed_out(cast, row: Competition, names=CUSTODIANS) -> Competition:
    """Every custodian has seen and confirmed both shares."""
    made(cast, row, names)
    for custodian in keys.custodians_of(row):
        words = keys.show(custodian, by=custodian.user)
        _kept(row)[custodian.user.email] = words
        keys.confirm(custodian, words, by=custodian.user)
    return row


@stocked
def ready(cast, row: Competition, names=CUSTODIANS) -> Competition:
    """Keys with which a competition may be published."""
    if row.sealing == "server":
        return made(cast, row)
    handed_out(cast, row, names)
    sittings.begin_rehearsal(row, by=cast.officer)
    enter(row, keys.of(row)[Part.TECHNICAL].threshold)
    return row


def _kept(row: Competition) -> dict[str, dict[str, str]]:
    return _words.setdefault(keys.of(row)[Part.TECHNICAL].public, {})


def words_of(row: Competition, user) -> dict[str, str]:
    """What a custodian wrote down."""
    return _kept(row)[user.email]


def enter(row: Competition, count: int = 3) -> None:
    """So many custodians enter their shares in the sitting that is held, if shares are needed."""
    if row.sealing == "shares":
        rows = Custodian.objects.filter(competition=row, ended_at=None).select_related("user")
        for custodian in rows[:count]:
            sittings.enter(row, words_of(row, custodian.user), by=custodian.user)


@stocked
def opened(cast, row: Competition, second) -> Competition:
    """The bids are opened, after the deadline, by `cast.officer` and the second officer."""
    row = perform(row, "begin_opening", by=cast.officer)
    enter(row)
    return perform(row, "open", by=second)


@stocked
def prices_opened(cast, row: Competition, second) -> Competition:
    """The prices are opened, when consensus and interviews allow it."""
    row = perform(row, "begin_price_opening", by=cast.officer)
    enter(row)
    return perform(row, "open_price", by=second)
