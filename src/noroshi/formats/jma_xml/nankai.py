"""What earthquakes may follow: Nankai Trough (VYSE50, 51, 52), Hokkaido–Sanriku (VYSE60) and
seismic activity (VXSE56). Elements: jmx_seis.xsd `type.EarthquakeInfo`, or Body/Text alone.

Series: `jma/seismic_information/{product}`, without the event. Each statement of a product is what
JMA holds of that subject from then on, and its EventID is only the minute of its issue: 調査終了
must replace the 調査中 before it. A cancellation leaves nothing in force.

Telegrams do not say until when a statement holds, and its end is not announced by one. The plan for
the Nankai Trough has people on their guard for two weeks at most (巨大地震警戒: one week, and
another of 巨大地震注意), that for the Japan and Kuril Trenches for one week; so long records stand.
"""

from __future__ import annotations

from noroshi.core.record import Action, Edition, Record
from noroshi.core.time import DAY
from noroshi.formats.jma_xml.telegram import IB, SEIS, Telegram, text
from noroshi.kinds import encode
from noroshi.kinds.earthquake import SeismicInformation

STANDS = 14 * DAY
TRENCH_STANDS = 7 * DAY


def read(telegram: Telegram) -> list[Edition]:
    """The edition of one statement: one record, or none for a cancellation."""
    series = f"jma/seismic_information/{telegram.product}"
    cancelled = telegram.action is Action.CANCEL
    records = [] if cancelled else [_record(telegram)]
    return [telegram.edition(series, records, effective=telegram.reported)]


def _record(telegram: Telegram) -> Record:
    information = telegram.body.find(SEIS + "EarthquakeInfo")
    element = telegram.body if information is None else information
    body = SeismicInformation(
        type=telegram.info_kind,
        title=telegram.title,
        name=text(element, SEIS + "InfoKind") or telegram.product,
        keyword=text(element, f"{SEIS}InfoSerial/{SEIS}Name"),
        keyword_code=text(element, f"{SEIS}InfoSerial/{SEIS}Code"),
        headline=text(telegram.head, f"{IB}Headline/{IB}Text"),
        text=text(element, SEIS + "Text"),
        next=text(telegram.body, SEIS + "NextAdvisory"),
        reference=text(element, SEIS + "Appendix"),
    )
    stands = TRENCH_STANDS if telegram.info_kind == "北海道・三陸沖後発地震注意情報" else STANDS
    return Record(
        "disaster.seismic_information",
        telegram.product,
        encode(body),
        valid_to=telegram.reported + stands,
    )
