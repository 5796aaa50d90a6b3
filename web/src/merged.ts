/** What of the picture other records stand for on the map. */
import { data } from "./data.ts";
import { hasMark, STANDS_FOR } from "./once.ts";
import { readsOwn } from "./products.ts";
import { state } from "./state.ts";
import { envelope } from "./types.ts";

/** Numbers of the editions that a mark on the map stands for. */
export function covered(): Set<number> {
  const found = new Set<number>();
  for (const kind of Object.keys(STANDS_FOR)) {
    if (state().off.has(kind)) continue;
    for (const one of data.kinds.get(kind)?.shown ?? []) {
      if (!one.geometry || !hasMark(one)) continue;
      const basis = envelope(one.properties, "basis");
      if (Array.isArray(basis)) for (const id of basis) found.add(Number(id));
    }
  }
  return found;
}

/** By kind: what puts all of it together, not only some. */
const WHOLE: Record<string, string> = {
  "disaster.shelter": "disaster.shelter_merged", "disaster.road": "disaster.road_state", "disaster.flood_sensor": "disaster.flood_state",
  "disaster.river_level": "disaster.flood_state", "infrastructure.base_station": "infrastructure.station_outlook",
};

/** Whether merged records stand for all of a kind where there are too many to tell them one by one.
 * Only where the reader sees all: of what others see, some may be merged into what they do not. */
export function isCoveredWhole(id: string): boolean {
  const kind = data.kinds.get(id);
  const by = data.kinds.get(WHOLE[id] ?? "");
  if (!kind || !by || !readsOwn() || state().off.has(by.about.id)) return false;
  return (kind.way === "tiles" || by.way === "tiles") && by.count > 0 && !by.waiting;
}
