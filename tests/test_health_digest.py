"""The weekly digest: what rose, what is missing, and never a drill as the real thing."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner

from noroshi.channels.digest.compose import Digest, compose
from noroshi.channels.digest.week import look
from noroshi.channels.digest.write import FORMS, html, markdown
from noroshi.cli import noroshi
from noroshi.core import weeks
from noroshi.core.errors import NotFound
from noroshi.core.label import ANONYMOUS, OPERATOR, OWN, PUBLIC, Reader
from noroshi.core.prefectures import PREFECTURES
from noroshi.core.record import Edition, Mode, Record
from noroshi.core.time import DAY
from noroshi.kinds import encode
from noroshi.kinds.notifications import AreaCount, Notifications
from noroshi.store import Store, open_store

LAST = weeks.number("2024-W26")
AT = weeks.ends("2024-W26") + 20 * DAY
KNOWN = 2**61


@pytest.fixture
def store(tmp_path: Path) -> Iterable[Store]:
    opened = open_store(tmp_path)
    yield opened
    opened.close()


def table(number: int, code: str, name: str, each: int, unreported: str = "") -> Edition:
    areas = [AreaCount(code=one, count=None if one == unreported else each) for one in PREFECTURES]
    body = Notifications(
        disease=code, name=name, system="sentinel", week=weeks.numbered(number),
        published="2024-07-05", count=sum(one.count or 0 for one in areas), areas=areas,
    )  # fmt: skip
    issued = weeks.ends(weeks.numbered(number)) + 5 * DAY
    record = Record("health.notifications", code, encode(body))
    return Edition(f"idwr/sentinel/{code}", issued, [record], effective=issued)


def product(kind: str, key: str, **body: Any) -> Edition:
    issued = weeks.ends("2024-W26") + 5 * DAY
    fields = {"disease": "influenza", "name": "インフルエンザ", "system": "sentinel",
              "week": "2024-W26", **body}  # fmt: skip
    return Edition(f"product/{kind}/{key}", issued,
                   [Record(kind, key, msgspec.json.encode(fields))], effective=issued)  # fmt: skip


def fill(store: Store, mode: Mode = Mode.ACTUAL, label: int = PUBLIC) -> None:
    for number in range(LAST - 4, LAST + 1):
        rise = 30 if number == LAST else 10
        for made in (table(number, "influenza", "インフルエンザ", rise),
                     table(number, "mumps", "流行性耳下腺炎<b>", 5, "22")):  # fmt: skip
            store.publish([msgspec.structs.replace(made, mode=mode)], source="idwr", label=label)


def digest(
    store: Store, reader: Reader = ANONYMOUS, mode: Mode = Mode.ACTUAL, **options: Any
) -> Digest:
    language = options.pop("language", "en")
    return compose(look(store, reader, mode, options.pop("at", AT), KNOWN, **options), language)


def part(made: Digest, title: str) -> str:
    (found,) = [one for one in made.parts if one.title.startswith(title)]
    return "\n".join([*map(" | ".join, found.rows), *found.remarks])


def test_it_tells_what_rose_and_what_is_absent_and_where_it_is_from(store: Store) -> None:
    fill(store)
    made = digest(store)
    assert made.title == "Infectious diseases, week 26 of 2024"
    assert part(made, "What rose") == "Influenza | 1410 | － | 470 | ×3.0"
    assert "health/nowcast was not computed for this week" in part(made, "Totals")
    assert "Shizuoka | not reported (not 0) | Mumps" in part(made, "What is missing")
    assert "idwr | 2 | 2024-07-06 00:00" in part(made, "Sources")
    assert "As it stood at 2024-07-06 00:00" in part(made, "Sources")


def test_products_of_the_week_are_told_with_how_sure_they_are(store: Store) -> None:
    fill(store)
    for one in (
        product("health.detection", "influenza"),
        product(
            "health.alarm",
            "influenza/22",
            area_code="22",
            count=30,
            expected=9.5,
            upper=17.0,
            q_value=0.003,
            methods=["farrington", "cusum"],
            since="2024-W25",
        ),
        product(
            "health.alarm",
            "influenza/00",
            area_code="00",
            count=1410,
            expected=500.0,
            upper=900.0,
            q_value=0.3,
            methods=["ears_c1"],
            since="2024-W26",
        ),
        product(
            "health.nowcast",
            "influenza",
            areas=[
                {"code": "00", "count": 1410, "estimate": 1500.4, "lower": 1450.0, "upper": 1600.0}
            ],
        ),
        product(
            "health.forecast",
            "influenza",
            code="00",
            value=9.1,
            levels=[0.1, 0.5, 0.9],
            horizons=[{"horizon": 1, "week": "2024-W27", "quantiles": [8.0, 10.0, 14.0]}],
        ),
        product(
            "health.reproduction",
            "influenza",
            areas=[
                {"code": "00", "weeks": ["2024-W26"], "mean": [1.4], "lower": [1.2], "upper": [1.6]}
            ],
        ),
        product(
            "health.cluster",
            "influenza/1",
            codes=["22", "23"],
            first="2024-W25",
            last="2024-W26",
            observed=60,
            expected=20.0,
            relative_risk=3.1,
            p_value=0.001,
        ),
        product("health.alarm", "old/00", week="2024-W25", area_code="00", count=1),
    ):
        store.publish([one], source="product/test", label=PUBLIC)  # fmt: skip
    made = digest(store)
    assert part(made, "Alarms").splitlines() == [
        "Influenza | Shizuoka | 30 | 9.5 (≤ 17) | likely, q 0.003 | 2024-W25 | farrington cusum",
        "Influenza | Japan | 1410 | 500 (≤ 900) | possible, q 0.3 | 2024-W26 | ears_c1",
    ]
    assert "1500 (1450–1600)" in part(made, "Totals")
    assert "Influenza | 2024-W27 | 9.1 | 10 (8–14)" in part(made, "Forecasts")
    assert "1.4 (1.2–1.6) | rising" in part(made, "Reproduction")
    assert "Shizuoka, Aichi" in part(made, "Clusters")
    assert "Not computed" not in part(made, "What is missing")
    assert "Japan" not in part(digest(store, area="22"), "Alarms")


def test_an_earlier_week_is_as_it_stood_then_and_says_that_there_is_a_newer_one(
    store: Store,
) -> None:
    fill(store)
    made = digest(store, week="2024-W25", language="ja")
    assert made.title == "感染症週報ダイジェスト 2024年第25週"
    assert "これより新しい週（2024-W26）の週報がある。" in made.lead
    assert "前4週を明らかに上回る疾病はない" in part(made, "増えた疾病")
    with pytest.raises(NotFound):
        look(store, ANONYMOUS, Mode.ACTUAL, AT, KNOWN, "2023-W01")


def test_a_drill_says_so_in_every_form_and_nobody_sees_what_is_not_theirs(store: Store) -> None:
    fill(store, Mode.EXERCISE)
    fill(store, label=OWN)
    with pytest.raises(NotFound):
        digest(store)
    assert digest(store, OPERATOR).mark == ""
    made = digest(store, mode=Mode.EXERCISE)
    for write in FORMS.values():
        assert write(made).count("EXERCISE: this is not real") >= 1
    assert "<b>" not in html(digest(store, OPERATOR, language="ja")).replace("<body>", "")
    assert "\\<b\\>" in markdown(digest(store, OPERATOR, language="ja"))


def test_the_verb_writes_the_form_that_the_file_is_named_by(tmp_path: Path) -> None:
    opened = open_store(tmp_path)
    fill(opened)
    opened.close()
    run = CliRunner()
    out = tmp_path / "week.html"
    told = run.invoke(noroshi, ["--home", str(tmp_path), "digest", "--week", "2024-W26",
                                 "--area", "22",
                             "--lang", "en", "--out", str(out)])  # fmt: skip
    assert told.exit_code == 0, told.output
    assert out.read_text(encoding="utf-8").startswith('<!doctype html><html lang="en">')
    assert run.invoke(noroshi, ["--home", str(tmp_path), "digest", "--week", "52"]).exit_code == 2
    assert run.invoke(noroshi, ["--home", str(tmp_path), "digest", "--area", "99"]).exit_code == 2
