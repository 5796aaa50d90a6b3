"""What a tsunami telegram says of itself: steps of height, kinds, titles and headlines."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from noroshi.core.record import Action, Mode
from noroshi.formats.jma_xml.writing import tsunami, waves
from noroshi.formats.jma_xml.writing.issue import cancellation
from noroshi.formats.jma_xml.writing.telegram import Kind
from noroshi.kinds.bulletin import Bulletin
from rewriting import check
from seismic_values import ISSUE, NOW, SOURCE, only
from seismology import bodies


@pytest.mark.parametrize(
    ("metres", "figure", "words", "kind"),
    [
        (0.0, 0.2, "０．２ｍ未満", waves.SLIGHT),
        (0.19, 0.2, "０．２ｍ未満", waves.SLIGHT),
        (0.2, 1.0, "１ｍ", waves.ADVISORY),
        (1.0, 1.0, "１ｍ", waves.ADVISORY),
        (1.01, 3.0, "３ｍ", waves.WARNING),
        (3.01, 5.0, "５ｍ", waves.MAJOR_WARNING_ISSUED),
        (10.0, 10.0, "１０ｍ", waves.MAJOR_WARNING_ISSUED),
        (34.0, 10.0, "１０ｍ超", waves.MAJOR_WARNING_ISSUED),
    ],
)
def test_an_expected_height_has_its_step_and_its_warning(
    metres: float, figure: float, words: str, kind: Kind
) -> None:
    assert waves.expected(metres) == waves.Height(figure, words)
    assert waves.grade(metres) == kind


def test_an_observed_height_is_told_to_ten_centimetres() -> None:
    assert waves.observed(2.84) == waves.Height(2.8, "２．８ｍ")
    assert waves.observed(12.0, at_least=True) == waves.Height(12.0, "１２．０ｍ以上")
    assert waves.observed(0.3, rising=True).state == "上昇中"


@pytest.mark.parametrize(
    ("kind", "last", "written"),
    [
        (waves.MAJOR_WARNING, waves.NONE, waves.MAJOR_WARNING_ISSUED),
        (waves.MAJOR_WARNING_ISSUED, waves.WARNING, waves.MAJOR_WARNING_ISSUED),
        (waves.MAJOR_WARNING_ISSUED, waves.MAJOR_WARNING_ISSUED, waves.MAJOR_WARNING),
        (waves.WARNING, waves.MAJOR_WARNING, waves.WARNING),
        (waves.ADVISORY, waves.SLIGHT, waves.ADVISORY),
        (waves.SLIGHT, waves.NONE, waves.SLIGHT),
        (waves.SLIGHT, waves.ADVISORY, waves.SLIGHT_AFTER_ADVISORY),
        (waves.SLIGHT, waves.MAJOR_WARNING, waves.SLIGHT_AFTER_WARNING),
        (waves.SLIGHT, waves.SLIGHT_AFTER_ADVISORY, waves.SLIGHT),
        (waves.NONE, waves.WARNING, waves.WARNING_LIFTED),
        (waves.NONE, waves.ADVISORY, waves.ADVISORY_LIFTED),
        (waves.NONE, waves.SLIGHT, waves.NONE),
    ],
)
def test_a_kind_is_written_after_what_was_in_force(kind: Kind, last: Kind, written: Kind) -> None:
    assert waves.succeed(kind, last) == written


def coast(kind: Kind, last: Kind = waves.NONE, *, code: str = "951", **more: Any) -> waves.Coast:
    return waves.Coast(f"架空{code}", code, kind, last, **more)


HUGE = waves.Highest(waves.HUGE)


@pytest.mark.parametrize(
    ("coasts", "title", "headline"),
    [
        (
            [coast(waves.MAJOR_WARNING_ISSUED, highest=HUGE), coast(waves.WARNING, code="952")],
            "大津波警報・津波警報",
            "東日本大震災クラスの津波が来襲します。\n大津波警報・津波警報を発表しました。\n"
            "ただちに避難してください。",
        ),
        (
            [coast(waves.WARNING, waves.ADVISORY), coast(waves.ADVISORY, code="952")],
            "津波警報・津波注意報",
            "津波警報を切り替えました。\nただちに避難してください。",
        ),
        (
            [coast(waves.ADVISORY), coast(waves.SLIGHT, code="952")],
            "津波注意報・津波予報",
            "津波注意報を発表しました。",
        ),
        (
            [coast(waves.ADVISORY_LIFTED, waves.ADVISORY)],
            "津波予報",
            "津波注意報を解除しました。",
        ),
        (
            [
                coast(waves.SLIGHT_AFTER_WARNING, waves.MAJOR_WARNING),
                coast(waves.WARNING_LIFTED, waves.WARNING, code="952"),
            ],
            "津波予報",
            "大津波警報・津波警報を解除しました。",
        ),
        ([coast(waves.SLIGHT)], "津波予報", "津波予報を発表しました。"),
    ],
)
def test_title_and_headline_follow_from_the_coasts(
    coasts: list[waves.Coast], title: str, headline: str
) -> None:
    issue = msgspec.structs.replace(ISSUE, mode=Mode.ACTUAL)
    found = only(check(tsunami.warning(issue, coasts, [SOURCE])), "disaster.bulletin")
    assert (found.title, found.headline) == (title, headline)


def test_an_exercise_says_so_before_anything_else() -> None:
    found = only(check(tsunami.warning(ISSUE, [coast(waves.WARNING)], [])), "disaster.bulletin")
    assert found.headline.startswith("＊＊＊これは訓練です＊＊＊\n津波警報を発表しました。")
    assert found.status == "訓練"


# --- the course of one -------------------------------------------------------------------------


def test_a_lifting_empties_the_arrivals_and_keeps_a_row_that_says_so() -> None:
    lifted = coast(waves.ADVISORY_LIFTED, waves.ADVISORY)
    editions = check(tsunami.warning(ISSUE, [lifted], [SOURCE]))
    series = {edition.series: edition for edition in editions}
    assert series["jma/tsunami/arrival"].records == []
    (found,) = bodies(editions, "disaster.tsunami_warning").values()
    assert found.lifted
    bulletin: Bulletin = only(editions, "disaster.bulletin")
    assert bulletin.text == "現在、大津波警報・津波警報・津波注意報を発表している沿岸はありません。"


def test_a_withdrawn_report_on_observations_ends_them() -> None:
    data = cancellation(ISSUE, "VTSE51", title=tsunami.OBSERVATIONS)
    editions = check(data)
    assert {edition.action for edition in editions} == {Action.CANCEL}
    assert {edition.series for edition in editions} >= {"jma/tsunami/observed"}
    assert "先ほどの、津波観測に関する情報を取り消します。" in data.decode()


def test_a_telegram_about_nothing_is_refused() -> None:
    for write in (
        lambda: tsunami.warning(ISSUE, [], [SOURCE]),
        lambda: tsunami.arrivals(ISSUE, [], [SOURCE]),
        lambda: tsunami.observations(ISSUE, [], NOW, [SOURCE]),
        lambda: tsunami.offshore(ISSUE, [], NOW, [SOURCE]),
    ):
        with pytest.raises(ValueError, match="needs"):
            write()
