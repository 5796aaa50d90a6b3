/** What lies under the picture: the outlines of the page, the operator's PMTiles, GSI tiles if wanted. */
import type { Map as MapLibre, StyleSpecification } from "maplibre-gl";
import { BASE, headers, policy } from "./api.ts";
import { ownLayers, type Theme } from "./basestyle.ts";
import type { Outlines } from "./outlines.ts";
import { prefectureName } from "./areas.ts";

export const FONT = '"Hiragino Kaku Gothic ProN", "Noto Sans CJK JP", "Noto Sans JP", "Yu Gothic UI", Meiryo, sans-serif';

const COLOURS: Record<Theme, Record<"sea" | "land" | "abroad" | "border" | "coast" | "label" | "halo", string>> = {
  dark: { sea: "#0c1219", land: "#2b3743", abroad: "#1b242d", border: "#566778", coast: "#7d8fa1", label: "#c4d0db", halo: "#141c24" },
  light: { sea: "#d5e3ee", land: "#f7f6f2", abroad: "#e6e8e6", border: "#a2a9af", coast: "#6c7780", label: "#3a444d", halo: "#ffffff" },
};

/** The style that the map begins with. */
export function makeStyle(outlines: Outlines, theme: Theme): StyleSpecification {
  const colours = COLOURS[theme];
  const names = {
    type: "FeatureCollection" as const,
    features: [...outlines.centres].map(([area, coordinates]) => ({
      type: "Feature" as const,
      properties: { area, ja: prefectureName(area, "ja"), en: prefectureName(area, "en") },
      geometry: { type: "Point" as const, coordinates },
    })),
  };
  return {
    version: 8,
    sources: {
      land: { type: "geojson", data: outlines.land },
      prefectures: { type: "geojson", data: outlines.prefectures, promoteId: "area", tolerance: 0.2 },
      coasts: { type: "geojson", data: outlines.coasts, promoteId: "area", tolerance: 0.2 },
      names: { type: "geojson", data: names },
    },
    layers: [
      { id: "sea", type: "background", paint: { "background-color": colours.sea } },
      { id: "land", type: "fill", source: "land", paint: { "fill-color": colours.abroad } },
      { id: "japan", type: "fill", source: "prefectures", paint: { "fill-color": colours.land } },
      { id: "coast", type: "line", source: "coasts", paint: { "line-color": colours.coast, "line-width": 0.8 } },
      { id: "borders", type: "line", source: "prefectures", paint: { "line-color": colours.border, "line-width": 0.7 } },
      {
        id: "names", type: "symbol", source: "names", minzoom: 5.6, maxzoom: 10,
        layout: {
          "text-field": ["get", "ja"], "text-size": 12, "text-font": ["sans"], "text-anchor": "top",
          "text-offset": [0, 1.7], "text-optional": true,
        },
        paint: { "text-color": colours.label, "text-halo-color": colours.halo, "text-halo-width": 1.4 },
      },
    ],
  };
}

/** Give the base layers the colours of a theme. */
export function paintTheme(map: MapLibre, theme: Theme): void {
  const colours = COLOURS[theme];
  map.setPaintProperty("sea", "background-color", colours.sea);
  map.setPaintProperty("land", "fill-color", colours.abroad);
  map.setPaintProperty("japan", "fill-color", colours.land);
  map.setPaintProperty("coast", "line-color", colours.coast);
  map.setPaintProperty("borders", "line-color", colours.border);
  map.setPaintProperty("names", "text-color", colours.label);
  map.setPaintProperty("names", "text-halo-color", colours.halo);
  if (!own.length) return;
  const { under, labels } = ownLayers(own, theme);
  for (const layer of [...under, ...labels])
    for (const [name, value] of Object.entries(layer.paint ?? {})) map.setPaintProperty(layer.id, name as never, value as never);
}

/** The layers of the operator's vector basemap. */
let own: string[] = [];

/** Put the operator's basemap under everything, if there is one. Tells what it credits. */
export async function addOwnBasemap(map: MapLibre, theme: Theme): Promise<string> {
  const url = `${BASE}/basemap.pmtiles`;
  const probe = await fetch(url, { headers: { ...headers(), Range: "bytes=0-6" } });
  if (probe.status !== 206 && probe.status !== 200) return "";
  const [{ FetchSource, PMTiles, Protocol, TileType }, { default: maplibregl }] = await Promise.all([import("pmtiles"), import("maplibre-gl")]);
  const protocol = new Protocol();
  const file = new PMTiles(new FetchSource(url, new Headers(headers())));
  protocol.add(file);
  maplibregl.addProtocol("pmtiles", protocol.tile);
  const [header, about] = await Promise.all([file.getHeader(), file.getMetadata()]);
  const told = about as { attribution?: string; vector_layers?: { id: string }[] };
  const raster = header.tileType !== TileType.Mvt;
  map.addSource("own", { type: raster ? "raster" : "vector", url: `pmtiles://${url}`, ...(raster ? { tileSize: 256 } : {}) } as never);
  if (raster) map.addLayer({ id: "own", type: "raster", source: "own" }, "coast");
  else {
    own = (told.vector_layers ?? []).map((one) => one.id);
    const { under, labels } = ownLayers(own, theme);
    for (const layer of under) map.addLayer(layer, "coast");
    for (const layer of labels) map.addLayer(layer, "badges");
  }
  return plain(told.attribution ?? "");
}

/** A credit as text: what stands in a file is never HTML of this page. */
const plain = (html: string): string => new DOMParser().parseFromString(html, "text/html").body.textContent ?? "";

const ONLINE = "https://cyberjapandata.gsi.go.jp/xyz/pale/{z}/{x}/{y}.png";

/** GSI's pale map, only where the operator's node allows it and the user has asked. */
export function setOnline(map: MapLibre, on: boolean): void {
  if (on && !map.getSource("online")) {
    map.addSource("online", { type: "raster", tiles: [ONLINE], tileSize: 256, maxzoom: 18, attribution: "出典：国土地理院" });
    map.addLayer({ id: "online", type: "raster", source: "online" }, "coast");
  } else if (!on && map.getSource("online")) {
    map.removeLayer("online");
    map.removeSource("online");
  }
}

/** Whether the node's security policy lets the page ask GSI for tiles. */
export const onlineAllowed = (): boolean => policy().includes("https://cyberjapandata.gsi.go.jp");
