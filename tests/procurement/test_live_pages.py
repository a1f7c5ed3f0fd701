"""Live pages of prototypes: visited once, at the machine that was checked, never inside."""

import http.server
import time

import pytest

from procurement.prototypes import accessibility, live, locating, wording
from tests.procurement import gitting


class Page(http.server.BaseHTTPRequestHandler):
    """A bidder's page, as friendly as its path says."""

    aim = ""

    def log_message(self, *words):
        """Say nothing."""

    def do_GET(self):
        getattr(self, f"_{self.path.strip('/') or 'good'}")()

    def _good(self):
        self._answer(b"<html><title> Citas \n m\xc3\xa9dicas</title>")

    def _answer(self, body, status=200, **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _gone(self):
        self._answer(b"", 404)

    def _once(self):
        self._answer(b"", 302, Location="/good")

    def _round(self):
        self._answer(b"", 302, Location="/round")

    def _inside(self):
        self._answer(b"", 302, Location="http://169.254.169.254/latest/meta-data/")

    def _other(self):
        self._answer(b"", 302, Location=self.aim)

    def _file(self):
        self._answer(b"", 302, Location="file:///etc/passwd")

    def _huge(self):
        self.send_response(200)
        self.end_headers()
        try:
            for _part in range(400):
                self.wfile.write(b"x" * 65536)
        except OSError:
            pass

    def _slow(self):
        self.send_response(200)
        self.end_headers()
        try:
            for _part in range(100):
                self.wfile.write(b"x")
                self.wfile.flush()
                time.sleep(0.1)
        except OSError:
            pass


@pytest.fixture
def site(settings):
    with gitting.running(Page) as place:
        settings.PROTOTYPE_HOSTS = [place]
        yield f"http://{place}"


def test_a_page_that_answers(site):
    visit = live.visit(f"{site}/")
    assert (visit.status, visit.title, visit.trouble, visit.tls) == (200, "Citas médicas", "", "")


def test_a_page_that_is_gone_says_its_status(site):
    visit = live.visit(f"{site}/gone")
    assert (visit.status, visit.trouble) == (404, "")


def test_redirects_are_followed_a_few_times(site):
    visit = live.visit(f"{site}/once")
    assert (visit.status, visit.url, visit.redirects) == (200, f"{site}/good", [f"{site}/once"])
    assert live.visit(f"{site}/round").trouble == "redirects"


@pytest.mark.parametrize(("path", "code"), [("inside", "inside"), ("file", "address")])
def test_no_redirect_leads_inside(site, path, code):
    assert live.visit(f"{site}/{path}").trouble == code
    assert wording.LIVE[code]


def test_no_redirect_leads_to_another_door_of_this_machine(site):
    asked = []

    class Inner(Page):
        def do_GET(self):
            asked.append(self.path)
            self._answer(b"secret")

    with gitting.running(Inner) as place:
        Page.aim = f"http://{place}/"
        visit = live.visit(f"{site}/other")
    assert visit.trouble == "inside"
    assert asked == []


def test_a_huge_page_is_read_to_a_limit(site):
    visit = live.visit(f"{site}/huge")
    assert visit.status == 200
    assert live.LARGEST <= visit.bytes < live.LARGEST + 65536


def test_a_dripping_page_is_left_in_time(site, monkeypatch):
    monkeypatch.setattr(live, "SECONDS", 1.0)
    began = time.monotonic()
    assert live.visit(f"{site}/slow").trouble == "slow"
    assert time.monotonic() - began < 5


def test_a_name_that_changes_is_connected_to_where_it_was_checked(site, settings):
    place = locating.page(f"{site}/")
    settings.PROTOTYPE_HOSTS = []
    assert place.machine == "127.0.0.1"
    assert live.visit(f"{site}/").trouble == "inside"


def test_a_connection_without_a_valid_certificate_is_not_used(site):
    """The page speaks no TLS at all: as unsafe as a wrong certificate."""
    address = site.replace("http://", "https://")
    assert live.visit(f"{address}/").trouble == "connection"


# How accessible its HTML is

PAGE = """<!DOCTYPE html><html lang="es"><head><title>Citas</title></head><body><main><h1>Citas</h1>
<img src="https://example.org/a.png"><input></main>{}</body></html>"""


def test_a_page_is_measured_by_nobody_where_there_is_no_browser(monkeypatch):
    monkeypatch.setattr(accessibility, "BROWSERS", ("no-such-browser",))
    assert accessibility.measured(PAGE.encode()) == {}


@pytest.mark.parametrize("answer", ["kill", "nonsense"])
def test_a_browser_that_fails_is_no_fault_of_the_page(monkeypatch, tmp_path, answer):
    pretended = tmp_path / "chromium"
    pretended.write_text(
        "#!/bin/sh\n" + ("sleep 60" if answer == "kill" else "echo '<pre>1</pre>'")
    )
    pretended.chmod(0o755)
    monkeypatch.setattr(accessibility, "BROWSERS", (str(pretended),))
    monkeypatch.setattr(accessibility, "SECONDS", 1.0)
    assert accessibility.measured(PAGE.encode()) == {}


def test_a_page_whose_name_nobody_knows_is_not_named_to_the_panel(monkeypatch):
    def unknown(*_asked, **_more):
        raise OSError

    monkeypatch.setattr("socket.getaddrinfo", unknown)
    visit = live.visit("https://norte-digital.example/")
    assert visit.trouble == "unknown_name"
    assert "norte" not in str(wording.LIVE[visit.trouble])
