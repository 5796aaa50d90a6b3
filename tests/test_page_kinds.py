"""What organisations register and report, on the page: asked for when wanted, told in words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from browsing import looking, needs_browser
from every_kind import settings
from served import Served

needs_browser()
pytest_plugins = ("page_fixtures",)

HERE = "#view=10/27.5/144.75"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    settings(tmp_path)
    return tmp_path


def create(node: Served, token: str, kind: str, at: tuple[float, float], **said: Any) -> None:
    feature = {
        "type": "Feature",
        "id": f"{kind} {at}",
        "geometry": {"type": "Point", "coordinates": at},
        "properties": said,
    }
    answer = node.http.post(f"/collections/{kind}/items", json=feature,
                            headers={"Authorization": f"Bearer {token}"})  # fmt: skip
    assert answer.json()["state"] == "read", answer.text


def test_what_is_registered_is_asked_for_only_when_somebody_ticks_it(
    home: Path, chromium: Any
) -> None:
    kind = "infrastructure.facility"
    with Served(home) as node, looking(chromium, node.url) as viewer:
        token = node.token("--send", "--source", "test")
        create(node, token, kind, (144.75, 27.5), name="港小学校", category="school")
        create(node, token, "infrastructure.outage", (144.8, 27.5), service="power",
               status="out", customers_out=1200, name="港町線")  # fmt: skip
        viewer.open(HERE)
        viewer.wait(lambda: viewer.count(kind) == 1)
        tick = f"document.querySelector('[data-key=\"tick {kind}\"]')"
        assert viewer.page.evaluate(f"{tick}.checked") is False
        asked = f"/collections/{kind}/"
        assert not [one for one in viewer.asked if asked + "t" in one or asked + "items" in one]
        viewer.page.evaluate(f"{tick}.click()")
        viewer.wait(lambda: any(asked + "tiles" in one for one in viewer.asked))
        # Of what has no colour of its own the legend says the word, and what fails is a shape.
        viewer.wait(lambda: "停電" in viewer.text("#legend") and "支障" in viewer.text("#legend"))
        viewer.page.evaluate(
            "document.querySelector('[data-key^=\"table infrastructure.outage\"]').click()"
        )
        viewer.wait(lambda: "供給停止" in viewer.text("#table"))
        assert "1,200 戸" in viewer.text("#table")


def test_what_residents_report_is_told_as_not_confirmed_and_each_report_only_to_who_asks(
    home: Path, chromium: Any
) -> None:
    report, alert = "disaster.resident_report", "disaster.issued_alert"
    with Served(home) as node, looking(chromium, node.url) as viewer:
        token = node.token("--send", "--source", "test")
        create(node, token, alert, (144.8, 27.55), number=1, hazard="flood", level=4,
               action="evacuate", area_names=["架空市"], texts=[
                   {"language": "ja", "headline": "{避難|ひなん}してください", "place": "架空市"},
                   {"language": "en", "headline": "Evacuate", "place": "Kakuu"}])  # fmt: skip
        for metres in (0, 50):
            create(node, token, report, (144.75 + metres / 99_000, 27.5), category="fire",
                   danger=True, place="港町", placed="position")  # fmt: skip
        viewer.open(HERE)
        viewer.wait(lambda: "2人・2件" in viewer.text("#situation"))
        told = viewer.text("#situation")
        assert "港町：火災\n未確認の通報　2人・2件　生命の危険　確からしさ 9" in told
        assert told.index("避難してください") < told.index("港町：火災")
        assert viewer.count(report) == 2
        assert not [one for one in viewer.asked if f"/collections/{report}/items" in one]
        viewer.wait(lambda: "通報: 火災" in viewer.text("#legend"))
        assert "発信した緊急情報" in viewer.text("#legend")
        viewer.open("#lang=en&view=10/27.5/144.75")
        viewer.wait(lambda: "Fire, 港町" in viewer.text("#situation"))
        assert "level 4 · evacuate · Kakuu" in viewer.text("#situation")
