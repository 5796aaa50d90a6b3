"""Language: what is understood of the corpus's test families and of handwritten utterances, beside
keyword rules that are measured on the same texts in the same run."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import numpy as np

from bench.keywords import keywords
from bench.result import Result
from noroshi.channels.chat.language.corpus.expand import Utterance, corpus
from noroshi.channels.chat.language.corpus.read import (
    handwritten,
    municipalities,
    named,
)
from noroshi.channels.chat.language.gazetteer import Gazetteer
from noroshi.channels.chat.language.understand import understand
from noroshi.channels.chat.language.understood import INTENTS, Named, Understood
from noroshi.core.time import parse

AT = parse("2026-11-28T13:00:00+09:00")
NAMES = 200_000
Judged = tuple[tuple[str, ...], bool]


class Row(NamedTuple):
    """An utterance with what was understood of it."""

    text: str
    intents: tuple[str, ...]
    danger: bool
    language: str
    style: str
    places: tuple[tuple[int, int], ...]
    found: Understood
    rules: Judged
    utterance: Utterance | None


def run(big: bool) -> list[Result]:
    """Scores of the test split and of the handwritten utterances, and times."""
    gazetteer = Gazetteer(municipalities(), [*named(), *_many(NAMES)])
    understand("こんにちは", gazetteer, at=AT)
    every = corpus()
    test = [one for one in every if one.split == "test"]
    spent: list[float] = []
    rows = [_row(one, gazetteer, spent) for one in test]
    free = [
        _judged(
            one.text, one.intents, one.danger, "handwritten", one.places, gazetteer, spent, None
        )
        for one in handwritten()
    ]
    ours = [Result("language: corpus", _sizes(every), "≥ 4,000 ja, ≥ 500 en",
                   _enough(every), "utterances")]  # fmt: skip
    for language in ("ja", "en"):
        ours += _scores(language, [one for one in rows if one.language == language])
        ours += _plain_scores(
            f"{language}, handwritten", [one for one in free if one.language == language]
        )
    ours += _styles([one for one in rows if one.language == "ja"])
    ours.append(_slow(spent))
    ours += _confusions([one for one in rows if one.language == "ja"])
    return ours


def _row(one: Utterance, gazetteer: Gazetteer, spent: list[float]) -> Row:
    return _judged(one.text, one.intents, one.danger, one.style, one.places, gazetteer, spent, one)


def _judged(
    text: str,
    intents: tuple[str, ...],
    danger: bool,
    style: str,
    places: tuple[tuple[int, int], ...],
    gazetteer: Gazetteer,
    spent: list[float],
    utterance: Utterance | None,
) -> Row:
    start = time.perf_counter()
    found = understand(text, gazetteer, at=AT)
    spent.append(time.perf_counter() - start)
    language = utterance.language if utterance else found.language
    return Row(text, intents, danger, language, style, places, found, keywords(text), utterance)


def _scores(language: str, rows: list[Row]) -> list[Result]:
    places = [one for one in rows if one.utterance]
    return [
        *_plain_scores(language, rows, bars=True),
        _bar(f"language, {language}: place slot F1", _place_f1(places), 0.95),
        Result(f"language, {language}: depth, persons, time", _slots(rows), note="right of labelled"),  # noqa: E501
    ]  # fmt: skip


def _plain_scores(what: str, rows: list[Row], bars: bool = False) -> list[Result]:
    note = f"{len(rows)} utterances"
    f1, scope, error = macro_f1(rows, _ours), _out_of_scope(rows, _ours), _calibration(rows)
    return [
        _bar(f"language, {what}: intent macro-F1", f1, 0.93, bars, note),
        Result(f"language, {what}: … of keyword rules", f"{macro_f1(rows, _rules):.3f}"),
        Result(f"language, {what}: exactly the intents said", f"{_exact(rows, _ours):.3f}",
               note=f"rules {_exact(rows, _rules):.3f}; best guess right {_best(rows):.3f}; "
                    f"refused {_refused(rows):.3f}"),
        _bar(f"language, {what}: out-of-scope recall", scope, 0.9, bars,
             f"rules {_out_of_scope(rows, _rules):.3f}; said to be so, or refused; "
             f"said so {_out_of_scope(rows, _ours, False):.3f}"),
        Result(f"language, {what}: expected calibration error", f"{error:.3f}", "≤ 0.05",
               error <= 0.05 if bars else None, "of the best guess, ten bins"),
        Result(f"language, {what}: danger recall, false alarms", _danger(rows, _ours),
               note=f"rules {_danger(rows, _rules)}"),
    ]  # fmt: skip


def _bar(what: str, value: float, bar: float, bars: bool = True, note: str = "") -> Result:
    return Result(what, f"{value:.3f}", f"≥ {bar}", value >= bar if bars else None, note)


def _ours(row: Row) -> Judged:
    return row.found.intents, row.found.danger


def _rules(row: Row) -> Judged:
    return row.rules


def macro_f1(rows: Iterable[Row], judge: Callable[[Row], Judged]) -> float:
    """The mean over intents of F1; a row counts once for each intent that it has or is given."""
    scores = f1_by_intent(rows, judge)
    return float(np.mean(list(scores.values())))


def f1_by_intent(rows: Iterable[Row], judge: Callable[[Row], Judged]) -> dict[str, float]:
    """F1 of each intent that is in the rows."""
    hit: Counter[str] = Counter()
    said: Counter[str] = Counter()
    given: Counter[str] = Counter()
    for row in rows:
        taken = judge(row)[0]
        hit.update(set(taken) & set(row.intents))
        said.update(row.intents)
        given.update(taken)
    return {one: 2 * hit[one] / (said[one] + given[one]) for one in INTENTS if said[one]}


def _exact(rows: list[Row], judge: Callable[[Row], Judged]) -> float:
    return float(np.mean([set(judge(one)[0]) == set(one.intents) for one in rows]))


def _best(rows: list[Row]) -> float:
    return float(np.mean([bool(one.found.guesses) and one.found.guesses[0].intent in one.intents
                          for one in rows]))  # fmt: skip


def _refused(rows: list[Row]) -> float:
    return float(np.mean([not one.found.intents for one in rows]))


def _out_of_scope(rows: list[Row], judge: Callable[[Row], Judged], refused: bool = True) -> float:
    own = [judge(one)[0] for one in rows if one.intents == ("out_of_scope",)]
    good = [one == ("out_of_scope",) or (refused and one == ()) for one in own]
    return float(np.mean(good)) if good else float("nan")


def _calibration(rows: list[Row], bins: int = 10) -> float:
    pairs = np.array([
        (one.found.guesses[0].confidence, one.found.guesses[0].intent in one.intents)
        for one in rows if one.found.guesses
    ])  # fmt: skip
    which = np.minimum((pairs[:, 0] * bins).astype(int), bins - 1)
    return float(sum(
        abs(pairs[which == one].mean(axis=0) @ [1, -1]) * (which == one).mean()
        for one in set(which)
    ))  # fmt: skip


def _danger(rows: list[Row], judge: Callable[[Row], Judged]) -> str:
    real = [judge(one)[1] for one in rows if one.danger]
    false = [judge(one)[1] for one in rows if not one.danger]
    return f"{np.mean(real):.3f}, {np.mean(false):.3f}"


def _place_f1(rows: list[Row]) -> float:
    hit = said = given = 0
    for row in rows:
        found = {(one.start, one.end) for one in row.found.places}
        hit += len(found & set(row.places))
        said += len(row.places)
        given += len(found)
    return 2 * hit / (said + given)


def _slots(rows: list[Row]) -> str:
    right: dict[str, list[bool]] = defaultdict(list)
    for row in rows:
        one = row.utterance
        if one is None:
            continue
        if one.depth is not None:
            right["depth"].append(
                row.found.depth is not None and abs(row.found.depth.metres - one.depth) < 0.01
            )
        if one.persons is not None:
            right["persons"].append(
                row.found.persons is not None and row.found.persons.number == one.persons
            )
        if one.has_time:
            right["time"].append(row.found.moment is not None)
    return ", ".join(f"{np.mean(v):.3f} ({len(v)})" for _, v in sorted(right.items())) or "none"


def _styles(rows: list[Row]) -> list[Result]:
    styles = sorted({one.style for one in rows})
    found = []
    for style in styles:
        own = [one for one in rows if one.style == style]
        found.append(Result(f"language, ja, {style}: macro-F1", f"{macro_f1(own, _ours):.3f}",
                            note=f"rules {macro_f1(own, _rules):.3f}; {len(own)} utterances"))  # fmt: skip  # noqa: E501
    return found


def _slow(spent: list[float]) -> Result:
    middle, late = (1_000 * float(np.quantile(spent, share)) for share in (0.5, 0.95))
    return Result("language: one utterance, p50 and p95", f"{middle:.1f}, {late:.1f} ms",
                  "p95 < 20 ms", late < 20, f"{NAMES:,} names")  # fmt: skip


def _confusions(rows: list[Row]) -> list[Result]:
    """The intents told apart worst, with what they were taken for."""
    scores = f1_by_intent(rows, _ours)
    found = []
    for intent in sorted(scores, key=lambda one: scores[one])[:10]:
        instead: Counter[str] = Counter()
        for row in rows:
            if intent in row.intents and intent not in row.found.intents:
                instead.update([one for one in row.found.intents if one not in row.intents]
                               or ["(refused)" if not row.found.intents else "(left out)"])  # fmt: skip  # noqa: E501
        also = Counter(
            one for row in rows if intent in row.found.intents and intent not in row.intents
            for one in row.intents if one not in row.found.intents
        )  # fmt: skip
        note = "taken for " + _listed(instead) + "; given to " + _listed(also)
        found.append(
            Result(f"language, ja, worst: {intent} F1", f"{scores[intent]:.3f}", note=note)
        )
    return found


def _listed(counts: Counter[str]) -> str:
    return ", ".join(f"{one} {number}" for one, number in counts.most_common(4)) or "nothing"


def _sizes(every: list[Utterance]) -> str:
    sizes = Counter((one.language, one.split) for one in every)
    return "; ".join(f"{' '.join(key)} {number:,}" for key, number in sorted(sizes.items()))


def _enough(every: list[Utterance]) -> bool:
    sizes = Counter(one.language for one in every)
    return sizes["ja"] >= 4_000 and sizes["en"] >= 500


def _many(number: int) -> list[tuple[str, Any]]:
    """Made names of facilities, so that times are those of a whole region's list."""
    heads = "青赤白黒金銀松竹梅桜杉楠鶴亀鷹鷺泉滝浜磯"
    middles = "見丘原谷台森岡坂塚崎瀬沢島江戸根野羽尾倉"
    tails = ("小学校", "中学校", "公民館", "集会所", "保育園", "病院", "センター", "体育館",
             "会館", "高等学校")  # fmt: skip
    found = []
    for one in range(number):
        name = (heads[one % 20] + middles[one // 20 % 20] + tails[one // 400 % 10]
                + (f"第{one // 4000}" if one >= 4000 else ""))  # fmt: skip
        found.append(("facility", Named(name, "", None, f"架空{one % 50}市")))
    return found
