"""Ransomware at a hospital: its systems go down, it takes no ambulances, and it comes back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from noroshi.core.time import HOUR, JST, show
from noroshi.feeds.drill.actors import alerts, health
from noroshi.feeds.drill.actors.state import CyberIncident, HospitalState
from noroshi.feeds.drill.scenarios.supply import Supply
from noroshi.feeds.drill.scene import Event, Fact, Message
from noroshi.feeds.drill.world.model import Facility, World

SYSTEMS = ("電子カルテ", "医事会計", "画像")
#: Hours after the attack, and how it stands from then on.
COURSE = ((0.0, "ongoing"), (5.5, "contained"), (22.0, "recovering"))
#: Hours until ambulances are sent elsewhere, and until they may come again.
DIVERTED, TAKING = 1.2, 24.0


class Attack(msgspec.Struct, frozen=True):
    """An attack on a hospital at a time."""

    world: World
    hospital: Facility
    begin: int

    @property
    def code(self) -> str:
        """The number of the incident in the lists of those who watch."""
        return f"CY{self.world.code}-001"

    def state(self, one: HospitalState, time: int) -> HospitalState:
        """A hospital as it really is, with the attack: without records it treats who is there."""
        if one.hospital.code != self.hospital.code or time < self.begin:
            return one
        hours = (time - self.begin) / HOUR
        accepts = "none" if DIVERTED <= hours < TAKING else "limited"
        if one.accepts == "none":
            accepts = "none"
        words = [*filter(None, one.remarks.split("、")), "電子カルテ停止（紙運用）"]
        if accepts == "none":
            words.append("救急搬送受入停止")
        return msgspec.structs.replace(
            one, systems=False, accepts=accepts, remarks="、".join(words)
        )

    def hospitals(self, supply: Supply) -> Callable[[int], list[HospitalState]]:
        """All hospitals at a time, this one attacked."""
        return lambda time: [self.state(one, time) for one in supply.hospitals(time)]

    # --- truth and messages --------------------------------------------------------------------

    def facts(self, end: int) -> Iterator[Fact]:
        """The incident as it really goes."""
        for hours, status in COURSE:
            time = self.begin + round(hours * HOUR)
            if time < end:
                body = {
                    "code": self.code, "title": "ランサムウェア感染", "status": status,
                    "category": "ransomware", "organisation": self.hospital.name,
                    "facility": self.hospital.code, "systems": list(SYSTEMS),
                    "started": show(self.begin, JST),
                }  # fmt: skip
                yield Fact(time, "cyber.incident", self.code, body, at=self.hospital.at)

    def notices(self, end: int) -> Iterator[Message]:
        """The list of incidents of the body that watches over hospitals' networks: at first a
        suspicion."""
        for after in (0.9, 1.6, 3.0, 6.0, 10.0, 16.0, 22.5, 26.0):
            time = self.begin + round(after * HOUR)
            if time < end:
                yield health.cyber(self.world, time, [self._told(after)])

    def _told(self, after: float) -> CyberIncident:
        status = next(word for hours, word in reversed(COURSE) if hours <= after)
        diverted = DIVERTED <= after < TAKING
        return CyberIncident(
            code=self.code, title=f"{self.hospital.name}における電子カルテの停止",
            facility=self.hospital, category="ransomware" if after > 1.2 else "failure",
            status="suspected" if after < 1.2 else status, started=self.begin,
            impact="外来・救急の受入停止、入院診療は紙運用" if diverted else "紙運用で診療継続",
            systems=SYSTEMS, expected=self.begin + 26 * HOUR if after > 5.5 else None,
            advice="VPN装置の更新とバックアップの隔離を確認してください。",
        )  # fmt: skip

    def alerts(self, end: int) -> Iterator[Message]:
        """CAP: ambulances go elsewhere (from the prefecture), other hospitals are to look to
        their networks; the first ends when patients are taken again."""
        town = next(
            one for one in self.world.municipalities if one.code == self.hospital.municipality
        )
        where = [(town.name, town.code, [ring for part in town.boundary for ring in part[:1]])]
        diverted = self.begin + round((DIVERTED + 0.2) * HOUR)
        said: dict[str, Any] = {
            "event": "救急搬送先の変更", "category": "Health", "response": "Avoid",
            "headline": f"{self.hospital.name}は救急搬送を受け入れていません",
            "description": "システム障害のため。他の救急告示病院へ搬送してください。",
            "severity": "Severe", "areas": where,
        }  # fmt: skip
        yield alerts.alert(self.world, "medical-cap", diverted, number=1, **said)
        warned = self.begin + round(2.2 * HOUR)
        yield alerts.alert(
            self.world, "cyber-cap", warned, event="サイバー攻撃への注意喚起", category="Security",
            headline="医療機関を狙うランサムウェアに注意", response="Prepare", urgency="Expected",
            instruction="VPN装置の脆弱性の修正、バックアップの隔離、不審な通信の確認をしてください。",
            severity="Moderate", areas=[(self.world.name, "", [])], parameters=[("TLP", "GREEN")],
        )  # fmt: skip
        back = self.begin + round((TAKING + 0.1) * HOUR)
        if back < end:
            yield alerts.alert(
                self.world, "medical-cap", back, number=2, type="Cancel", replaces=(1, diverted),
                **said,
            )  # fmt: skip


def main_hospital(world: World) -> Facility:
    """The largest disaster base; else the largest hospital."""
    found = [one for one in world.facilities if one.category == "hospital"]
    return max(found, key=lambda one: (one.disaster_base, one.beds, one.code))


def stream(attack: Attack, end: int) -> list[Iterator[Event]]:
    """Everything that is sent about it, and the truth."""
    return [iter(attack.facts(end)), iter(attack.notices(end)), iter(attack.alerts(end))]
