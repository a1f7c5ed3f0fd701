"""Signing PDF documents with the organisation's certificate, where one is set."""

import io
from concurrent.futures import ThreadPoolExecutor
from functools import cache

from django.conf import settings
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers

FIELD = "Signature"


@cache
def _signer(path: str, passphrase: str) -> signers.SimpleSigner:
    """The key and certificates of a PKCS#12 file; the settings have opened it once already."""
    found = signers.SimpleSigner.load_pkcs12(path, passphrase=passphrase.encode())
    if found is None:
        raise RuntimeError(f"The certificate {path} can no longer be opened.")
    return found


def signs() -> bool:
    """Whether documents are signed here."""
    return bool(settings.SIGNING)


def sign(document: bytes, *, reason: str) -> bytes:
    """The document with a signature over all of it; as it is where no certificate is set."""
    if not settings.SIGNING:
        return document
    known = settings.SIGNING
    about = signers.PdfSignatureMetadata(field_name=FIELD, reason=reason, name="Compuerta")
    writer = IncrementalPdfFileWriter(io.BytesIO(document))
    signer = _signer(known["path"], known["passphrase"])
    with ThreadPoolExecutor(max_workers=1) as alone:  # pyHanko begins an event loop of its own
        signed = alone.submit(signers.PdfSigner(about, signer=signer).sign_pdf, writer).result()
    return bytes(signed.getvalue())
