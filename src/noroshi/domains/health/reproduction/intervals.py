"""Serial intervals: from the onset of a case to the onset of those whom it infects.

Only diseases that pass from person to person, and for which something was measured. The mean
and the standard deviation are themselves uncertain: each is a normal distribution cut off at
both ends. `observed`: intervals between cases were measured, and the mean is of the source named;
how far mean and standard deviation may be off is judged from the sources' intervals and from how
they differ. `assumed`: put together from incubation and shedding, and so drawn wide.
"""

from __future__ import annotations

from typing import NamedTuple

OBSERVED, ASSUMED = "observed", "assumed"


class Uncertain(NamedTuple):
    """A normal distribution that is cut off: its centre, spread, and ends (days)."""

    centre: float
    spread: float
    low: float
    high: float


class Serial(NamedTuple):
    """The serial interval of a disease: a gamma distribution shifted by one day."""

    mean: Uncertain
    sd: Uncertain
    evidence: str
    source: str


_VINK = "Vink et al. 2014, Am J Epidemiol 180:865"

SERIAL: dict[str, Serial] = {
    "influenza": Serial(
        Uncertain(2.8, 0.4, 2.0, 3.6), Uncertain(1.5, 0.3, 0.8, 2.2), OBSERVED,
        f"{_VINK} (H3N2 2.2, H1N1pdm09 2.8); Cowling et al. 2009, Epidemiology 20:344 (3.6)",
    ),
    "covid19": Serial(
        Uncertain(3.5, 0.4, 2.4, 4.5), Uncertain(2.2, 0.3, 1.4, 3.0), OBSERVED,
        "Backer et al. 2022, Euro Surveill 27(6):2200042 (Omicron 3.5); "
        "an der Heiden & Buchholz 2022, Epidemiol Infect 150:e165 (3.4–3.9)",
    ),
    "rsv": Serial(
        Uncertain(7.5, 0.6, 6.0, 9.0), Uncertain(2.1, 0.4, 1.2, 3.2), OBSERVED, _VINK,
    ),
    "measles": Serial(
        Uncertain(11.7, 0.5, 10.5, 13.0), Uncertain(2.5, 0.5, 1.5, 3.5), OBSERVED, _VINK,
    ),
    "varicella": Serial(
        Uncertain(14.0, 0.5, 12.5, 15.5), Uncertain(2.5, 0.5, 1.5, 3.5), OBSERVED, _VINK,
    ),
    "mumps": Serial(
        Uncertain(18.0, 1.0, 15.5, 20.5), Uncertain(3.5, 0.7, 2.0, 5.0), OBSERVED, _VINK,
    ),
    "rubella": Serial(
        Uncertain(18.3, 1.0, 15.5, 21.0), Uncertain(2.5, 0.6, 1.5, 4.0), OBSERVED, _VINK,
    ),
    "pertussis": Serial(
        Uncertain(22.8, 2.0, 18.0, 28.0), Uncertain(6.5, 1.0, 4.0, 9.0), OBSERVED, _VINK,
    ),
    "mpox": Serial(
        Uncertain(8.5, 0.7, 7.0, 10.5), Uncertain(5.0, 0.6, 3.8, 6.4), OBSERVED,
        "Madewell et al. 2023, Emerg Infect Dis 29:818",
    ),
    "gastroenteritis": Serial(
        Uncertain(3.6, 0.4, 2.6, 4.6), Uncertain(2.0, 0.3, 1.2, 2.8), OBSERVED,
        "norovirus: Heijne et al. 2009, Emerg Infect Dis 15:24",
    ),
    "hfmd": Serial(
        Uncertain(4.5, 0.8, 3.0, 6.5), Uncertain(2.0, 0.5, 1.0, 3.0), ASSUMED,
        "incubation 4.4–5.7 days: Yang et al. 2017, Sci Rep 7:16464",
    ),
    "herpangina": Serial(
        Uncertain(4.5, 0.8, 3.0, 6.5), Uncertain(2.0, 0.5, 1.0, 3.0), ASSUMED,
        "as hand, foot and mouth disease, by enteroviruses too: Yang et al. 2017, Sci Rep 7:16464",
    ),
    "mycoplasma": Serial(
        Uncertain(21.0, 3.0, 14.0, 28.0), Uncertain(7.0, 1.5, 4.0, 10.0), ASSUMED,
        "two to four weeks between cases of a family: Foy et al. 1966, JAMA 197:859",
    ),
}  # fmt: skip
