/** The legend: always there, and only for what is on the part of the map that is seen. */
import { places } from "./places.ts";
import { data, shownEvent } from "./data.ts";
import { el, fill, h } from "./dom.ts";
import { iconElement } from "./icons.ts";
import { colourOf, iconOf, isPast, markOf, roadIsBad } from "./kinds.ts";
import { isOver } from "./productsigns.ts";
import { reportWord } from "./reportsigns.ts";
import { map, onMap, outlines, ownCredit, shown } from "./map.ts";
import { badBubble, badInTile, type How, howOf, howWord, PERSONS, REGISTERED, ROADS, signOf } from "./signs.ts";
import { FINE_NUMBERS } from "./mapareas.ts";
import { isCoveredWhole } from "./merged.ts";
import { isGathered } from "./mapthings.ts";
import { type Painted, shownFill } from "./aggregate.ts";
import { type Mark, intensityText } from "./scales.ts";
import { change, follow, state } from "./state.ts";
import { type Feature, envelope, text } from "./types.ts";
import { either, say, sayCode, type Word } from "./words.ts";
import { badge, kindTitle } from "./situation.ts";
import { showCount, showTime } from "./format.ts";

export function startLegend(): void {
  onMap(show);
  follow(["language", "fill", "event", "online"], show);
}

const LEVEL_WORDS: Record<string, Word> = { "5": "level5", "4": "level4", "3": "level3", "2": "level2", "1": "level1", 特: "emergency", E: "emergency", 危: "danger", D: "danger", 警: "warning", W: "warning", 注: "advisory", A: "advisory" };
const TSUNAMI_WORDS: Record<number, Word> = { 4: "majorTsunami", 3: "tsunamiWarning", 2: "tsunamiAdvisory", 1: "tsunamiForecast" };

let unfolded = false;
/** More entries than this cover the map: their words are shown when asked for. */
const MANY = 10;

/** Who made what lies under the picture. */
function showCredit(): void {
  el("credit").textContent = [say("credit"), ownCredit, state().online ? say("gsi") : ""].filter(Boolean).join(" ");
}

function show(): void {
  showCredit();
  const home = el("legend");
  home.setAttribute("aria-label", say("legend"));
  home.classList.toggle("unfolded", unfolded);
  const seen = onScreen();
  const fills = marksOf(seen.areas);
  const coasts = marksOf(seen.coasts);
  const rows: (HTMLElement | string)[] = [];
  if (fills.length) {
    rows.push(h("p", { class: "scale" }, say(!places.drawn.size ? "byPrefecture" : (map?.getZoom() ?? 0) < FINE_NUMBERS ? "byMunicipalityFar" : "byMunicipality")));
    for (const mark of fills) rows.push(entry(badge(mark), wordOf(mark)));
  }
  if (coasts.length) {
    rows.push(h("p", { class: "scale" }, say("coastNote")));
    for (const mark of coasts) rows.push(entry(coastSample(mark), wordOf(mark)));
  }
  for (const [icon, word] of seen.icons) rows.push(entry(iconElement(icon), word));
  if (seen.stale) rows.push(entry(iconElement("old|"), say("staleNote")));
  home.classList.toggle("many", rows.length > MANY);
  fill(home,
    h("div", { class: "fillby", role: "group", "aria-label": say("fillBy") }, h("span", {}, say("fillBy")), ...(["level", "intensity"] as const).map((one) =>
      h("button", { type: "button", "aria-pressed": String(shownFill() === one), onclick: () => change({ fill: one }) }, say(`fill_${one}`))),
      h("button", { type: "button", class: "fold", "aria-expanded": String(unfolded), onclick: () => {
        unfolded = !unfolded;
        show();
      } }, say("legend"))),
    shownFill() === "intensity" ? chooser() : "",
    rows.length ? h("div", { class: "entries" }, ...rows) : h("p", { class: "dim" }, say("onScreenNone")));
}

const entry = (sign: Element, word: string): HTMLElement => h("p", { class: "entry", title: word }, h("span", { class: "sign" }, sign), h("span", { class: "word" }, word));

function wordOf(mark: Mark): string {
  if (mark.scale === "intensity") return `${say("intensity")} ${intensityText(mark.text.replace("−", "-"))}`;
  if (mark.scale === "tsunami") return say(TSUNAMI_WORDS[mark.rank] ?? "tsunamiForecast");
  const word = LEVEL_WORDS[mark.text];
  return word ? say(word) : mark.text;
}

function coastSample(mark: Mark): HTMLElement {
  const made = h("span", { class: "coast" }, mark.text);
  made.style.borderBottomColor = mark.colour;
  return made;
}

function marksOf(painted: Painted[]): Mark[] {
  const found = new Map(painted.map(({ mark }) => [mark.text, mark]));
  return [...found.values()].sort((one, other) => other.rank - one.rank);
}

/** The earthquake whose intensities are shown. */
function chooser(): HTMLElement | string {
  if (!data.events.length) return "";
  const shownNow = shownEvent();
  return h("label", { class: "chooser" }, h("span", {}, say("forEarthquake")),
    h("select", { "aria-label": say("chooseEarthquake"), onchange: (event: Event) => change({ event: (event.target as HTMLSelectElement).value || null }) },
      ...data.events.map(({ event, feature }) => h("option", { value: event, selected: event === shownNow }, eventTitle(event, feature)))));
}

function eventTitle(event: string, feature: Feature): string {
  const quake = data.kinds.get("disaster.earthquake")?.shown.find((one) => text(one, "event") === event);
  const time = Date.parse(quake ? text(quake, "origin") : String(envelope(feature.properties, "valid_from")));
  return `${Number.isFinite(time) ? showTime(time) : event} ${quake ? text(quake, "name") : ""} ${either("最大", "max ")}${intensityText(text(feature, "intensity"))}`;
}

interface OnScreen { areas: Painted[]; coasts: Painted[]; icons: Map<string, string>; stale: boolean }

function onScreen(): OnScreen {
  const found: OnScreen = { areas: [], coasts: [], icons: new Map(), stale: false };
  if (!map || !outlines) return found;
  const view = map.getBounds();
  const [west, south, east, north] = [view.getWest(), view.getSouth(), view.getEast(), view.getNorth()];
  const hows = new Set<How>();
  const boxes = outlines.boxes;
  const sees = (area: string): boolean => {
    const box = boxes.get(area.startsWith("city:") ? `pref:${area.slice(5, 7)}` : area);
    return !!box && box[0] <= east && box[2] >= west && box[1] <= north && box[3] >= south;
  };
  const areas = places.drawn.size ? shown.fine : shown.coarse;
  found.areas = [...areas].filter(([area]) => sees(area)).map(([, one]) => one);
  found.coasts = [...shown.coasts].filter(([area]) => sees(area)).map(([, one]) => one);
  found.stale = [...found.areas, ...found.coasts].some((one) => one.stale);
  for (const [kind, features] of shown.located) {
    for (const one of features) {
      if (!one.geometry || one.geometry.type === "GeometryCollection") continue;
      const [x, y] = firstPosition(one.geometry.coordinates);
      const turned = x + 360 * Math.round(((west + east) / 2 - x) / 360);
      if (turned < west || turned > east || y < south || y > north) continue;
      const how = howOf(kind, one.properties);
      if (how && how !== "plain") hows.add(how);
      const [icon, word] = one.geometry.type.endsWith("Point") || signOf(kind, one.properties) || kind === "disaster.evacuation_order" ? iconEntry(kind, one) : lineEntry(kind, one);
      found.icons.set(icon, word);
    }
  }
  for (const [id, kind] of data.kinds) {
    if (kind.way !== "tiles" || kind.waiting || state().off.has(id) || !kind.count || isCoveredWhole(id)) continue;
    if (map.getZoom() < (REGISTERED[id] ?? 0)) continue;
    if (id === "infrastructure.road_link") {
      for (const [rank, [colour]] of Object.entries(ROADS)) found.icons.set(`line|${colour}`, sayCode(rank));
      continue;
    }
    if (id === "infrastructure.population_mesh") {
      for (const [least, colour] of PERSONS) found.icons.set(`area|${colour}`, say("persons", { n: showCount(least) }));
      continue;
    }
    if (id === "disaster.shelter" || id === "disaster.shelter_merged") {
      found.icons.set("shelter|open|12", say("shelterOpen"));
      found.icons.set("shelter|other|", say("shelterOther"));
    } else found.icons.set(signOf(id, {}, "plain") ?? "dot|", kindTitle(id));
    found.icons.set(`cluster|${showCount(99)}`, say("cluster"));
    if (badInTile(id)) {
      for (const how of ["bad", "warn", "good", "unknown"] as const) hows.add(how);
      found.icons.set(badBubble("3", "99"), say("clusterBad"));
    }
  }
  for (const how of ["bad", "warn", "good", "unknown"] as const) if (hows.has(how)) found.icons.set(`sign||${how}|`, howWord(how));
  if ([...shown.located].some(([kind, features]) => isGathered(kind, features.length))) found.icons.set("cluster|99", say("cluster"));
  if ([...shown.located].some(([kind, features]) => isGathered(kind, features.length) && features.some((one) => howOf(kind, one.properties) === "bad"))) found.icons.set(badBubble("3", "99"), say("clusterBad"));
  return found;
}

/** A line without a sign: its colour, and what it is and how it fares in words. */
function lineEntry(kind: string, feature: Feature): [string, string] {
  const how = howOf(kind, feature.properties);
  const word = kind === "disaster.road" ? iconEntry(kind, feature)[1] : kindTitle(kind);
  return [`line|${colourOf(feature)}`, how && howWord(how) ? `${word}: ${howWord(how)}` : word];
}

/** The first position of a geometry, however deep it stands. */
function firstPosition(coordinates: unknown): [number, number] {
  let found = coordinates;
  while (Array.isArray(found) && Array.isArray(found[0])) [found] = found as unknown[];
  const [x = 0, y = 0] = found as number[];
  return [x, y];
}

function iconEntry(kind: string, feature: Feature): [string, string] {
  const { properties } = feature;
  switch (kind) {
    case "disaster.earthquake":
    case "disaster.tsunami_source":
    case "disaster.eew":
      return isPast(feature) ? ["quake|past", say("epicentrePast")] : ["quake|6.1", say("epicentre")];
    case "disaster.shelter_merged":
    case "disaster.shelter":
      if (kind !== "disaster.shelter" && isOver(properties)) return ["shelter|over|312", say("shelterOver")];
      return properties["status"] === "open" ? ["shelter|open|12", say("shelterOpen")] : ["shelter|other|", say("shelterOther")];
    case "disaster.volcanic_warning":
    case "disaster.volcano_status":
      return properties["level"] ? ["volcano|3", say("volcano")] : ["volcano|", say("volcanoOff")];
    case "disaster.road":
      return roadIsBad(properties["status"]) ? ["road|bad", say("roadBad")] : ["road|other", say("roadOther")];
    default: {
      const sign = signOf(kind, properties, "plain");
      if (sign) return [sign, kind === "infrastructure.outage" ? sayCode(text(feature, "service")) : kind === "disaster.flood_state" ? sayCode(text(feature, "of"), "of")
        : kind === "disaster.incident" || kind === "disaster.resident_report" ? reportWord(feature) : kindTitle(kind)];
      const mark = markOf(feature);
      if (mark && kind === "disaster.evacuation_order") return [iconOf(feature), [kindTitle(kind), text(feature, "kind")].filter(Boolean).join(" ")];
      if (mark && kind === "disaster.issued_alert") return [iconOf(feature), kindTitle(kind)];
      if (mark && kind === "disaster.rain_gauge") return ["mark|#218CFF|#101010|5", say("rainHour")];
      return ["dot|", feature.geometry?.type === "Point" ? say("otherPoint") : say("otherArea")];
    }
  }
}
