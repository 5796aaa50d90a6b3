"""What can pass each road link by everything that is said of it, for those who send vehicles."""

from noroshi.core.capability import Capability
from noroshi.core.time import HOUR

CAPABILITY = Capability(
    title="Roads, merged",
    title_ja="道路の通行状況（統合）",
    sentence="What can pass each road by the statements of all road managers side by side, for "
    "those who send vehicles.",
    sentence_ja="各道路管理者等の規制情報を一つの道路網に照合し、どの区間が通れるかを車両を出す人に示す。",
    consumes=("disaster.road", "infrastructure.road_link", "infrastructure.probe_passage"),
    produces=("disaster.road_state",),
    build=f"{__name__}.products:build",
    params=f"{__name__}.products:Params",
    # What a manager no longer lists counts against what another still says.
    history={"disaster.road": 12 * HOUR},
    clock=True,
)
