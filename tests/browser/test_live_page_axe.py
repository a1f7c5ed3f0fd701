"""What axe finds in a live page of a bid: measured by the system's Chromium, nothing of it run."""

import pytest

from procurement.prototypes import accessibility

PAGE = """<!DOCTYPE html><html lang="es"><head><title>Citas</title></head><body><main><h1>Citas</h1>
<img src="https://example.org/a.png"><input></main>{}</body></html>"""


def test_rules_that_a_page_breaks_are_counted():
    found = accessibility.measured(PAGE.format("").encode())
    assert found["broken"] == [["image-alt", 1], ["label", 1]]
    applied = found["passes"] + 2
    assert found["score"] == round(100 * found["passes"] / applied)
    whole = PAGE.replace("<img", "<p>").replace("<input>", "").format("")
    assert accessibility.measured(whole.encode()) == {
        "score": 100, "passes": accessibility.measured(whole.encode())["passes"], "broken": [],
    }  # fmt: skip


@pytest.mark.parametrize("trick", [
    "<script>document.body.innerHTML = '<h1>Nada</h1>'</script>",
    "<body onload=\"document.body.innerHTML = ''\">", "<meta http-equiv=refresh content='0;url=/'>",
    "<iframe srcdoc='<script>top.document.body.remove()</script>'></iframe>",
    "<pre id='compuerta-axe-00'>{{}}</pre><textarea><!--", "<base href='file:///etc/'>",
    "<link rel=stylesheet href='http://169.254.169.254/x.css'>", "<style>*{{display:none}}",
])  # fmt: skip
def test_nothing_of_the_page_runs_or_is_loaded_while_it_is_measured(trick):
    found = accessibility.measured(PAGE.format(trick.format()).encode())
    assert {"image-alt", "label"} <= {rule for rule, _elements in found["broken"]}
