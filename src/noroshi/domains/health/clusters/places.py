"""Where the prefectures are: the towns in which their governments sit.

Source: 国土地理院「都道府県の庁舎及び東西南北端点の経度緯度（世界測地系）」
(https://www.gsi.go.jp/KOKUJYOHO/CENTER/kendata/), to a ten-thousandth of a degree.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

#: Radius of the sphere of the Earth's mean radius (IUGG), km.
RADIUS = 6371.0088

_TABLE = """
01 43.0642 141.3469
02 40.8244 140.7400
03 39.7036 141.1525
04 38.2689 140.8719
05 39.7186 140.1025
06 38.2406 140.3633
07 37.7500 140.4678
08 36.3414 140.4467
09 36.5658 139.8836
10 36.3911 139.0608
11 35.8569 139.6489
12 35.6047 140.1233
13 35.6894 139.6917
14 35.4478 139.6425
15 37.9022 139.0236
16 36.6953 137.2114
17 36.5944 136.6256
18 36.0653 136.2219
19 35.6639 138.5683
20 36.6514 138.1811
21 35.3911 136.7222
22 34.9769 138.3831
23 35.1803 136.9067
24 34.7303 136.5086
25 35.0044 135.8683
26 35.0214 135.7556
27 34.6864 135.5200
28 34.6914 135.1831
29 34.6853 135.8328
30 34.2261 135.1675
31 35.5036 134.2383
32 35.4722 133.0506
33 34.6617 133.9350
34 34.3964 132.4594
35 34.1858 131.4714
36 34.0658 134.5594
37 34.3403 134.0433
38 33.8417 132.7661
39 33.5597 133.5311
40 33.6064 130.4181
41 33.2494 130.2989
42 32.7447 129.8736
43 32.7897 130.7417
44 33.2381 131.6125
45 31.9111 131.4239
46 31.5603 130.5581
47 26.2125 127.6811
"""
#: Latitude and longitude in degrees by prefecture code.
OFFICES = {
    code: (float(latitude), float(longitude))
    for code, latitude, longitude in (line.split() for line in _TABLE.split("\n") if line)
}


def distances(codes: tuple[str, ...]) -> NDArray[np.float64]:
    """Great-circle distances between prefectural offices (km), in the order of `codes`."""
    latitude, longitude = np.radians(np.array([OFFICES[code] for code in codes])).T
    half = np.sin((latitude[:, None] - latitude) / 2) ** 2
    half += (
        np.cos(latitude[:, None]) * np.cos(latitude)
        * np.sin((longitude[:, None] - longitude) / 2) ** 2
    )  # fmt: skip
    found: NDArray[np.float64] = 2 * RADIUS * np.arcsin(np.sqrt(np.minimum(half, 1)))
    return found
