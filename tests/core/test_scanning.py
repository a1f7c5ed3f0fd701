"""What files are taken in, and with which sentence the others are not."""

import io
import socketserver
import struct
import threading
import zipfile
from contextlib import contextmanager

import openpyxl
import pytest
from django.utils import translation
from PIL import Image

from core import antivirus, scanning
from core.scanning import Unacceptable, examine

WORD = f"{scanning.OFFICE_XML}wordprocessingml.document"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


def packed(members, method=zipfile.ZIP_DEFLATED):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return target.getvalue()


def picture(kind):
    target = io.BytesIO()
    Image.new("RGB", (8, 8), "teal").save(target, kind)
    return target.getvalue()


def docx(*more, kind=WORD, extra=""):
    types = f'<Types><Override ContentType="{kind}.main+xml"/>{extra}</Types>'
    return packed([("[Content_Types].xml", types), ("word/document.xml", "<w/>"), *more])


def odf(kind, *more, manifest="<m/>"):
    first = ("mimetype", f"{scanning.OPEN_DOCUMENT}{kind}")
    return packed([first, ("content.xml", "<x/>"), ("META-INF/manifest.xml", manifest), *more])


def xlsx():
    target, book = io.BytesIO(), openpyxl.Workbook()
    book.active.append(["código", 5])
    book.save(target)
    return target.getvalue()


PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
GOOD = {
    "acta.pdf": PDF,
    "foto.PNG": picture("PNG"),
    "foto.jpg": picture("JPEG"),
    "foto.jpeg": picture("JPEG"),
    "foto.webp": picture("WEBP"),
    "datos.csv": "año,monto\n2026,5\n".encode(),
    "excel.csv": "año;monto\n".encode("cp1252"),
    "bm.csv": b"BMI,MZ\n1,2\n",
    "con-marca.csv": b"\xef\xbb\xbfa,b\n",
    "nota.txt": "Señal “única” — 50 €".encode(),
    "nota.md": b"# Title\n\n<p align=center>hello</p>",
    "datos.json": b' {"a": [1, 2]} \n',
    "factura.xml": "<?xml version='1.0'?><c:F xmlns:c='http://x.mx/4' T='año'/>".encode(),
    "lista.json": b"[1]",
    "acta.docx": docx(),
    "hoja.xlsx": xlsx(),
    "laminas.pptx": docx(kind=f"{scanning.OFFICE_XML}presentationml.presentation"),
    "acta.odt": odf("text"),
    "hoja.ods": odf("spreadsheet"),
    "laminas.odp": odf("presentation"),
    "todo.zip": packed([("carpeta/", b""), ("carpeta/acta.pdf", PDF), ("acta.docx", docx())]),
    "con-hoja.docx": docx(("word/embeddings/hoja1.xlsx", xlsx())),
}


@pytest.mark.parametrize("name", GOOD)
def test_what_is_accepted_gets_the_media_type_of_its_ending(name):
    assert examine(io.BytesIO(GOOD[name]), name) == scanning.KINDS[scanning.ending(name)]


def test_every_accepted_ending_is_tried_above():
    assert {scanning.ending(name) for name in GOOD} == set(scanning.KINDS)


MACRO = ("word/vbaProject.bin", b"\x00")
REFUSED = {
    "vacio.pdf": (b"", "is empty"),
    "programa.exe": (b"MZ\x00", "not accepted"),
    "sin-ending": (PDF, "not accepted"),
    "programa.txt": (b"MZ\x90\x00\x03", "program"),
    "programa.pdf": (b"\x7fELF\x02\x01", "program"),
    "guion.txt": (b"#!/bin/sh\nrm -r /\n", "program"),
    "dibujo.svg": (b"<svg/>", "SVG"),
    "dibujo.xml": (b"<a><svg xmlns='http://www.w3.org/2000/svg' onload='x'/></a>", "SVG"),
    "pagina.xml": (b"<?xml version='1.0'?><h:b xmlns:h='http://www.w3.org/1999/xhtml'/>", "Web"),
    "guion.xml": (b"<a><Script>alert(1)</Script></a>", "Web pages"),
    "bomba.xml": (b"<!DOCTYPE a [<!ENTITY b 'bb'><!ENTITY c '&b;&b;'>]><a>&c;</a>", "Web pages"),
    "estilo.xml": (b"<?xml-stylesheet href='x.xsl' type='text/xsl'?><a/>", "Web pages"),
    "roto.xml": (b"<a><b></a>", "not what its ending says"),
    "nada.xml": (b"hello", "not what its ending says"),
    "dibujo.txt": (b"<?xml version='1.0'?>\n<!-- x --> <svg onload='x'>", "SVG"),
    "pagina.html": (b"<html>", "Web pages"),
    "pagina.md": (b"\n\n<!DOCTYPE html><html>", "Web pages"),
    "pagina.csv": (b"\xef\xbb\xbf<script>alert(1)</script>", "Web pages"),
    "macro.xlsm": (b"PK", "macros"),
    "macro.docx": (docx(MACRO), "macros"),
    "macro2.docx": (docx(extra='<Default ContentType="x.macroEnabled.x"/>'), "macros"),
    "macro.xlsx": (
        packed(
            [
                ("[Content_Types].xml", f'"{scanning.OFFICE_XML}spreadsheetml.sheet.main+xml"'),
                ("xl/macrosheets/sheet1.xml", ""),
            ]
        ),
        "macros",
    ),
    "dentro.docx": (docx(("word/embeddings/a.docx", docx(MACRO))), "macros"),
    "dentro2.docx": (docx(("word/embeddings/a.docm", b"x")), "macros"),
    "macro.odt": (odf("text", ("Basic/script-lc.xml", "<x/>")), "macros"),
    "cifrado.odt": (odf("text", manifest="<m:encryption-data/>"), "password"),
    "viejo.doc": (OLE, "old format"),
    "cifrado.docx": (OLE, "old format"),
    "falso.png": (PDF, "not what its ending says"),
    "falso.pdf": (b"hello", "not what its ending says"),
    "falso.docx": (packed([("a.txt", "x")]), "not what its ending says"),
    "falso.odt": (odf("spreadsheet"), "not what its ending says"),
    "falso.zip": (PDF, "not what its ending says"),
    "falso.xlsx": (docx(), "not what its ending says"),
    "falso.csv": (picture("PNG"), "not plain text"),
    "nulo.txt": (b"hello\0world", "not plain text"),
    "utf16.csv": ("a,b".encode("utf-16"), "not plain text"),
    "raro.csv": (b"abc \x81\x8d", "not plain text"),
    "nada.json": (b"hello", "no JSON"),
    "medio.json": (b'{"a": 1', "no JSON"),
    "roto.zip": (packed([("a.txt", "x" * 99)])[:-30], "damaged"),
    "roto.docx": (b"PK\x03\x04" + b"x" * 500, "damaged"),
    "vacio.zip": (packed([("carpeta/", b"")]), "is empty"),
    "anidado.zip": (packed([("otro.zip", packed([("a.txt", "x")]))]), "another archive"),
    "siete.zip": (packed([("otro.7z", b"7z\xbc\xaf\x27\x1c")]), "not accepted"),
    "prog.zip": (packed([("a.txt", b"MZ\0\0")]), "program"),
    "html.zip": (packed([("a.html", b"<html>")]), "Web pages"),
    "sube.zip": (packed([("../../etc/passwd.txt", "x")]), "leads out"),
    "raiz.zip": (packed([("/etc/passwd.txt", "x")]), "leads out"),
    "disco.zip": (packed([("C:\\x.txt", "x")]), "leads out"),
    "lzma.zip": (packed([("a.txt", "x")], zipfile.ZIP_LZMA), "unusual"),
    "muchos.zip": (packed([(f"{n}.txt", "x") for n in range(2001)]), "more than 2000"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused_is_told_why(name):
    content, sentence = REFUSED[name]
    with pytest.raises(Unacceptable, match=sentence):
        examine(io.BytesIO(content), name)


def test_a_bomb_is_refused_by_its_table_of_contents_and_never_unpacked(monkeypatch):
    bomb = packed([(f"{n}.txt", b"0" * 30_000_000) for n in range(4)])
    assert len(bomb) < 200_000
    monkeypatch.setattr(zipfile.ZipFile, "open", lambda *a, **k: pytest.fail("it was opened"))
    with pytest.raises(Unacceptable, match="unpack to far more"):
        examine(io.BytesIO(bomb), "bomb.zip")


def test_much_that_packs_badly_is_refused_by_its_sum(monkeypatch):
    monkeypatch.setattr(scanning, "UNPACKED_MAX", 100_000)
    big = packed([(f"{n}.txt", bytes(range(32, 127)) * 400) for n in range(3)], zipfile.ZIP_STORED)
    with pytest.raises(Unacceptable, match="unpack to far more"):
        examine(io.BytesIO(big), "big.zip")


def test_an_archive_that_lies_about_sizes_is_damaged():
    honest = packed([("a.txt", b"0" * 50_000_000)])
    place = honest.rindex(b"PK\x01\x02") + 24
    lie = honest[:place] + struct.pack("<L", 10) + honest[place + 4 :]
    with pytest.raises(Unacceptable, match="damaged"):
        examine(io.BytesIO(lie), "lie.zip")


def test_an_encrypted_archive_is_refused():
    plain = bytearray(packed([("a.txt", b"x")]))
    plain[6] |= 1
    plain[plain.rindex(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(Unacceptable, match="password"):
        examine(io.BytesIO(plain), "locked.zip")


def test_a_link_in_an_archive_is_refused():
    info = zipfile.ZipInfo("a.txt")
    info.external_attr = 0o120777 << 16
    with pytest.raises(Unacceptable, match="link"):
        examine(io.BytesIO(packed([(info, "/etc/passwd")])), "link.zip")


def test_a_huge_table_of_contents_is_not_even_read(monkeypatch):
    monkeypatch.setattr(scanning, "DIRECTORY_MAX", 1000)
    monkeypatch.setattr(zipfile, "ZipFile", lambda *a: pytest.fail("it was read"))
    with pytest.raises(Unacceptable, match="more than"):
        examine(io.BytesIO(REFUSED["muchos.zip"][0]), "many.zip")


def test_blank_space_before_markup_costs_no_time():
    assert examine(io.BytesIO(b" \n" * 100_000), "blank.txt") == "text/plain"


def test_a_long_or_odd_name_is_shortened_in_the_sentence():
    with pytest.raises(Unacceptable) as caught:
        examine(io.BytesIO(b""), "a\x1b[2J" + "b" * 300 + ".txt")
    assert "\x1b" not in caught.value.sentence
    assert len(caught.value.sentence) < 180


# The virus scan, against a server that speaks INSTREAM


class Clamd(socketserver.StreamRequestHandler):
    def handle(self):
        assert self.rfile.read(10) == b"zINSTREAM\0"
        content = b""
        while size := struct.unpack("!L", self.rfile.read(4))[0]:
            content += self.rfile.read(size)
        self.server.seen.append(len(content))
        if b"EICAR" in content:
            self.wfile.write(b"stream: Eicar-Test-Signature FOUND\0")
        elif b"BIG" in content:
            self.wfile.write(b"INSTREAM size limit exceeded. ERROR\0")
        elif b"SILENT" not in content:
            self.wfile.write(b"stream: OK\0")


@contextmanager
def clamd():
    with socketserver.TCPServer(("127.0.0.1", 0), Clamd) as server:
        server.seen = []
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_the_scanner_gets_the_whole_file_and_its_word_counts():
    clean = io.BytesIO(b"x" * 300_000)
    with clamd() as server:
        assert antivirus.infection(clean, server.server_address) == ""
        assert server.seen == [300_000]
        found = antivirus.infection(io.BytesIO(b"an EICAR test"), server.server_address)
        assert found == "Eicar-Test-Signature"
    assert clean.tell() == 0


@pytest.mark.parametrize("content", [b"BIG", b"SILENT"])
def test_an_answer_that_is_none_is_never_taken_for_clean(content):
    with clamd() as server, pytest.raises(antivirus.ScannerDown):
        antivirus.infection(io.BytesIO(content), server.server_address)


def test_a_scanner_that_is_away_is_said_to_be_down():
    with pytest.raises(antivirus.ScannerDown):
        antivirus.infection(io.BytesIO(b"x"), ("127.0.0.1", 1))
