"""Aftershocks: how many, when, and how large."""

from __future__ import annotations

import math

import msgspec
import numpy as np

#: Reasenberg & Jones (1989): mean parameters of a sequence; b of Gutenberg & Richter (1944).
A, B, C, P = -1.67, 0.91, 0.05, 1.08


class Aftershock(msgspec.Struct, frozen=True):
    """One earthquake of a sequence: seconds after the main shock, and its magnitude."""

    seconds: float
    magnitude: float


def expected(main: float, least: float, days: float, a: float = A) -> float:
    """How many of at least a magnitude come within some days: 10^(a + b (M − m)) ∫ (t + c)^−p dt
    (Utsu 1961; Reasenberg & Jones 1989)."""
    rate: float = 10 ** (a + B * (main - least))
    return rate * _integral(days)


def _integral(days: float) -> float:
    return float((C ** (1 - P) - (days + C) ** (1 - P)) / (P - 1))


def sequence(
    main: float, least: float, hours: float, random: np.random.Generator, a: float = A
) -> list[Aftershock]:
    """A sequence in order of time.

    Times follow the law of Omori and Utsu, by inversion of its integral; magnitudes that of
    Gutenberg and Richter, at most one below the main shock (Båth 1965).
    """
    days = hours / 24
    count = int(random.poisson(expected(main, least, days, a)))
    share = np.sort(random.random(count)) * _integral(days)
    times = (C ** (1 - P) - share * (P - 1)) ** (1 / (1 - P)) - C
    top = main - 1.0
    u = random.random(count) * (1 - 10 ** (-B * (top - least)))
    sizes = least - np.log10(1 - u) / B
    return [
        Aftershock(float(time) * 86_400, math.floor(float(size) * 10) / 10)
        for time, size in zip(times, sizes, strict=True)
    ]
