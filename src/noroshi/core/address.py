"""Japanese addresses as people write them: whether one names a district, or a municipality."""

from __future__ import annotations

import re
from functools import lru_cache

#: A block of a district is a district of its own: 栄町二丁目 is not 栄町.
_BLOCK = re.compile(r"[一二三四五六七八九十０-９0-9]+丁目")
#: What a district's name follows: the municipality's, or 大字.
_BEFORE = "市区町村郡県字"


@lru_cache(maxsize=65536)
def names_district(address: str, district: str) -> bool:
    """True if an address is in a district (町丁・大字) by its name.

    >>> names_district("例示県例示市栄町12番地", "栄町")
    True
    >>> names_district("例示県例示市栄町二丁目3番地", "栄町")
    False
    """
    at = address.find(district) if district else -1
    while at >= 0:
        after = address[at + len(district) :]
        if (at == 0 or address[at - 1] in _BEFORE) and not _BLOCK.match(after):
            return True
        at = address.find(district, at + 1)
    return False


@lru_cache(maxsize=4096)
def same_town(one: str, other: str) -> bool:
    """True if two names are of one municipality: 露富郡鞍室町 is 鞍室町, and 例示県例示市 例示市.

    >>> same_town("露富郡鞍室町", "鞍室町"), same_town("", "鞍室町")
    (True, False)
    """
    return bool(one and other) and (one.endswith(other) or other.endswith(one))
