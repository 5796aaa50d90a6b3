/** How the layers of an operator's basemap are drawn, by what their names usually are: those of Protomaps, OpenMapTiles, GSI and Mapbox Terrain. */
import type { ExpressionSpecification, LayerSpecification } from "maplibre-gl";

export type Theme = "dark" | "light";
type Paint = Record<"water" | "river" | "shallow" | "earth" | "forest" | "field" | "grass" | "homes" | "town" | "shadow" | "light" | "contour" | "border" | "building" | "casing" | "motorway" | "trunk" | "secondary" | "minor" | "rail" | "label" | "quiet" | "halo" | "waterLabel" | "waterHalo", string>;

/** Quiet colours: what is told stands out from them, in the colours of record. */
const PAINT: Record<Theme, Paint> = {
  dark: {
    water: "#1a3145", river: "#1f3a50", shallow: "#6fa8d0", earth: "#2a353d", forest: "#26362f", field: "#303b36", grass: "#2b3b33", homes: "#3a434a", town: "#454d54",
    shadow: "#04080a", light: "#d8ecff", contour: "#8fa39a", border: "#7d8c9a", building: "#424d57", casing: "#1a2229",
    motorway: "#a08a6a", trunk: "#857a68", secondary: "#6b6f70", minor: "#56616a", rail: "#6a6f78",
    label: "#dfe7ee", quiet: "#a9b6c2", halo: "#141c24", waterLabel: "#6f9cc0", waterHalo: "#0f1820",
  },
  light: {
    water: "#bcd5e8", river: "#8fb8d8", shallow: "#ffffff", earth: "#f5f3ec", forest: "#dbe6cf", field: "#eef0dd", grass: "#e2ecd4", homes: "#ebe4d8", town: "#dfd4c4",
    shadow: "#3f4a32", light: "#ffffff", contour: "#8f7b4c", border: "#8a7f93", building: "#ddd5c8", casing: "#b9ad9a",
    motorway: "#d9a877", trunk: "#e8c99a", secondary: "#f5e6bf", minor: "#ffffff", rail: "#9a9a9e",
    label: "#2c343b", quiet: "#59636c", halo: "#ffffff", waterLabel: "#2f6c9c", waterHalo: "#e4eff7",
  },
};

/** What a feature is, in whatever of the usual properties says so. */
const WHAT: ExpressionSpecification = ["coalesce", ["get", "kind_detail"], ["get", "class"], ["get", "kind"], ""];
const NAME: ExpressionSpecification = ["coalesce", ["get", "name:ja"], ["get", "name"], ["get", "ref"], ""];
const AREAS: ExpressionSpecification = ["==", ["geometry-type"], "Polygon"];
const LINES: ExpressionSpecification = ["==", ["geometry-type"], "LineString"];
const POINTS: ExpressionSpecification = ["==", ["geometry-type"], "Point"];

const MOTORWAY = ["motorway", "motorway_link", "highway", "expressway"];
const TRUNK = ["trunk", "trunk_link", "primary", "primary_link", "national"];
const SECONDARY = ["secondary", "secondary_link", "major_road", "prefectural"];
const SMALL = ["service", "track", "path", "footway", "lane", "other"];
const RAIL = ["rail", "transit", "railway", "subway", "tram"];

/** A value for each class of road. */
const byRoad = <T extends string | number>(motorway: T, trunk: T, secondary: T, minor: T, small: T): ExpressionSpecification =>
  ["match", WHAT, MOTORWAY, motorway, TRUNK, trunk, SECONDARY, secondary, SMALL, small, minor] as unknown as ExpressionSpecification;

const widths = (more: number): ExpressionSpecification => [
  "interpolate", ["exponential", 1.4], ["zoom"],
  6, byRoad(0.7 + more, 0.5 + more, 0, 0, 0),
  9, byRoad(1.7 + more, 1.2 + more, 0.7 + more, 0, 0),
  11, byRoad(2.8 + more, 2.1 + more, 1.3 + more, 0.6 + more / 2, 0.2),
  13, byRoad(4.8 + more, 3.8 + more, 2.8 + more, 1.5 + more, 0.7 + more / 2),
  16, byRoad(15 + more, 13 + more, 11 + more, 8 + more, 5 + more),
] as unknown as ExpressionSpecification;

const TUNNEL: ExpressionSpecification = ["any", ["==", ["get", "structure"], "tunnel"], ["==", ["get", "brunnel"], "tunnel"], ["to-boolean", ["get", "is_tunnel"]]];

/** The layers that draw a basemap's own layers `names`, those at the bottom first; labels apart, which stand above what is coloured. */
export function ownLayers(names: string[], theme: Theme): { under: LayerSpecification[]; labels: LayerSpecification[] } {
  const found = names.flatMap((name) => describe(name, PAINT[theme]));
  found.sort((one, other) => one.rank - other.rank);
  return {
    under: found.filter((one) => one.layer.type !== "symbol").map((one) => one.layer),
    labels: found.filter((one) => one.layer.type === "symbol").map((one) => one.layer),
  };
}

interface From { source: string; "source-layer": string }

interface Drawn { rank: number; layer: LayerSpecification }

function describe(name: string, paint: Paint): Drawn[] {
  const from = { source: "own", "source-layer": name };
  const id = `own:${name}`;
  const fill = (rank: number, colour: unknown, opacity: unknown = 1, filter: ExpressionSpecification = AREAS): Drawn =>
    ({ rank, layer: { id, type: "fill", ...from, filter, paint: { "fill-color": colour, "fill-opacity": opacity, "fill-antialias": opacity === 1 } } as LayerSpecification });
  const line = (rank: number, what: string, given: Record<string, unknown>, more: Record<string, unknown> = {}): Drawn =>
    ({ rank, layer: { id: `${id}${what}`, type: "line", ...from, filter: LINES, layout: { "line-join": "round", "line-cap": "round" }, paint: given, ...more } as LayerSpecification });
  if (/^(earth|land$|continent)/i.test(name)) return [fill(10, paint.earth), { rank: 41, layer: { id: `${id}:edge`, type: "line", ...from, paint: { "line-color": paint.border, "line-width": 0.7, "line-opacity": 0.8 } } as LayerSpecification }];
  if (/^(bathymetry|depth)/i.test(name)) return [fill(5, paint.shallow, paint.shallow === "#ffffff" ? 0.22 : 0.05)];
  if (/^(hillshade|hillshading)/i.test(name)) return [fill(25, ["match", ["get", "class"], "highlight", paint.light, paint.shadow], ["match", ["get", "class"], "highlight", paint.light === "#ffffff" ? 0.3 : 0.035, paint.light === "#ffffff" ? 0.075 : 0.15])];
  if (/^contour|^cntr/i.test(name)) return [line(28, ":line", { "line-color": paint.contour, "line-width": ["match", ["get", "index"], 5, 0.9, 0.5], "line-opacity": ["interpolate", ["linear"], ["zoom"], 10, 0.12, 13, 0.3] }), heights(id, from, paint)];
  if (/^(water|waterway|wa|river|lake|ocean|rvrcl)(_?(polygons|lines|area|line))?$/i.test(name)) return water(name, id, from, paint);
  if (/^(water_?name|waterway_?name|water_?label)/i.test(name)) return [label(71, `${id}:label`, from, { size: 11, colour: paint.waterLabel, halo: paint.waterHalo, minzoom: 10 })];
  if (/^(landcover|landuse|park|natural|wetland|site)/i.test(name)) {
    const colour = [
      "match", WHAT, ["forest", "wood", "trees", "scrub"], paint.forest, ["farmland", "farm", "orchard", "vineyard", "barren"], paint.field,
      ["residential", "suburb", "neighbourhood", "urban_area"], paint.homes, ["urban", "commercial", "industrial", "retail"], paint.town,
      ["park", "grass", "grassland", "meadow", "cemetery", "nature_reserve", "recreation_ground"], paint.grass, "rgba(0,0,0,0)",
    ];
    return [fill(/^landcover|^natural/i.test(name) ? 15 : 20, colour)];
  }
  if (/^(boundar|admin)/i.test(name)) return [line(45, ":line", { "line-color": paint.border, "line-width": ["interpolate", ["linear"], ["zoom"], 7, 0.8, 12, 1.6], "line-dasharray": [4, 2, 1, 2], "line-opacity": 0.75 })];
  if (/^(building|bldg)/i.test(name)) return [fill(48, paint.building)];
  if (/^(railway|railcl|rail$|transit)/i.test(name)) return [line(60, ":line", { "line-color": paint.rail, "line-width": ["interpolate", ["linear"], ["zoom"], 9, 0.8, 14, 2.4] })];
  if (/^(transportation_name|road_label)/i.test(name)) return [roadNames(id, from, paint)];
  if (/^(road|transportation|transport$|highway|rdcl)/i.test(name)) return roads(id, from, paint, line);
  if (/^(places?|place_label|settlement|annotation|symbol)/i.test(name)) return places(id, from, paint);
  return [];
}

function water(name: string, id: string, from: From, paint: Paint): Drawn[] {
  const width = ["interpolate", ["exponential", 1.4], ["zoom"], 6, ["*", 0.25, ["coalesce", ["get", "order"], 2]], 10, ["*", 0.5, ["coalesce", ["get", "order"], 2]], 14, ["*", 1.1, ["coalesce", ["get", "order"], 2]]];
  return [
    { rank: 40, layer: { id, type: "fill", ...from, filter: AREAS, paint: { "fill-color": paint.water } } as LayerSpecification },
    { rank: 39, layer: { id: `${id}:line`, type: "line", ...from, filter: LINES, layout: { "line-cap": "round", "line-join": "round" }, paint: { "line-color": paint.river, "line-width": width } } as LayerSpecification },
    ...(/way|river/i.test(name) ? [{
      rank: 72,
      layer: {
        id: `${id}:label`, type: "symbol", ...from, minzoom: 9.5, filter: ["all", LINES, ["has", "name"]],
        layout: { "symbol-placement": "line", "symbol-spacing": 320, "text-field": NAME, "text-font": ["sans"], "text-size": ["interpolate", ["linear"], ["zoom"], 9.5, 10, 13, 13], "text-letter-spacing": 0.15, "text-max-angle": 40, "symbol-sort-key": ["-", 0, ["coalesce", ["get", "order"], 0]] },
        paint: { "text-color": paint.waterLabel, "text-halo-color": paint.waterHalo, "text-halo-width": 1.2 },
      } as LayerSpecification,
    }] : []),
  ];
}

function roads(id: string, from: From, paint: Paint, line: (rank: number, what: string, given: Record<string, unknown>, more?: Record<string, unknown>) => Drawn): Drawn[] {
  const sorted = { "line-join": "round", "line-cap": "round", "line-sort-key": byRoad(5, 4, 3, 2, 1) };
  const cars: ExpressionSpecification = ["all", LINES, ["!", ["in", WHAT, ["literal", RAIL]]]];
  const colour = byRoad(paint.motorway, paint.trunk, paint.secondary, paint.minor, paint.minor);
  const opacity = ["case", TUNNEL, 0.45, 1];
  return [
    line(50, ":casing", { "line-color": paint.casing, "line-width": widths(1.6), "line-opacity": ["interpolate", ["linear"], ["zoom"], 8, 0.35, 12, 0.9] }, { minzoom: 8, filter: ["all", cars, ["!", TUNNEL]], layout: sorted }),
    line(51, ":line", { "line-color": colour, "line-width": widths(0), "line-opacity": opacity }, { filter: cars, layout: sorted }),
    line(52, ":tunnel", { "line-color": paint.casing, "line-width": widths(0.6), "line-opacity": 0.5, "line-dasharray": [0.8, 0.8] }, { minzoom: 11, filter: ["all", cars, TUNNEL], layout: { "line-join": "round" } }),
    line(60, ":rail", { "line-color": paint.rail, "line-width": ["interpolate", ["linear"], ["zoom"], 9, 0.8, 14, 2.4] }, { filter: ["all", LINES, ["in", WHAT, ["literal", RAIL]]] }),
    roadNames(id, from, paint),
  ];
}

function roadNames(id: string, from: From, paint: Paint): Drawn {
  return {
    rank: 73,
    layer: {
      id: `${id}:label`, type: "symbol", ...from, minzoom: 11.5, filter: ["all", LINES, ["has", "name"], ["in", WHAT, ["literal", [...MOTORWAY, ...TRUNK, ...SECONDARY]]]],
      layout: { "symbol-placement": "line", "symbol-spacing": 420, "text-field": NAME, "text-font": ["sans"], "text-size": ["interpolate", ["linear"], ["zoom"], 11.5, 9.5, 15, 12], "text-max-angle": 35, "symbol-sort-key": byRoad(1, 2, 3, 4, 5) },
      paint: { "text-color": paint.quiet, "text-halo-color": paint.halo, "text-halo-width": 1.3 },
    } as LayerSpecification,
  };
}

function heights(id: string, from: From, paint: Paint): Drawn {
  return {
    rank: 70,
    layer: {
      id: `${id}:label`, type: "symbol", ...from, minzoom: 12.5, filter: ["==", ["get", "index"], 5],
      layout: { "symbol-placement": "line", "symbol-spacing": 500, "text-field": ["to-string", ["get", "ele"]], "text-font": ["sans"], "text-size": 10 },
      paint: { "text-color": paint.contour, "text-halo-color": paint.halo, "text-halo-width": 1 },
    } as LayerSpecification,
  };
}

interface Words { size: unknown; colour: string; halo: string; minzoom: number; filter?: ExpressionSpecification }

function label(rank: number, id: string, from: From, words: Words): Drawn {
  return {
    rank,
    layer: {
      id, type: "symbol", ...from, minzoom: words.minzoom, filter: words.filter ?? ["has", "name"],
      layout: { "text-field": NAME, "text-font": ["sans"], "text-size": words.size, "text-max-width": 8, "text-padding": 3, "symbol-sort-key": ["-", 0, ["to-number", ["coalesce", ["get", "population_rank"], ["get", "rank"], 0]]] },
      paint: { "text-color": words.colour, "text-halo-color": words.halo, "text-halo-width": 1.5, "text-halo-blur": 0.3 },
    } as LayerSpecification,
  };
}

/** Names of places: cities over towns over villages over hamlets, each from its own zoom. */
function places(id: string, from: From, paint: Paint): Drawn[] {
  const only = (...kinds: string[]): ExpressionSpecification => ["all", POINTS, ["in", WHAT, ["literal", kinds]]];
  const size = (near: number, far: number): unknown => ["interpolate", ["linear"], ["zoom"], 7, near, 12, far];
  return [
    label(80, `${id}:hamlet`, from, { size: size(9, 11), colour: paint.quiet, halo: paint.halo, minzoom: 11.5, filter: only("hamlet", "isolated_dwelling", "farm", "neighbourhood", "quarter") }),
    label(81, `${id}:suburb`, from, { size: size(10, 12), colour: paint.quiet, halo: paint.halo, minzoom: 10, filter: only("suburb", "borough") }),
    label(82, `${id}:village`, from, { size: size(10, 14), colour: paint.label, halo: paint.halo, minzoom: 8, filter: only("village", "locality") }),
    label(83, `${id}:town`, from, { size: size(11, 15.5), colour: paint.label, halo: paint.halo, minzoom: 7.5, filter: only("town") }),
    label(84, `${id}:city`, from, { size: size(12.5, 18), colour: paint.label, halo: paint.halo, minzoom: 5, filter: only("city") }),
  ];
}
