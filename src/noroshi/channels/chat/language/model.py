"""The linear model: weights from a file, scores of a text, and how often such scores are right.

One-vs-rest linear support vector machines over hashed features, 8 bits a weight;
`tools/train_language.py` makes them. A text of several sentences is scored whole and sentence by
sentence, and an intent's score is the best of these, so that each of several things said at once
is heard. Confidence is isotonic regression of out-of-fold outcomes on scores (Zadrozny & Elkan
2002, KDD): one curve for the best intent, and for the others one where there is one sentence and
one where there are many.
"""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Literal, NamedTuple

import msgspec

from noroshi.channels.chat.language.features import features, for_words, mask, without_manners
from noroshi.channels.chat.language.understood import INTENTS
from noroshi.channels.chat.language.words import words

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Language = Literal["ja", "en"]
#: The columns of the weights; the last says that a life may be in danger.
COLUMNS = (*INTENTS, "danger")
WEIGHTS = "weights.npz"
_MOST_PARTS = 24
_BREAK = re.compile(
    r"[。.!！?？\n]+\s*|(?:(?<=[いたるすんよね])、|、?)(?=(?:あと|それと|それから|ところで)[、 ])|"
    r",\s(?=(?:and|also|but)\b)"
)
_SHORTEST_PART = 3


class Facts(msgspec.Struct, frozen=True):
    """What the weights belong to, and what was chosen with them."""

    corpus: str
    dictionary: str
    rows: dict[str, int]
    refuse: dict[str, float]
    also: dict[str, float]
    danger: dict[str, float]


class Weights(NamedTuple):
    """Weights of one language: table [bucket, column] of 8 bits, its steps, and offsets."""

    table: NDArray[np.int8]
    steps: NDArray[np.float32]
    offsets: NDArray[np.float32]
    best: NDArray[np.float32]
    others: NDArray[np.float32]
    others_of_many: NDArray[np.float32]


class Model(NamedTuple):
    """Everything that was trained."""

    facts: Facts
    weights: dict[str, Weights]

    def confidence(
        self, scores: NDArray[np.float32], language: Language, many: bool
    ) -> NDArray[np.float64]:
        """How often each intent is right at such scores, the best seen as the best, the others as
        those of a text of `many` sentences or of one."""
        import numpy as np

        weights = self.weights[language]
        others = weights.others_of_many if many else weights.others
        found: NDArray[np.float64] = np.interp(scores, others[0], others[1])
        first = int(scores.argmax())
        found[first] = np.interp(scores[first], weights.best[0], weights.best[1])
        return found


@cache
def model() -> Model:
    """The committed model. Raises FileNotFoundError where the package lacks its weights."""
    return parse(files(__package__).joinpath(WEIGHTS).read_bytes())


def parse(data: bytes) -> Model:
    """The model in the bytes of an `.npz`; nothing in it is run (no pickle)."""
    import numpy as np

    with np.load(io.BytesIO(data), allow_pickle=False) as held:
        facts = msgspec.json.decode(held["facts"].tobytes(), type=Facts)
        weights = {
            one: Weights(*(held[f"{one}_{name}"] for name in Weights._fields))
            for one in ("ja", "en")
        }
    return Model(facts, weights)


def parts(text: str) -> list[str]:
    """The sentences of a text that has several, at most 24."""
    found = [one for one in _BREAK.split(text) if one and len(one.strip()) >= _SHORTEST_PART]
    return found[:_MOST_PARTS] if len(found) > 1 else []


def texts(text: str, spans: Sequence[tuple[int, int, str]]) -> list[str]:
    """What is scored of a text: the whole with its places masked, and its sentences."""
    masked = without_manners(mask(text, spans))
    return [masked, *parts(masked)]


def weigh(masked: str, language: Language) -> tuple[list[int], list[float]]:
    """The features of one text, masked: buckets and values."""
    tokens = words(for_words(masked)) if language == "ja" else []
    return features(masked, tokens, language)


def score(masked: list[str], weights: Weights, language: Language) -> NDArray[np.float32]:
    """Raw scores of each column: the best of the whole and of its sentences."""
    found = [weigh(one, language) for one in masked]
    return best_of(found, weights.table, weights.steps, weights.offsets)


def best_of(
    found: list[tuple[list[int], list[float]]],
    table: NDArray[np.int8],
    steps: NDArray[np.float32],
    offsets: NDArray[np.float32],
) -> NDArray[np.float32]:
    """Scores of a text from the features of the whole, first, and of its sentences."""
    import numpy as np

    scores = []
    for number, (rows, values) in enumerate(found):
        total = np.asarray(values, np.float32) @ table[rows].astype(np.float32) * steps + offsets
        # A sentence alone says less surely what is meant than the whole does.
        scores.append(total - _SENTENCE if number else total)
    best: NDArray[np.float32] = np.max(scores, axis=0)
    return best


_SENTENCE = 0.1
