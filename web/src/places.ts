/** Boundaries that the operator has imported: which areas can be drawn exactly, and their names. */
import { address, ask } from "./api.ts";

export const places = {
  /** Codes of the areas that the tiles of boundaries hold. */
  drawn: new Set<string>() as ReadonlySet<string>,
  names: new Map<string, string>(),
};

interface Answer {
  places?: { area: string; name: string; boundary: boolean }[];
}

/** Ask which municipalities have boundaries. None, where the node keeps no places. */
export async function loadPlaces(): Promise<void> {
  try {
    const tilesets = (await (await ask(address("/places/tiles"))).json()) as { schemes?: Record<string, number> };
    if (!tilesets.schemes?.["city"]) return;
    const found = (await (await ask(address("/places", { scheme: "city", limit: 5000 }))).json()) as Answer;
    const listed = found.places ?? [];
    places.drawn = new Set(listed.filter((one) => one.boundary).map((one) => one.area));
    for (const one of listed) places.names.set(one.area, one.name);
  } catch {
    // A node without boundaries: the coarse outlines do.
  }
}
