/** What is happening: the gravest first, then every layer with its count, its age and its sources. */
import { data, type KindData, onPicture, isStale, shownEvent } from "./data.ts";
import { isMapped } from "./aggregate.ts";
import { announce, el, fill, h, whenFree } from "./dom.ts";
import { session } from "./drill.ts";
import { showAge, showCount, showFull } from "./format.ts";
import { gravity, isLifted, isPast, lineOf, markOf, titleOf } from "./kinds.ts";
import { iconElement } from "./icons.ts";
import { onMap, shown } from "./map.ts";
import type { Mark } from "./scales.ts";
import { covered, isCoveredWhole } from "./merged.ts";
import { isCovered } from "./once.ts";
import { productsAlert, productsSection } from "./products.ts";
import { OFF_AT_FIRST, REGISTERED } from "./signs.ts";
import { change, follow, moment, present, state } from "./state.ts";
import { type Feature, type Source, envelope, groupBy, kindOf, text } from "./types.ts";
import { either, layerTitle, say, isWord } from "./words.ts";
import { prefectureName, prefectureOf } from "./areas.ts";

/** Gravity from which on a thing is told under "gravest first". */
const GRAVE = 25;

export function startSituation(): void {
  el("situation").addEventListener("scroll", (event) => (scrolled = (event.target as HTMLElement).scrollTop), { passive: true });
  onPicture(() => whenFree(show));
  onMap(showUnplaced);
  follow(["off", "language", "table"], show);
  setInterval(() => whenFree(show), 30_000);
}

let scrolled = 0;
const open = new Set<string>();

function show(): void {
  const home = el("situation");
  const focused = document.activeElement?.getAttribute("data-key");
  fill(home, h("h2", { class: "unseen" }, say("situation")), productsAlert(), worst(), ...layers(), h("p", { id: "unplaced" }), productsSection(), sources());
  showUnplaced();
  // Asking where it stands makes the browser lay everything out: only where it has been moved.
  if (scrolled) home.scrollTop = scrolled;
  if (focused) home.querySelector<HTMLElement>(`[data-key="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
}

/** One line for all that has the same mark in one kind and prefecture. */
interface Line { mark: Mark | null; kind: string; where: string; things: Feature[]; rank: number; stale: boolean }

export function gravest(): Line[] {
  const lines = new Map<string, Line>();
  const event = shownEvent();
  // The level of a municipality says it all: the warnings under it are not told again.
  const computed = new Map<string, number>();
  if (!state().off.has("disaster.alert_level")) {
    for (const one of data.kinds.get("disaster.alert_level")?.shown ?? []) computed.set(String(envelope(one.properties, "area")), gravity(one));
  }
  const by = covered();
  const told = new Set((data.kinds.get("disaster.earthquake")?.shown ?? []).filter((one) => markOf(one)).map((one) => text(one, "event")));
  for (const [kind, known] of data.kinds) {
    if (state().off.has(kind) || kind === "disaster.weather_warning_region" || kind === "disaster.eew_area") continue;
    for (const one of known.shown) {
      if (isLifted(one) || !isMapped(one, event) || isPast(one) || isCovered(one, by)) continue;
      const rank = gravity(one);
      if (rank < GRAVE) continue;
      if (markOf(one)?.scale === "level" && rank <= (computed.get(`${kind === "disaster.alert_level" ? "" : String(envelope(one.properties, "area"))}`) ?? 0)) continue;
      if (kind === "disaster.intensity" && (text(one, "level") !== "event" || told.has(text(one, "event")))) continue;
      const mark = markOf(one);
      const area = envelope(one.properties, "area");
      const prefecture = typeof area === "string" ? prefectureOf(area, text(one, "area_name") || titleOf(one)) : null;
      const where = kind === "disaster.earthquake" || kind === "disaster.intensity" ? one.id : (prefecture ?? titleOf(one));
      const key = `${kind} ${mark?.text ?? ""} ${where}`;
      const line = lines.get(key) ?? { mark, kind, where, things: [], rank, stale: true };
      line.things.push(one);
      line.stale &&= isStale(one);
      lines.set(key, line);
    }
  }
  return [...lines.values()].sort((one, other) => Number(one.stale) - Number(other.stale) || other.rank - one.rank || other.things.length - one.things.length);
}

function worst(): HTMLElement {
  const lines = gravest();
  const { now, at } = moment();
  const most = open.has("worst") ? lines.length : 6;
  const items = lines.slice(0, most).map((line, index) => {
    const [first] = line.things as [Feature];
    const { stale } = line;
    const many = line.things.length > 1;
    const name = line.where.startsWith("pref:") ? prefectureName(line.where, state().language) : titleOf(first);
    const title = data.kinds.get(line.kind)?.about;
    const newest = Math.max(...line.things.map((one) => Date.parse(String(envelope(one.properties, "issued")))));
    const said = many ? `${either(title?.title ?? "", title?.title_en ?? "").replace(/[（(].*/, "")} ${[...new Set(line.things.map(titleOf))].slice(0, 4).join("・")}${line.things.length > 4 ? ` ${say("several", { n: line.things.length - 4 })}` : ""}` : lineOf(first);
    const divider = stale && !lines[index - 1]?.stale ? h("p", { class: "divider" }, say("staleBelow")) : "";
    return h("li", {}, divider, h("button", {
      type: "button", class: `grave${stale ? " old" : ""}`, "data-key": `grave ${line.kind} ${line.where} ${line.mark?.text}`,
      onclick: () => change({
        selected: many && line.where.startsWith("pref:") ? { type: "area", area: line.where } : { type: "thing", kind: line.kind, id: first.id }, panel: "detail",
      }),
    }, badge(line.mark), h("span", { class: "said" },
      h("b", {}, name, many ? h("span", { class: "n" }, ` ${say("count", { n: showCount(line.things.length) })}`) : ""), h("span", { class: "line" }, said), beside(line),
      h("span", { class: "age", title: showFull(newest) }, stale ? h("span", { class: "tag stale" }, say("stale")) : "", say("issuedAgo", { age: showAge(newest, at) })))));
  });
  const any = [...data.kinds.values()].some((one) => one.count);
  const none = say(any ? "notGrave" : now ? "nothing" : "nothingKnown");
  return h("section", { class: "worst", "aria-labelledby": "worst-title" },
    h("h3", { id: "worst-title" }, say("worst")),
    items.length ? h("ol", { class: "plain" }, ...items) : h("p", { class: "dim" }, data.waiting ? say("loading") : none),
    lines.length > 6 ? h("button", { type: "button", class: "link", "data-key": "worst-more", "aria-expanded": String(open.has("worst")), onclick: () => {
      if (!open.delete("worst")) open.add("worst");
      show();
    } }, open.has("worst") ? say("close") : say("several", { n: showCount(lines.length - 6) })) : "");
}

/** Beside the level of municipalities: what their mayors ordered, which no level says. */
function beside(line: Line): HTMLElement | string {
  if (line.kind !== "disaster.alert_level") return "";
  const areas = new Set(line.things.map((one) => envelope(one.properties, "area")));
  const both = (data.kinds.get("disaster.alert_overview")?.shown ?? []).filter((one) => areas.has(envelope(one.properties, "area")));
  const given = groupBy(both.filter((one) => text(one, "order_kind")), (one) => text(one, "order_kind"));
  const orders = [...given].map(([kind, some]) => `${kind} ${say("count", { n: some.length })}`).join(either("・", ", "));
  const missing = both.filter((one) => one.properties["order_not_received"] === true).length;
  return orders || missing ? h("span", { class: "age" }, orders ? h("span", {}, say("orders", { said: orders })) : "", missing ? h("span", { class: "tag stale" }, say("ordersNotReceived", { n: missing })) : "") : "";
}

export function badge(mark: Mark | null): HTMLElement {
  if (!mark) return h("span", { class: "badge none", "aria-hidden": "true" }, "–");
  const made = h("span", { class: `badge ${mark.scale}` }, mark.text);
  made.style.backgroundColor = mark.colour;
  made.style.color = mark.ink;
  return made;
}

function layers(): HTMLElement[] {
  const order = data.summary?.layers ?? [];
  const grouped = groupBy(data.kinds.values(), (one) => one.about.layer);
  const by = covered();
  return order.filter((layer) => grouped.has(layer) || layer === "medical" && data.diseases).map((layer) => {
    const all = grouped.get(layer) ?? [];
    const some = all.filter((one) => one.count > 0 || !one.loaded && one.about.count > 0 || one.error);
    const total = some.reduce((sum, one) => sum + one.count, 0);
    return h("section", { class: "layer" },
      h("h3", {}, layerTitle(layer), h("span", { class: "n" }, total ? say("count", { n: showCount(total) }) : say("none"))),
      some.length ? h("ul", { class: "plain" }, ...some.map((one) => row(one, by))) : "",
      layer === "medical" && data.diseases ? h("p", {}, h("a", { href: diseasesPage() }, say("diseasesPage"))) : "");
  });
}

/** The page of infectious diseases at the moment that is shown. */
function diseasesPage(): string {
  const { mode, at, asOf, language } = state();
  const asks = new URLSearchParams({ lang: language });
  if (mode !== "actual") asks.set("mode", mode);
  if (at !== null) asks.set("datetime", new Date(at).toISOString());
  if (asOf !== null) asks.set("as-of", new Date(asOf).toISOString());
  return `./diseases?${asks}`;
}

function row(kind: KindData, by: ReadonlySet<number>): HTMLElement {
  const { id, title, title_en: english } = kind.about;
  const name = either(title, english).replace(/[（(](?!.*警戒レベル).*[）)]$/, "");
  const { at, now } = moment();
  const times = kind.shown.map((one) => Date.parse(String(envelope(one.properties, "issued")))).filter(Number.isFinite);
  const newest = times.length ? times.reduce((most, one) => Math.max(most, one)) : Date.parse(kind.about.newest_issued ?? "");
  const from = [...new Set(kind.shown.map((one) => String(envelope(one.properties, "source"))))];
  const stale = now && kind.shown.length > 0 && kind.shown.every((one) => isStale(one));
  const on = !state().off.has(id);
  const under = kind.shown.filter((one) => isCovered(one, by)).length;
  const merged = isCoveredWhole(id) ? say("mergedWhole") : under ? say("mergedShown", { n: showCount(under) }) : "";
  return h("li", { class: `kind${on || OFF_AT_FIRST.has(id) ? "" : " off"}${stale ? " old" : ""}` },
    h("label", { class: "tick" }, h("input", {
      type: "checkbox", checked: on, "data-key": `tick ${id}`, "aria-label": say("showLayer", { title: name }),
      onchange: (event: Event) => {
        const off = new Set(state().off);
        if ((event.target as HTMLInputElement).checked) off.delete(id);
        else off.add(id);
        change({ off });
      },
    })),
    h("button", {
      type: "button", class: "name", "data-key": `table ${id}`, title: say("openTable", { title: either(title, english) }),
      "aria-pressed": String(state().table === id), onclick: () => change({ table: state().table === id ? null : id }),
    }, h("span", { class: "title" }, name), " ", h("span", { class: "n" }, kind.waiting ? "…" : showCount(kind.count))),
    h("p", { class: "about" },
      kind.waiting ? say("whenResting") : "",
      id in REGISTERED ? say("whenNear") : !on && OFF_AT_FIRST.has(id) ? say("offAtFirst") : "",
      on && merged ? h("span", {}, merged) : "",
      kind.error ? h("span", { class: "tag bad" }, say("failed", { why: kind.error })) : "",
      stale ? h("span", { class: "tag stale" }, say("stale")) : "",
      Number.isFinite(newest) ? h("span", { title: showFull(newest) }, say("issuedAgo", { age: showAge(newest, at) })) : "",
      from.length ? h("span", { class: "from" }, [...new Set(from.map(sourceName))].slice(0, 3).join(either("、", ", "))) : ""));
}

export function sourceTag(source: Source): HTMLElement {
  const word = `state_${source.state}`;
  return h("span", { class: `tag state ${source.state}` }, isWord(word) ? say(word) : source.state);
}

function sources(): HTMLElement {
  return h("section", { class: "sources", "aria-labelledby": "sources-title" },
    h("h3", { id: "sources-title" }, say("sources")),
    data.sourcesError ? h("p", { class: "tag bad" }, say("failed", { why: data.sourcesError })) : "",
    moment().now || session() ? "" : h("p", { class: "dim" }, say("stateToday")),
    h("ul", { class: "plain" }, ...data.sources.map((one) => h("li", { class: `source ${one.state}` },
      h("p", {}, h("b", {}, one.name), sourceTag(one)),
      h("p", { class: "about" },
        one.newest_issued ? h("span", { title: showFull(Date.parse(one.newest_issued)) }, say("contentAge", { age: showAge(Date.parse(one.newest_issued), present()) })) : "",
        one.last_received ? h("span", { title: showFull(Date.parse(one.last_received)) }, say("lastHeard", { age: showAge(Date.parse(one.last_received), Date.now()) })) : ""),
      one.state === "fresh" ? "" : h("p", { class: "about" }, either(one.reason_ja, one.reason)),
      one.quarantined ? h("p", { class: "tag bad" }, say("quarantined", { n: one.quarantined })) : ""))));
}

function showUnplaced(): void {
  const home = document.getElementById("unplaced");
  if (!home) return;
  const n = shown.unplaced.length;
  fill(home, n ? h("button", { type: "button", class: "link", "data-key": "unplaced", onclick: () => change({ selected: { type: "unplaced" }, panel: "detail" }) }, iconElement("dot|"), say("unplaced", { n: showCount(n) })) : "");
}

let before: string | null = null;
/** Tell a screen reader when the gravest changes. */
export function announceGravest(): void {
  const [first] = gravest();
  const said = first ? `${titleOf(first.things[0] as Feature)} ${lineOf(first.things[0] as Feature)}` : "";
  if (before !== null && said !== before && said) announce(said);
  before = said;
}

/** A source as people know it: what the node computed itself is called so. */
export const sourceName = (source: string): string => (source.startsWith("product/") ? either("計算", "computed") : source);

export const kindTitle = (kind: string): string => {
  const about = data.kinds.get(kind)?.about;
  return about ? either(about.title, about.title_en) : kind;
};

export const shortKindTitle = (feature: Feature): string => kindTitle(kindOf(feature)).replace(/[（(].*/, "").trim();
