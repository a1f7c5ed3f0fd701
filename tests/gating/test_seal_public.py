"""The public check, badges, certificates and the register: always the present truth."""

import io
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12
from cryptography.x509.oid import NameOID
from django.core.cache import cache
from django.urls import reverse
from PIL import Image
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext
from pypdf import PdfReader

from config.certificates import signing
from config.environment import Environment, Misconfigured
from core import clock, limits
from core.steps import perform
from gating import seal_checks
from gating.models import Seal
from tests.factories import seals

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nothing_counted():
    cache.clear()


@pytest.fixture
def seal(cast) -> Seal:
    return seals.quick(cast)


def at(name: str, seal, **more):
    return reverse(f"gating:{name}", kwargs={"code": seal.shown_code, **more})


def badge(client, seal, kind: str = "svg"):
    return client.get(at("seal_badge", seal, kind=kind) + "?lang=en")


def test_a_seal_is_found_by_code_address_and_scanned_code(client, seal):
    page = at("seal_public", seal)
    asked = (seal.code, seal.shown_code, seal.shown_code.lower(),
             f" {seal.code[:8]} {seal.code[8:]}", "https://www.gob.mx/actas", "GOB.MX/Actas/", f"https://check.example{page}",
             f"{page}?x=1")  # fmt: skip
    for text in asked:
        answer = client.get(reverse("gating:seal_check"), {"q": text})
        assert (answer.status_code, answer.headers.get("Location")) == (302, page), text
    text = client.get(page).content.decode()
    assert "vigente" in text
    assert seal.service.lead.name not in text  # nobody is named


def test_what_is_not_published_does_not_exist_and_looks_like_what_never_did(client, cast):
    hidden = seals.quick(cast, published=False)
    for code in (hidden.code, "A" * 16, "../../etc/passwd", "%00", "x" * 3000, "'; DROP TABLE",
                 "<script>alert(1)</script>", "ÄÖÜ" * 6):  # fmt: skip
        answer = client.get(reverse("gating:seal_check"), {"q": code})
        assert answer.status_code == 404, code
        assert b"<script>alert" not in answer.content
    for path in (at("seal_public", hidden), at("seal_json", hidden),
                 at("seal_certificate", hidden), at("seal_badge", hidden, kind="png"),
                 "/seal/%3Cb%3E/", "/seal/new%00line/", f"/seal/{'é' * 300}/"):  # fmt: skip
        assert client.get(path).status_code == 404, path
    assert hidden.code not in client.get(reverse("gating:seal_register_json")).getvalue().decode()
    assert client.get(reverse("gating:seal_check"), {"q": "gob.mx/actas"}).status_code == 404


def test_the_badge_tells_the_truth_of_the_moment_also_after_a_revocation(client, cast, seal):
    assert "Valid until" in badge(client, seal).content.decode()
    before = badge(client, seal, "png").content
    assert Image.open(io.BytesIO(before)).size == (640, 192)
    perform(seal, "put_under_review", by=cast.secretariat, because="Doubt")
    assert "Under review" in badge(client, seal).content.decode()
    seals.decide(cast, seal, "revoke")
    drawn = badge(client, seal).content.decode()
    assert "Revoked" in drawn
    assert "Valid" not in drawn
    assert badge(client, seal, "png").content != before
    assert client.get(at("seal_certificate", seal)).status_code == 410
    page = client.get(at("seal_public", seal)).content.decode()
    assert "Este sello fue revocado" in page
    assert "The sub-commission decides." in page  # the published reason
    assert "Doubt" in page  # and the history
    data = client.get(at("seal_json", seal)).json()
    assert (data["status"], data["reason"]) == ("revoked", "The sub-commission decides.")


def test_at_24_00_nothing_looks_valid_though_the_clock_has_not_recorded_it(client, seal):
    with clock.move(to=seal.expires_at - timedelta(seconds=200)):
        answer = badge(client, seal)
        assert "Valid until" in answer.content.decode()
        kept = int(answer["Cache-Control"].rpartition("=")[2])
        assert 60 <= kept <= 200  # never past the moment of its end
        assert client.get(at("seal_certificate", seal)).status_code == 200
    with clock.move(to=seal.expires_at):
        assert seals.fresh(seal).state == "active"
        assert "Expired" in badge(client, seal).content.decode()
        assert client.get(at("seal_json", seal)).json()["status"] == "expired"
        assert client.get(at("seal_certificate", seal)).status_code == 410
        assert "Este sello ha vencido" in client.get(at("seal_public", seal)).content.decode()
        rows = client.get(reverse("gating:seal_register"), {"status": "valid"})
        assert seal.shown_code not in rows.content.decode()


@pytest.mark.parametrize(
    ("left", "kept"), [(timedelta(days=9), 300), (timedelta(seconds=301), 300),
                       (timedelta(seconds=9, milliseconds=900), 9), (timedelta(0), 300)],
)  # fmt: skip
def test_an_answer_is_kept_five_minutes_and_never_past_the_end(seal, left, kept):
    assert seal_checks.seconds_kept(seal, seal.expires_at - left) == kept


def test_answers_for_all_are_cached_by_their_content_and_pages_by_the_reader_alone(client, seal):
    for answer in (badge(client, seal), client.get(at("seal_json", seal))):
        assert answer["Cache-Control"] == "public, max-age=300"
        assert not answer.cookies
    tag = badge(client, seal)["ETag"]
    again = client.get(at("seal_badge", seal, kind="svg") + "?lang=en",
                       headers={"If-None-Match": tag})  # fmt: skip
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", tag)
    page = client.get(at("seal_public", seal))
    assert page["Cache-Control"] == "private, max-age=300"
    assert "Cookie" in page["Vary"]


def test_wrong_codes_are_limited_and_a_right_one_is_always_answered(client, seal, monkeypatch):
    monkeypatch.setattr(limits, "PERIOD", 10**6)  # no minute ends meanwhile
    wrong = reverse("gating:seal_public", kwargs={"code": "AAAA-AAAA-AAAA-AAAA"})
    monkeypatch.setattr(limits.one_too_many, "__defaults__", (3,))
    codes = [client.get(wrong).status_code for _time in range(5)]
    assert codes == [404, 404, 404, 429, 429]
    assert client.get(wrong)["Retry-After"] == str(10**6)
    assert client.get(at("seal_public", seal)).status_code == 200
    other = {"HTTP_X_FORWARDED_FOR": "203.0.113.9"}  # another reader behind this machine's proxy
    assert client.get(wrong, **other).status_code == 404
    far = {"REMOTE_ADDR": "198.51.100.7", "HTTP_X_FORWARDED_FOR": "203.0.113.50"}
    codes = [client.get(wrong, **{**far, "HTTP_X_FORWARDED_FOR": f"203.0.113.{n}"}).status_code
             for n in range(5)]  # fmt: skip
    assert codes == [404, 404, 404, 429, 429]  # what a stranger writes there is not believed


def test_the_register_filters_pages_and_counts_its_queries(client, cast, seal,
                                                           django_assert_num_queries):  # fmt: skip
    other = seals.quick(cast, address="https://otro.gob.mx", level=1)
    url = reverse("gating:seal_register")
    for filters, found in (
        ({}, {seal, other}), ({"text": "otro.gob"}, {other}), ({"level": "2"}, {seal}),
        ({"text": seal.shown_code}, {seal}), ({"institution": "CEDN"}, {seal, other}),
        ({"status": "revoked"}, set()), ({"level": "x"}, set()), ({"institution": "zz"}, set()),
        ({"status": "nonsense"}, set()), ({"text": "%_'\0"}, set()),
    ):  # fmt: skip
        rows = {row for row, _words in client.get(url, filters).context["rows"]}
        assert rows == found, filters
        data = json.loads(client.get(reverse("gating:seal_register_json"), filters).getvalue())
        assert {row["code"] for row in data["seals"]} == {row.shown_code for row in found}
    with django_assert_num_queries(6):
        client.get(url)
    for _number in range(3):
        seals.quick(cast, address=f"https://{_number}.gob.mx")
    with django_assert_num_queries(6):
        client.get(url)


def test_the_open_data_holds_what_its_page_documents_and_no_person(client, cast, seal):
    data = json.loads(client.get(reverse("gating:seal_register_json")).getvalue())
    assert data["fields"] == list(seal_checks.FIELDS) == list(data["seals"][0])
    lines = client.get(reverse("gating:seal_register_csv")).getvalue().decode("utf-8-sig")
    assert lines.splitlines()[0] == ",".join(seal_checks.FIELDS)
    assert len(lines.splitlines()) == 2
    for person in vars(cast).values():
        assert person.name not in lines
        assert person.email not in lines
    page = client.get(reverse("gating:seal_register")).content.decode()
    assert all(f"<code>{name}</code>" in page for name in seal_checks.FIELDS)


# The certificate


@pytest.fixture
def certificate(tmp_path):
    """A self-signed certificate with its key, as an organisation would set it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Secretaría de prueba")])
    now = datetime.now(UTC)

    def write(until=now + timedelta(days=9)):
        made = (
            x509.CertificateBuilder().subject_name(name).issuer_name(name)
            .public_key(key.public_key()).serial_number(7)
            .not_valid_before(now - timedelta(days=99))
            .not_valid_after(until)
            .add_extension(x509.KeyUsage(True, True, *[False] * 7),
                           critical=True)
            .sign(key, hashes.SHA256())
        )  # fmt: skip
        path = tmp_path / "firma.p12"
        path.write_bytes(pkcs12.serialize_key_and_certificates(
            b"firma", key, made, None, BestAvailableEncryption(b"una frase")))  # fmt: skip
        return {"SIGNING_CERTIFICATE": str(path), "SIGNING_PASSPHRASE": "una frase"}

    return write


def test_the_certificate_is_tagged_leads_to_the_check_and_promises_nothing(client, seal):
    answer = client.get(at("seal_certificate", seal))
    assert (answer["Content-Type"], answer["Cache-Control"]) == ("application/pdf", "no-store")
    document = PdfReader(io.BytesIO(answer.content))
    catalogue = document.trailer["/Root"]
    assert catalogue["/MarkInfo"]["/Marked"]
    text = document.pages[0].extract_text()
    assert seal.shown_code in text
    assert at("seal_public", seal) in text.replace("\n", "")
    assert "Solo es válido según lo que diga la verificación pública" in text.replace("\n", " ")


def validated(signature, trust):
    """What the signature proves; in a thread, for the library begins an event loop of its own."""
    with ThreadPoolExecutor(max_workers=1) as alone:
        found = alone.submit(validate_pdf_signature, signature, signer_validation_context=trust)
        return found.result()


def test_the_certificate_is_signed_over_all_of_it_where_one_is_set(client, seal, settings,
                                                                    certificate):  # fmt: skip
    settings.SIGNING = signing(Environment(certificate()))
    answer = client.get(at("seal_certificate", seal))
    reader = PdfFileReader(io.BytesIO(answer.content))
    signature = reader.embedded_signatures[0]
    trust = ValidationContext(trust_roots=[signature.signer_cert])
    status = validated(signature, trust)
    assert status.intact
    assert status.valid
    assert status.coverage.name == "ENTIRE_FILE"
    spoiled = answer.content.replace(b"/Lang", b"/Lung", 1)
    assert spoiled != answer.content
    signature = PdfFileReader(io.BytesIO(spoiled)).embedded_signatures[0]
    assert not validated(signature, trust).intact


def test_a_certificate_that_cannot_sign_stops_the_start_with_a_sentence(tmp_path, certificate):
    known = certificate()
    assert signing(Environment({})) is None
    for values, said in (
        ({**known, "SIGNING_PASSPHRASE": "falsch"}, "cannot be opened with its passphrase"),
        ({**known, "SIGNING_CERTIFICATE": str(tmp_path / "none.p12")}, "cannot be read"),
        ({"SIGNING_PASSPHRASE": "x"}, "is set without SIGNING_CERTIFICATE"),
        ({**known, "SIGNING_PASSPHRASE_FILE": "x"}, "is set beside"),
        (certificate(datetime.now(UTC) - timedelta(days=1)), "has expired"),
    ):
        with pytest.raises(Misconfigured, match=said):
            signing(Environment(values))
