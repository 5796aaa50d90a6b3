"""What is kept of the scores of products is what the documentation tells of them."""

from __future__ import annotations

from types import ModuleType

import msgspec
import pytest

from data import ROOT
from noroshi import domains
from noroshi.feeds.drill import matching


@pytest.fixture(scope="module", autouse=True)
def _bench() -> None:
    pytest.MonkeyPatch().syspath_prepend(str(ROOT))


@pytest.fixture
def pages() -> ModuleType:
    from bench import scores_page

    return scores_page


def test_the_page_tells_the_figures_that_are_kept(pages: ModuleType) -> None:
    figures = pages.read()
    assert pages.PAGE.read_text(encoding="utf-8") == pages.page(figures), (
        "run `python -m bench scores --write`"
    )
    assert figures.keys() == {"typhoon", "nankai", "multithreat"}
    assert all("total" in rows for rows in figures.values())


def test_every_product_is_scored_or_measured(pages: ModuleType) -> None:
    every = domains.all_capabilities()
    capabilities = [name for name in every if name.startswith("disaster/")]
    assert set(capabilities) <= {*pages.SCORED, *pages.MEASURED}
    figures = pages.read()
    told = {name.partition(" (")[2].rstrip(")") or name for rows in figures.values()
            for name in rows}  # fmt: skip
    for name, kinds in pages.SCORED.items():
        assert set(kinds) <= set(every[name].produces)
        assert set(kinds) <= told, f"{name} told nothing in any drill"
    text = pages.PAGE.read_text(encoding="utf-8")
    assert [name for name in capabilities if f"`{name}`" not in text] == []


def test_every_way_in_which_a_truth_is_told_is_scored(pages: ModuleType) -> None:
    rows = {name for some in pages.read().values() for name in some}
    for kind, ways in matching.ALSO.items():
        assert {f"{kind} ({way.told})" for way in ways} <= rows


def test_a_figure_that_became_worse_is_told_and_one_that_hardly_changed_is_not() -> None:
    from bench.scores import compared
    from bench.scores_page import Row

    row = Row(facts=100, complete=0.9, wrong=0.1, said_p50=600.0, said_p90=900.0, false=2)

    def changes(**more: object) -> list[tuple[str, bool]]:
        fresh = {"typhoon": {"disaster.road": msgspec.structs.replace(row, **more)}}
        return [(one.what.rpartition(" ")[2], one.worse)
                for one in compared({"typhoon": {"disaster.road": row}}, fresh)]  # fmt: skip

    assert changes() == []
    assert changes(complete=0.896, wrong=0.104, said_p50=650.0, false=3) == []
    assert changes(complete=0.89) == [("complete", True)]
    assert changes(complete=0.95) == [("complete", False)]
    assert changes(wrong=0.11) == [("wrong", True)]
    assert changes(wrong=0.09, absent=0.1) == [("wrong", False), ("absent", True)]
    assert changes(said_p90=1000.0) == [("said_p90", True)]
    assert changes(said_p50=None) == [("said_p50", True)]
    assert changes(known_p50=60.0) == [("known_p50", False)]
    assert changes(facts=101) == [("facts", True)]
    assert changes(false=4) == [("false", True)]
    assert [one.worse for one in compared({"typhoon": {"a": row}}, {"typhoon": {}})] == [True]
    assert [one.worse for one in compared({}, {"typhoon": {"a": row}})] == [False]
