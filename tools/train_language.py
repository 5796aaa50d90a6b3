"""Trains the language model on the corpus and writes its weights: `python tools/train_language.py`.

The test split is not read. Families are dealt into folds; each fold is scored by a model that saw
none of its families, and these scores, with those of the free sentences that are kept for it
(`calibrate_*.txt`, which no model is trained on), make the curves of confidence and the thresholds.
The model that is written is trained on all families. The same corpus gives the same bytes on the
same machine. `--check` compares with the committed weights instead of writing.
"""

from __future__ import annotations

import argparse
import io
import sys
import warnings
import zipfile
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import numpy as np
from scipy.sparse import csr_matrix
from sklearn.isotonic import IsotonicRegression
from sklearn.svm import LinearSVC

from noroshi.channels.chat.language import model as language_model
from noroshi.channels.chat.language.corpus.expand import FOLDS, Utterance, corpus, fold
from noroshi.channels.chat.language.corpus.read import fingerprint, municipalities, named
from noroshi.channels.chat.language.features import BUCKETS
from noroshi.channels.chat.language.gazetteer import Gazetteer
from noroshi.channels.chat.language.model import (
    COLUMNS,
    Facts,
    Weights,
    best_of,
    texts,
    weigh,
)
from noroshi.channels.chat.language.normal import plain
from noroshi.channels.chat.language.understand import in_peril, spans_of
from noroshi.channels.chat.language.understood import INTENTS
from noroshi.channels.chat.language.words import dictionary_version, words

STRENGTH = {"ja": 1.0, "en": 1.0}
#: Of every five places one stays unmasked: people name places that no list has.
UNMASKED = 5
#: What the free sentences weigh, all together, beside the scores out of fold.
FREE = 1.0
#: The best intent is refused where it is right less often than this.
REFUSE, HIGHEST = 0.5, 0.76
#: Share of what is out of scope that is to be told as such, or refused.
OUTSIDE = 0.9
#: Share of dangers, not told by words of peril alone, … of all: what the score must find.
RECALL = 0.985
WEIGHTS = (
    Path(__file__).resolve().parents[1]
    / "src/noroshi/channels/chat/language"
    / language_model.WEIGHTS
)


def main() -> int:
    """Train, and write or compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare, do not write")
    asked = parser.parse_args()
    warnings.filterwarnings("ignore")
    data = train([one for one in corpus() if one.split != "test"])
    if asked.check:
        same = WEIGHTS.read_bytes() == data
        print("the weights are those of the corpus" if same else "the weights differ: train again")
        return 0 if same else 1
    WEIGHTS.write_bytes(data)
    print(f"{WEIGHTS}: {len(data):,} bytes")
    return 0


def train(rows: list[Utterance]) -> bytes:
    """The bytes of the weights for these rows."""
    gazetteer = Gazetteer(municipalities(), named())
    held: dict[str, Any] = {}
    chosen: dict[str, dict[str, float]] = {"refuse": {}, "also": {}, "danger": {}}
    for language in ("ja", "en"):
        own = [one for one in rows if one.language == language and one.split == "train"]
        free = [one for one in rows if one.language == language and one.split == "calibrate"]
        whole, each = _matrices(own, gazetteer, language)
        truth = _truth(own)
        weights = _fit(whole, truth, language)
        scores = _out_of_fold(own, whole, each, truth, language)
        seen = np.flatnonzero(~np.isnan(scores[:, 0]))
        _, each_free = _matrices(free, gazetteer, language)
        told = _Told(
            np.concatenate([scores[seen], [best_of(one, *weights) for one in each_free]]),
            np.concatenate([truth[seen], _truth(free)]),
            np.array([in_peril(plain(one.text).text) for one in [*own, *free]])[
                [*seen, *range(len(own), len(own) + len(free))]],
            np.array([len(one) > 1 for one in [*(each[row] for row in seen), *each_free]]),
            np.repeat([1.0, FREE * len(seen) / len(free)], [len(seen), len(free)]),
        )  # fmt: skip
        curves, thresholds = _calibrate(told)
        for name, value in thresholds.items():
            chosen[name][language] = value
        for name, value in zip(Weights._fields, (*weights, *curves), strict=True):
            held[f"{language}_{name}"] = value
        _tell(language, "out of fold", scores[seen], truth[seen])
        _tell(language, "free", told.scores[len(seen) :], told.truth[len(seen) :])
        print(f"{language}: {thresholds}", file=sys.stderr)
    facts = Facts(fingerprint(), dictionary_version(),
                  {one: sum(row.language == one and row.split == "train" for row in rows)
                   for one in ("ja", "en")},
                  **chosen)  # fmt: skip
    held["facts"] = np.frombuffer(msgspec.json.encode(facts), np.uint8)
    return _pack(held)


def _matrices(rows: list[Utterance], gazetteer: Gazetteer, language: Any) -> tuple[Any, list[Any]]:
    each = []
    for number, row in enumerate(rows):
        said = plain(row.text)
        tokens = words(said.text) if language == "ja" else []
        found = gazetteer.mentions(said, tokens) if number % UNMASKED else ()
        each.append([weigh(one, language) for one in texts(said.text, spans_of(said, found))])
    return _matrix([one[0] for one in each], BUCKETS[language]), each


def _matrix(rows: list[tuple[list[int], list[float]]], size: int) -> Any:
    ends = np.cumsum([0, *(len(one) for one, _ in rows)])
    columns = np.concatenate([one for one, _ in rows])
    values = np.concatenate([one for _, one in rows])
    return csr_matrix((values, columns, ends), (len(rows), size))


def _truth(rows: list[Utterance]) -> Any:
    return np.array([[one in row.intents for one in INTENTS] + [row.danger] for row in rows])


def _fit(matrix: Any, truth: Any, language: str) -> tuple[Any, Any, Any]:
    """Weights of 8 bits with a step for each column, and offsets."""
    table = np.zeros((matrix.shape[1], len(COLUMNS)), np.float64)
    offsets = np.zeros(len(COLUMNS), np.float32)
    for column in range(len(COLUMNS)):
        fitted = LinearSVC(C=STRENGTH[language], random_state=0)
        fitted.fit(matrix, truth[:, column])
        table[:, column] = fitted.coef_[0]
        offsets[column] = fitted.intercept_[0]
    steps = (np.abs(table).max(axis=0) / 127).astype(np.float32)
    return np.round(table / steps).astype(np.int8), steps, offsets


def _out_of_fold(
    rows: list[Utterance], whole: Any, each: list[Any], truth: Any, language: Any
) -> Any:
    folds = [{fold(half) for half in one.family.split("+")} for one in rows]
    # A joined utterance belongs to two families: it is trained on where both are, and tells of
    # confidence where both are left out.
    scores = np.full(truth.shape, np.nan, np.float32)
    for number in range(FOLDS):
        kept = np.array([number not in one for one in folds])
        weights = _fit(whole[kept], truth[kept], language)
        for row, one in enumerate(folds):
            if one == {number}:
                scores[row] = best_of(each[row], *weights)
    return scores


class _Told(NamedTuple):
    """Scores of texts that the model did not see; whether words of peril are in each, whether it
    has several sentences, and what it weighs."""

    scores: Any
    truth: Any
    peril: Any
    many: Any
    weight: Any


def _calibrate(told: _Told) -> tuple[tuple[Any, Any, Any], dict[str, float]]:
    """Curves of confidence for the best intent, for the others of one sentence and of several."""
    intents, right = told.scores[:, : len(INTENTS)], told.truth[:, : len(INTENTS)]
    first = intents.argmax(axis=1)
    index = np.arange(len(intents))
    rest = np.ones_like(right, bool)
    rest[index, first] = False
    weight = np.repeat(told.weight[:, None], len(INTENTS), axis=1)
    best = _curve(intents[index, first], right[index, first], told.weight)
    others = [_curve(intents[own][rest[own]], right[own][rest[own]], weight[own][rest[own]])
              for own in (~told.many, told.many)]  # fmt: skip
    found = np.where(told.many[:, None], *(np.interp(intents, *others[one]) for one in (1, 0)))
    found[index, first] = 1.0
    also = max((round(0.2 + 0.05 * step, 2) for step in range(13)),
               key=lambda one: _worth(found >= one, right, told.weight))  # fmt: skip
    sure = np.interp(intents[index, first], *best)
    return (best, *others), {
        "refuse": _refuse(sure, first, right, told.weight),
        "also": also,
        "danger": _danger(told),
    }


def _danger(told: _Told) -> float:
    """The score that finds the share of dangers that is asked for. What the words of peril already
    tell needs none."""
    own = told.truth[:, -1]
    scores = np.where(told.peril, np.inf, told.scores[:, -1])[own]
    order = np.argsort(scores, kind="stable")
    missed = np.cumsum(told.weight[own][order]) / told.weight[own].sum()
    return float(scores[order[np.searchsorted(missed, 1 - RECALL)]])


def _refuse(sure: Any, first: Any, right: Any, weight: Any) -> float:
    """The confidence below which is refused: at least that of a guess as often wrong as right,
    and more where what is out of scope would else be taken for something."""
    outside = INTENTS.index("out_of_scope")
    own = right[:, outside]
    for threshold in np.arange(REFUSE, HIGHEST, 0.05):
        told = (first == outside)[own] | (sure < threshold)[own]
        if np.average(told, weights=weight[own]) >= OUTSIDE:
            break
    return round(float(threshold), 2)


def _worth(taken: Any, right: Any, weight: Any) -> float:
    """The mean over intents of F1."""
    both, all_, real = (weight @ one for one in (taken & right, taken, right))
    return float(np.mean(2 * both / np.maximum(all_ + real, 1)))


def _curve(scores: Any, right: Any, weight: Any) -> Any:
    """Knots of the isotonic fit: scores above, shares of right below."""
    fitted = IsotonicRegression(y_min=0.0, y_max=1.0, out_of_bounds="clip")
    fitted.fit(scores, right, weight)
    x, y = fitted.X_thresholds_, fitted.y_thresholds_
    if len(x) > 64:
        kept = np.unique(np.linspace(0, len(x) - 1, 64).astype(int))
        x, y = x[kept], y[kept]
    return np.stack([x, y]).astype(np.float32)


def _tell(language: str, which: str, scores: Any, truth: Any) -> None:
    first = scores[:, : len(INTENTS)].argmax(axis=1)
    right = truth[np.arange(len(scores)), first].mean()
    print(f"{language}: {len(scores):,} rows {which}, best intent right in {right:.3f}",
          file=sys.stderr)  # fmt: skip


def _pack(held: dict[str, Any]) -> bytes:
    """An `.npz` whose bytes say nothing of when it was written."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, value in held.items():
            inner = io.BytesIO()
            np.save(inner, np.ascontiguousarray(value), allow_pickle=False)
            entry = zipfile.ZipInfo(f"{name}.npy", (1980, 1, 1, 0, 0, 0))
            archive.writestr(entry, inner.getvalue(), zipfile.ZIP_DEFLATED, 9)
    return out.getvalue()


if __name__ == "__main__":
    sys.exit(main())
