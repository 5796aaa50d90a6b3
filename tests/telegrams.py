"""Small JMA-style telegrams of an invented office, made by the tests themselves."""

from __future__ import annotations


def telegram(
    office: str = "架空地方気象台",
    product: str = "府県気象情報",
    event: str = "",
    *,
    reported: str = "2026-01-01T09:00:00+09:00",
    status: str = "通常",
    action: str = "発表",
    serial: int | str = "",
    headline: str = "これは試験用に作った電文です。",
    info_kind: str = "同一現象用平文情報",
    body: str = "",
) -> bytes:
    """One telegram in the form of the JMA disaster-prevention XML (Control, Head, Body)."""
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<Report xmlns="http://xml.kishou.go.jp/jmaxml1/" xmlns:jmx="http://xml.kishou.go.jp/jmaxml1/">
<Control><Title>{product}</Title><DateTime>2026-01-01T00:00:00Z</DateTime><Status>{status}</Status>
<EditorialOffice>{office}</EditorialOffice><PublishingOffice>{office}</PublishingOffice></Control>
<Head xmlns="http://xml.kishou.go.jp/jmaxml1/informationBasis1/"><Title>{product}</Title>
<ReportDateTime>{reported}</ReportDateTime><TargetDateTime>{reported}</TargetDateTime>
<EventID>{event}</EventID><InfoType>{action}</InfoType><Serial>{serial}</Serial>
<InfoKind>{info_kind}</InfoKind><InfoKindVersion>1.0_0</InfoKindVersion>
<Headline><Text>{headline}</Text></Headline></Head>
<Body xmlns="http://xml.kishou.go.jp/jmaxml1/body/meteorology1/">{body}</Body>
</Report>""".encode()
