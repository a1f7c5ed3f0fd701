"""Opened bids with prototypes, for tests of what is found in them."""

import hashlib

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from core import clock
from core.models import Blob, Document
from core.steps import create
from procurement.models import Bid, BidFile, Competition
from tests.factories import competitions, vendors
from tests.stock import stocked


@stocked
def opened(cast, state: str = "opened") -> Competition:
    """A competition whose bids were opened, whatever is in them."""
    row = competitions.published(cast)
    Competition.objects.filter(pk=row.pk).update(state=state)
    return competitions.fresh(row)


@stocked
def bid(cast, row: Competition, *, name: str = "Uno, S.A.", bundle=None, alias: str = "Ámbar",
        **prototype) -> Bid:  # fmt: skip
    """A bid of a vendor, with its prototype as the bid named it."""
    made = create(
        Bid(competition=row, vendor=vendors.vendor(cast, name), alias=alias,
            content={"prototype": prototype}, salt="0" * 64, digest=name.encode().hex()[:64],
            technical_digest="", price_digest="", sealed_at=clock.now(), sealed_by=cast.officer,
            version=1),
        by=cast.officer,
    )  # fmt: skip
    if bundle is not None:
        attach(cast, made, bundle.read_bytes())
    return made


@stocked
def attach(cast, made: Bid, content: bytes) -> None:
    """The bundle that came with a bid."""
    path = default_storage.save("documents/test/bundle", ContentFile(content))
    sha = hashlib.sha256(content).hexdigest()
    blob = Blob.objects.create(sha256=sha, size=len(content), mime="application/x-git", path=path)
    document = create(
        Document(name="prototype.bundle", blob=blob, dossier=made.dossier, uploaded_by=cast.officer,
                 uploaded_at=clock.now()),
        by=cast.officer,
    )  # fmt: skip
    BidFile.objects.create(bid=made, kind="bundle", name="prototype.bundle", size=len(content),
                           sha256=sha, document=document)  # fmt: skip
