/** Things with a position on the map: points (gathered where there are many), lines and areas. */
import type { ExpressionSpecification, GeoJSONSource, Map as MapLibre, VectorTileSource } from "maplibre-gl";
import type { Feature as GeoFeature } from "geojson";
import type { Aggregate } from "./aggregate.ts";
import { address, BASE } from "./api.ts";
import { data, isStale } from "./data.ts";
import { colourOf, gravity, iconOf, isPast, markOf } from "./kinds.ts";
import { badBubble, badInTile, howOf, PERSONS, REGISTERED, ROADS, signInTile, signOf } from "./signs.ts";
import { isCoveredWhole } from "./merged.ts";
import { moment, state } from "./state.ts";
import { type Feature, kindOf } from "./types.ts";

/** More points than this of a kind are gathered where they lie close together; epicentres never. */
const GATHER = 8;
const SINGLE = /^disaster\.(earthquake|tsunami_source|eew|volcanic_warning|volcano_status)$/;
const sources = new Map<string, { clustered: boolean; said: string }>();
const tiled = new Map<string, string>();

export const THING = "things:";
export const TILES = "tiles:";

export const thingSources = (): string[] => [...sources.keys()].map((kind) => THING + kind);

/** Whether points of a kind may be gathered into one mark. */
export const isGathered = (kind: string, count: number): boolean => !SINGLE.test(kind) && count > GATHER;

/** Show what has a position; sources are made when a kind first has any. */
export function showThings(map: MapLibre, found: Aggregate): void {
  for (const id of sources.keys()) if (!found.located.has(id)) put(map, id, []);
  for (const [id, features] of found.located) put(map, id, features);
  showTiles(map);
}

function put(map: MapLibre, kind: string, features: Feature[]): void {
  const drawn = features.flatMap(drawable);
  const clustered = isGathered(kind, drawn.filter((one) => one.geometry.type === "Point").length);
  // Comparing what is drawn costs less than having it drawn again.
  const said = `${clustered}${drawn.map((one) => JSON.stringify(one.properties)).join()}`;
  const known = sources.get(kind);
  if (known?.said === said) return;
  const collection = { type: "FeatureCollection" as const, features: drawn };
  const shapes = drawn.some((one) => one.geometry.type !== "Point");
  if (!known) addPoints(map, kind, collection, clustered);
  else {
    const source = map.getSource(THING + kind) as GeoJSONSource | undefined;
    if (known.clustered !== clustered) source?.setClusterOptions({ cluster: clustered, clusterMaxZoom: 11, clusterRadius: 42 });
    source?.setData(collection);
  }
  if (shapes) addShapes(map, THING + kind);
  sources.set(kind, { clustered, said });
}

type Drawable = GeoFeature & { properties: Record<string, unknown> };

/** A record as the map draws it; a shape that has a sign has it in its middle, for colour alone says little. */
function drawable(feature: Feature): Drawable[] {
  const one: Drawable = {
    type: "Feature",
    geometry: feature.geometry as GeoFeature["geometry"],
    properties: {
      id: feature.id, icon: iconOf(feature), rank: isPast(feature) ? -1 : gravity(feature), colour: colourOf(feature), stale: isStale(feature) && !isPast(feature),
      edition: feature.properties["record_id"], chosen: isChosen(feature.id),
      how: howOf(kindOf(feature), feature.properties) ?? (markOf(feature)?.scale === "sign" ? "bad" : null),
    },
  };
  const kind = kindOf(feature);
  const signed = one.geometry && !one.geometry.type.endsWith("Point") && (kind === "disaster.evacuation_order" || signOf(kind, feature.properties) !== null);
  const middle = signed ? middleOf(one.geometry) : null;
  return middle ? [one, { ...one, geometry: { type: "Point", coordinates: middle } }] : [one];
}

/** The middle of a line, or of the bounds of the greatest part of an area. */
function middleOf(geometry: GeoFeature["geometry"]): number[] | null {
  if (geometry.type === "LineString") return geometry.coordinates[geometry.coordinates.length >> 1] ?? null;
  if (geometry.type === "MultiLineString") return middleOf({ type: "LineString", coordinates: geometry.coordinates[0] ?? [] });
  const rings = geometry.type === "Polygon" ? geometry.coordinates.slice(0, 1) : geometry.type === "MultiPolygon" ? geometry.coordinates.map(([ring]) => ring ?? []) : [];
  const boxes = rings.map((ring) => {
    const [xs, ys] = [ring.map(([x = 0]) => x), ring.map(([, y = 0]) => y)];
    return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)] as const;
  });
  const [greatest] = boxes.sort(([w, s, e, n], [w2, s2, e2, n2]) => (e2 - w2) * (n2 - s2) - (e - w) * (n - s));
  return greatest ? [(greatest[0] + greatest[2]) / 2, (greatest[1] + greatest[3]) / 2] : null;
}

const isChosen = (id: string): boolean => {
  const { selected } = state();
  return selected?.type === "thing" && selected.id === id;
};

function addPoints(map: MapLibre, kind: string, collection: GeoJSON.FeatureCollection, clustered: boolean): void {
  const source = THING + kind;
  map.addSource(source, {
    type: "geojson", data: collection, cluster: clustered, clusterMaxZoom: 11, clusterRadius: 42,
    clusterProperties: { fresh: ["+", ["case", ["get", "stale"], 0, 1]], bad: ["+", ["case", ["==", ["get", "how"], "bad"], 1, 0]] },
  });
  const icon = { "icon-allow-overlap": true, "icon-ignore-placement": true } as const;
  const single = ["all", ["==", ["geometry-type"], "Point"], ["!", ["has", "point_count"]]] as ExpressionSpecification;
  map.addLayer({ id: `${source}:halo`, type: "symbol", source, filter: ["all", single, ["get", "chosen"]], layout: { ...icon, "icon-image": "halo|" } });
  map.addLayer({
    id: `${source}:icon`, type: "symbol", source, filter: single,
    layout: { ...icon, "icon-image": ["get", "icon"], "symbol-sort-key": ["get", "rank"], "icon-size": ["interpolate", ["linear"], ["zoom"], 3.5, 0.7, 6, 1] },
  });
  map.addLayer({ id: `${source}:cluster`, type: "symbol", source, filter: ["has", "point_count"], layout: { ...icon, "icon-image": clusterIcon(kind, ["get", "bad"]) } });
  const old = ["any", ["all", single, ["get", "stale"]], ["all", ["has", "point_count"], ["==", ["get", "fresh"], 0]]] as ExpressionSpecification;
  map.addLayer({ id: `${source}:old`, type: "symbol", source, filter: old, layout: { ...icon, "icon-image": "old|", "icon-size": 0.46, "icon-offset": [36, -26] } });
}

/** Layers of lines and areas, once a kind has any: each layer costs time to draw. */
function addShapes(map: MapLibre, source: string): void {
  if (map.getLayer(`${source}:line`)) return;
  const polygons = ["==", ["geometry-type"], "Polygon"] as ExpressionSpecification;
  const notPoints = ["!=", ["geometry-type"], "Point"] as ExpressionSpecification;
  const width = ["case", ["get", "chosen"], 7, 4] as ExpressionSpecification;
  // Below the areas: a veil over them would shift the official colours.
  map.addLayer({ id: `${source}:fill`, type: "fill", source, filter: polygons, paint: { "fill-color": ["get", "colour"], "fill-opacity": 0.25 } }, "prefectures-fill");
  map.addLayer({ id: `${source}:casing`, type: "line", source, filter: notPoints, layout: { "line-join": "round" }, paint: { "line-color": "#fff", "line-width": width } }, "badges");
  map.addLayer({ id: `${source}:line`, type: "line", source, filter: notPoints, layout: { "line-join": "round" }, paint: { "line-color": ["get", "colour"], "line-width": 2.4 } }, "badges");
}

/** The bubble of a cluster: how many there are and, where some fail, how many of them. */
function clusterIcon(kind: string, bad: ExpressionSpecification | null): ExpressionSpecification {
  const count: ExpressionSpecification = ["to-string", ["get", "point_count"]];
  const plain: ExpressionSpecification = ["concat", "cluster|", count, "|", clusterColour(kind)];
  if (!bad) return plain;
  const [before = "", between = "", after = ""] = badBubble("\n", "\n").split("\n");
  return ["case", [">", bad, 0], ["concat", before, ["to-string", bad], between, count, after], plain];
}

const clusterColour = (kind: string): string => (kind.startsWith("disaster.shelter") ? "#bfe8cf|#00351d" : "#dfe7ee|#101010");

/** Kinds of which there is too much for the page: the node draws them. */
function showTiles(map: MapLibre): void {
  const { now, asked: when } = moment();
  for (const id of new Set([...data.kinds.keys(), ...tiled.keys()])) {
    const kind = data.kinds.get(id);
    const name = TILES + id;
    if (!kind || kind.way !== "tiles" || state().off.has(id) || isCoveredWhole(id)) {
      if (!tiled.delete(id)) continue;
      for (const layer of map.getLayersOrder()) if (layer.startsWith(`${name}:`)) map.removeLayer(layer);
      map.removeSource(name);
      continue;
    }
    if (tiled.has(id)) {
      const seen = kind.waiting ? "none" : "visible";
      for (const layer of map.getLayersOrder()) if (layer.startsWith(`${name}:`)) map.setLayoutProperty(layer, "visibility", seen);
    }
    if (kind.waiting) continue;
    const asked = { mode: state().mode, ...when };
    const url = `${BASE}/collections/${id}/tiles/WebMercatorQuad/{z}/{y}/{x}${address("", asked).slice(BASE.length)}`;
    const said = `${kind.generation} ${now ? "" : url} ${state().mode}`;
    if (tiled.get(id) === said) continue;
    if (tiled.has(id)) (map.getSource(name) as VectorTileSource | undefined)?.setTiles([url]);
    else addTiles(map, id, name, url);
    tiled.set(id, said);
  }
}

function addTiles(map: MapLibre, kind: string, source: string, url: string): void {
  map.addSource(source, { type: "vector", tiles: [url], maxzoom: 14 });
  const from = { source, "source-layer": kind, minzoom: REGISTERED[kind] ?? 0 };
  if (kind === "infrastructure.road_link") {
    addRoads(map, source, from);
    return;
  }
  const icon = { "icon-allow-overlap": true, "icon-ignore-placement": true } as const;
  const notPoints = ["!=", ["geometry-type"], "Point"] as ExpressionSpecification;
  if (kind === "infrastructure.population_mesh") {
    const polygons = ["==", ["geometry-type"], "Polygon"] as ExpressionSpecification;
    map.addLayer({ id: `${source}:fill`, type: "fill", ...from, filter: polygons, paint: { "fill-color": bySteps, "fill-opacity": 0.6, "fill-outline-color": "#5d6771" } }, "badges");
    return;
  }
  map.addLayer({ id: `${source}:casing`, type: "line", ...from, filter: notPoints, paint: { "line-color": "#fff", "line-width": 4 } }, "badges");
  map.addLayer({ id: `${source}:line`, type: "line", ...from, filter: notPoints, paint: { "line-color": "#3d8bd0", "line-width": 2.4 } }, "badges");
  const single = ["all", ["==", ["geometry-type"], "Point"], ["!", ["has", "point_count"]]] as ExpressionSpecification;
  map.addLayer({ id: `${source}:icon`, type: "symbol", ...from, filter: single, layout: { ...icon, "icon-image": tileIcon(kind), "icon-size": ["interpolate", ["linear"], ["zoom"], 3.5, 0.6, 8, 1] } });
  map.addLayer({ id: `${source}:cluster`, type: "symbol", ...from, filter: ["has", "point_count"], layout: { ...icon, "icon-image": clusterIcon(kind, badInTile(kind)), "icon-size": ["interpolate", ["linear"], ["zoom"], 3.5, 0.7, 6, 1] } });
}

/** Roads by rank, without marks: what is registered is under all that happens. */
function addRoads(map: MapLibre, source: string, from: { source: string; "source-layer": string; minzoom: number }): void {
  const by = (index: 0 | 1): ExpressionSpecification =>
    ["match", ["to-string", ["coalesce", ["get", "rank"], ""]], ...Object.entries(ROADS).flatMap(([rank, one]) => [rank, one[index]]), index ? 1.1 : "#6E7882"] as unknown as ExpressionSpecification;
  const lines = ["==", ["geometry-type"], "LineString"] as ExpressionSpecification;
  map.addLayer({ id: `${source}:line`, type: "line", ...from, filter: lines, layout: { "line-join": "round", "line-cap": "round" }, paint: { "line-color": by(0), "line-width": by(1) } }, "badges");
}

const bySteps: ExpressionSpecification = ["step", ["to-number", ["coalesce", ["get", "persons"], 0]],
  PERSONS[0]?.[1] ?? "#fff", ...PERSONS.slice(1).flat()] as unknown as ExpressionSpecification;

function tileIcon(kind: string): ExpressionSpecification {
  const word = (name: string): ExpressionSpecification => ["to-string", ["coalesce", ["get", name], ""]];
  if (kind === "disaster.shelter" || kind === "disaster.shelter_merged") {
    return ["concat", "shelter|", ["case", ["==", ["get", "status"], "open"], "open", "other"], "|", word("headcount")];
  }
  if (kind === "disaster.earthquake" || kind === "disaster.tsunami_source") return ["concat", "quake|", word("magnitude")];
  return signInTile(kind) ?? ["concat", "dot|", ""];
}
