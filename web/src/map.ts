/** The map: its making, what happens when the picture changes, and what a click on it means. */
import type { GeoJSONSource, Map as MapLibre, MapGeoJSONFeature } from "maplibre-gl";
import { type Aggregate, aggregate } from "./aggregate.ts";
import { BASE, headers } from "./api.ts";
import { addOwnBasemap, FONT, makeStyle, paintTheme, setOnline } from "./basemap.ts";
import { onPicture, refresh } from "./data.ts";
import { drawIcon } from "./icons.ts";
import { addAreaLayers, addFine, chooseArea, paintAreas, placeBadges } from "./mapareas.ts";
import { showThings, THING, thingSources, TILES } from "./mapthings.ts";
import { type Outlines, readOutlines } from "./outlines.ts";
import { loadPlaces, places } from "./places.ts";
import { change, follow, state } from "./state.ts";
import { currentLanguage, say } from "./words.ts";

export const JAPAN: [[number, number], [number, number]] = [[127.5, 29.8], [146.2, 45.8]];

export let map: MapLibre | null = null;
export let outlines: Outlines | null = null;
/** What the map shows, for the legend and the list of what it cannot show. */
export let shown: Aggregate = { fine: new Map(), coarse: new Map(), coasts: new Map(), located: new Map(), unplaced: [] };
export let ownCredit = "";

const listeners: (() => void)[] = [];
/** Call `tell` when the map shows something else, or another part. */
export const onMap = (tell: () => void): void => void listeners.push(tell);
const tellAll = (): void => listeners.forEach((tell) => tell());

/** Make the map. False where this device cannot draw one: everything else goes on working. */
export async function startMap(): Promise<boolean> {
  const [found, { default: maplibregl }] = await Promise.all([readOutlines(), import("maplibre-gl")]);
  outlines = found;
  const boundaries = loadPlaces();
  onPicture(() => {
    shown = aggregate();
    draw();
    tellAll();
  });
  follow(["off", "fill"], refresh);
  const { view } = state();
  try {
    map = new maplibregl.Map({
      container: "map", style: makeStyle(found, state().theme), attributionControl: false, dragRotate: false, pitchWithRotate: false,
      touchPitch: false, maxZoom: 17, minZoom: 1.5, fadeDuration: 0, localIdeographFontFamily: FONT,
      ...(view ? { center: [view.lon, view.lat] as [number, number], zoom: view.zoom } : { bounds: JAPAN, fitBoundsOptions: { padding: innerWidth < 760 ? 8 : { top: 16, bottom: 16, left: 110, right: 16 } } }),
      transformRequest: (url) => (url.startsWith(`${BASE}/`) ? { url, headers: headers() } : { url }),
    });
  } catch {
    return false;
  }
  map.touchZoomRotate.disableRotation();
  map.keyboard.disableRotation();
  map.addControl(new maplibregl.NavigationControl({ showCompass: false }), "top-right");
  map.addControl(new maplibregl.ScaleControl({ maxWidth: 110 }), "bottom-right");
  map.on("styleimagemissing", ({ id }) => {
    const drawn = drawIcon(id);
    if (drawn && map && !map.hasImage(id)) map.addImage(id, drawn.data, { pixelRatio: drawn.pixelRatio });
  });
  await new Promise<void>((resolve) => map?.once("load", () => resolve()));
  const made = map;
  addAreaLayers(made);
  void boundaries.then(() => {
    addFine(made);
    refresh();
  });
  listen(made);
  showLanguage();
  follow(["theme"], () => paintTheme(made, state().theme));
  follow(["language"], showLanguage);
  follow(["online"], () => setOnline(made, state().online));
  follow(["selected"], () => {
    chooseArea(made);
    draw();
    showChosen(made, found);
  });
  setOnline(made, state().online);
  draw();
  chooseArea(made);
  performance.mark("noroshi-map");
  void addOwnBasemap(made, state().theme).then((credit) => {
    ownCredit = credit;
    tellAll();
  }).catch(() => undefined);
  return true;
}

function showLanguage(): void {
  const titles = { ".maplibregl-canvas": say("map"), ".maplibregl-ctrl-zoom-in": say("zoomIn"), ".maplibregl-ctrl-zoom-out": say("zoomOut") };
  for (const [where, title] of Object.entries(titles)) {
    const one = document.querySelector(where);
    one?.setAttribute("aria-label", title);
    if (one instanceof HTMLButtonElement) one.title = title;
  }
  map?.setLayoutProperty("names", "text-field", ["get", currentLanguage()]);
}

/** Draw what is shown, as far as the map is there. */
function draw(): void {
  if (!map?.getLayer("badges") || !outlines) return;
  paintAreas(map, shown);
  placeBadges(map, shown, outlines);
  showThings(map, shown);
  owed = [...shown.located.values()].reduce((sum, one) => sum + one.length, 0);
  map.triggerRepaint();
}

/** Of how many things with a position the picture is that is not drawn yet. */
let owed: number | null = null;
/** Note when the last picture has really been drawn, and of how many things: how late the map is
 * can be measured by it. */
function noteDrawn(on: MapLibre): void {
  if (owed === null || ![...thingSources(), "badges"].every((id) => !on.getSource(id) || on.isSourceLoaded(id))) return;
  performance.clearMarks("noroshi-drawn");
  performance.mark("noroshi-drawn", { detail: owed });
  owed = null;
}

function listen(on: MapLibre): void {
  on.on("idle", () => noteDrawn(on));
  on.on("error", (event) => {
    // GSI's tiles cannot be had without a network: what the page draws itself is under them.
    if ((event as { sourceId?: string }).sourceId !== "online") console.warn(event.error.message);
  });
  on.on("moveend", () => {
    const { lat, lng } = on.getCenter();
    change({ view: { zoom: on.getZoom(), lat, lon: lng } });
    tellAll();
  });
  // Numbers of municipalities are placed by what of them is loaded.
  on.on("idle", () => {
    if (places.drawn.size && outlines) placeOnce(on, outlines);
  });
  on.on("click", (event) => void choose(on, event.point));
  on.on("mousemove", (event) => {
    on.getCanvas().style.cursor = pick(on, event.point) ? "pointer" : "";
  });
}

let placed = "";
function placeOnce(on: MapLibre, found: Outlines): void {
  const { lat, lng } = on.getCenter();
  const said = `${on.getZoom()} ${lat} ${lng} ${[...shown.fine.keys()].length}`;
  if (said === placed) return;
  placed = said;
  placeBadges(on, shown, found);
}

/** What lies at a point of the map, things before areas. */
function pick(on: MapLibre, { x, y }: { x: number; y: number }): MapGeoJSONFeature | undefined {
  const near: [[number, number], [number, number]] = [[x - 5, y - 5], [x + 5, y + 5]];
  const all = on.getLayersOrder();
  const things = all.filter((id) => (id.startsWith(THING) || id.startsWith(TILES)) && !id.endsWith(":old") && !id.endsWith(":halo"));
  const found = on.queryRenderedFeatures(near, { layers: [...things, "badges"] });
  const first = found.find((one) => one.layer.type === "symbol") ?? found[0];
  if (first) return first;
  const areas = ["places-fill", "prefectures-fill", "japan"].filter((id) => all.includes(id));
  return on.queryRenderedFeatures([x, y], { layers: areas })[0];
}

async function choose(on: MapLibre, point: { x: number; y: number }): Promise<void> {
  const found = pick(on, point);
  if (!found) return;
  const { properties, source } = found;
  if (properties["point_count"] !== undefined && found.geometry.type === "Point") {
    const center = found.geometry.coordinates as [number, number];
    const zoom = source.startsWith(THING)
      ? await (on.getSource(source) as GeoJSONSource).getClusterExpansionZoom(Number(properties["cluster_id"]))
      : on.getZoom() + 2;
    on.easeTo({ center, zoom: Math.min(zoom + 0.3, 17), ...ease() });
  } else if (source.startsWith(THING) || source.startsWith(TILES)) {
    const kind = source.slice(source.indexOf(":") + 1);
    change({ selected: { type: "thing", kind, id: String(properties["id"]) }, panel: "detail" });
  } else if (properties["area"]) change({ selected: { type: "area", area: String(properties["area"]) }, panel: "detail" });
}

const ease = (): { duration: number } => ({ duration: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 350 });

/** What was chosen in a list is brought into view, without changing how near one looks. */
function showChosen(on: MapLibre, known: Outlines): void {
  const { selected } = state();
  if (selected?.type === "thing") {
    const thing = shown.located.get(selected.kind)?.find((one) => one.id === selected.id);
    if (thing?.geometry?.type !== "Point") return;
    const [x = 0, y = 0] = thing.geometry.coordinates;
    if (!on.getBounds().contains([x, y])) on.easeTo({ center: [x, y], ...ease() });
  } else if (selected?.type === "area") {
    const centre = known.centres.get(selected.area.startsWith("city:") ? `pref:${selected.area.slice(5, 7)}` : selected.area);
    const view = on.getBounds();
    const box = known.boxes.get(selected.area.startsWith("city:") ? `pref:${selected.area.slice(5, 7)}` : selected.area);
    if (!centre || !box) return;
    const apart = box[0] > view.getEast() || box[2] < view.getWest() || box[1] > view.getNorth() || box[3] < view.getSouth();
    if (apart) on.easeTo({ center: [centre[0] ?? 0, centre[1] ?? 0], ...ease() });
  }
}

/** Bring a place into view. */
export function goTo(box: [number, number, number, number] | null, point?: [number, number]): void {
  if (!map) return;
  if (point) map.easeTo({ center: point, zoom: Math.max(map.getZoom(), 7), ...ease() });
  else map.fitBounds(box ? [[box[0], box[1]], [box[2], box[3]]] : JAPAN, { padding: 24, maxZoom: 11, ...ease() });
}

/** The map as a picture, for the printer. */
export function pictureOfMap(): string | null {
  if (!map) return null;
  map.redraw();
  return map.getCanvas().toDataURL("image/png");
}
