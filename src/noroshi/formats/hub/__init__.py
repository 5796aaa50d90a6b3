"""Forecasts as the hubs exchange them: hubverse model output, one row for each quantile.

https://docs.hubverse.io/en/latest/user-guide/model-output.html, with the columns of FluSight
(https://github.com/cdcepi/FluSight-forecast-hub, model-output/README.md).
"""

from noroshi.formats import Format

COLUMNS = (
    "reference_date", "target", "horizon", "target_end_date", "location", "output_type",
    "output_type_id", "value",
)  # fmt: skip
#: What a file of ours and others has in its first line, whatever it calls the date.
_NEEDED = {b"target", b"horizon", b"location", b"output_type", b"output_type_id", b"value"}


def recognises(data: bytes) -> bool:
    """A table whose first line has the columns of model output."""
    first = data[:2000].removeprefix(b"\xef\xbb\xbf").partition(b"\n")[0]
    return {one.strip(b' \r"') for one in first.split(b",")} >= _NEEDED


_HERE = "noroshi.formats.hub"
FORMAT = Format(
    name="hub",
    en="Forecasts of a forecast hub (hubverse model output, CSV)",
    ja="予測ハブの予測（hubverse 形式の CSV）",
    media_type="text/csv",
    recognises=recognises,
    read=f"{_HERE}.read:read",
    write=f"{_HERE}.write:write",
    precedence=36,
)
