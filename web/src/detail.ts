/** Everything known about one thing: what it says, its editions, and where it came from. */
import { triageOf } from "./account.ts";
import { isMapped, recordsIn } from "./aggregate.ts";
import { address, getHistory, getSchema, Refused, saveWithToken, token } from "./api.ts";
import { data, findThing, isStale, onPicture, shownEvent } from "./data.ts";
import { el, fill, h } from "./dom.ts";
import { ownFields, showFields, titleOfField } from "./fields.ts";
import { readTime, showAge, showCount, showFull } from "./format.ts";
import { gravity, isLifted, lineOf, markOf, titleOf } from "./kinds.ts";
import { goTo, outlines, shown } from "./map.ts";
import { lineageOf } from "./lineage.ts";
import { showMessage } from "./message.ts";
import { prefectureName, PREFECTURES } from "./areas.ts";
import { places } from "./places.ts";
import { isStopped } from "./products.ts";
import { badge, kindTitle, shortKindTitle, sourceTag } from "./situation.ts";
import { change, follow, moment, state } from "./state.ts";
import { type Feature, type Properties, type Schema, envelope, groupBy, kindOf } from "./types.ts";
import { either, say, sayCode } from "./words.ts";

let shownKey = "";

export function startDetail(): void {
  follow(["selected", "language"], () => void show());
  follow(["at", "asOf", "mode"], () => void show());
  onPicture(() => {
    // A list follows the picture; a thing is drawn anew only when it has a new edition.
    const { selected } = state();
    if (selected?.type === "area" || selected?.type === "unplaced") showList();
    else if (selected?.type === "thing") {
      const one = data.kinds.get(selected.kind)?.shown.find((thing) => thing.id === selected.id);
      if (one && keyOf(one) !== shownKey) void show();
    }
  });
  void show();
}

const keyOf = (feature: Feature): string => `${feature.id} ${String(envelope(feature.properties, "record_id"))}`;

async function show(): Promise<void> {
  const { selected } = state();
  const home = el("detail");
  if (!selected) {
    shownKey = "";
    fill(home, h("h2", { class: "unseen" }, say("detail")), h("p", { class: "hint" }, say("noSelection")));
    return;
  }
  if (selected.type !== "thing") {
    showList();
    return;
  }
  const mine = `${selected.kind}/${selected.id}`;
  if (!home.childElementCount || !shownKey.startsWith(selected.id)) fill(home, h("p", { class: "hint" }, say("loading")));
  let feature: Feature | null = null;
  let why = "";
  try {
    feature = await findThing(selected.kind, selected.id);
    if (envelope(feature.properties, "mode") !== state().mode) {
      feature = null;
      why = say("gone");
    }
  } catch (error) {
    why = error instanceof Refused && error.status === 404 ? say("gone") : say("failed", { why: error instanceof Error ? error.message : String(error) });
  }
  const schema = await getSchema(selected.kind).catch(() => null);
  const still = state().selected;
  if (still?.type !== "thing" || `${still.kind}/${still.id}` !== mine) return;
  if (feature) {
    shownKey = keyOf(feature);
    fill(home, head(feature), what(feature, schema), how(feature), h("section", { id: "editions" }));
  } else fill(home, h("h2", {}, kindTitle(selected.kind)), h("p", { class: "hint" }, why), h("section", { id: "editions" }));
  void editions(selected.kind, selected.id, schema);
}

function head(feature: Feature): HTMLElement {
  const stale = isStale(feature);
  const point = feature.geometry?.type === "Point" ? feature.geometry.coordinates : null;
  const triage = triageOf(kindOf(feature), String(envelope(feature.properties, "key")));
  return h("header", { class: "thing" },
    h("p", { class: "dim" }, kindTitle(kindOf(feature))),
    h("h2", {}, badge(markOf(feature)), titleOf(feature)),
    h("p", { class: "line" }, lineOf(feature)),
    feature.properties["ended"] === true ? h("p", { class: "tag bad" }, say("endedNote")) : "",
    isLifted(feature) ? h("p", { class: "tag" }, say("liftedNote")) : "",
    stale ? h("p", { class: "tag stale" }, say("stale")) : "",
    isStopped(String(envelope(feature.properties, "source"))) ? h("p", { class: "tag bad" }, say("productOld")) : "",
    isEdition(feature) ? h("p", { class: "tag" }, say("oneEdition"), " ", h("button", { type: "button", class: "link", onclick: () => change({ selected: { type: "thing", kind: kindOf(feature), id: feature.id } }) }, say("seeCurrent"))) : "",
    h("p", { class: "actions" },
      triage ? h("a", { href: triage, id: "triage" }, say("triage")) : "",
      point ? h("button", { type: "button", class: "link", onclick: () => goTo(null, [point[0] ?? 0, point[1] ?? 0]) }, say("map")) : "",
      h("a", { href: address(`/collections/${kindOf(feature)}/items/${feature.id}`, { f: "html" }) }, say("api")),
      h("button", { type: "button", class: "link", onclick: () => change({ selected: null }) }, say("close"))));
}

/** Whether it was asked for by the number of its edition, which may not be the one in force. */
function isEdition(feature: Feature): boolean {
  const { selected } = state();
  return selected?.type === "thing" && selected.id.includes("@") && !data.editions.has(Number(envelope(feature.properties, "record_id")));
}

function what(feature: Feature, schema: Schema | null): HTMLElement {
  return h("section", {}, h("h3", {}, say("what")), showFields(ownFields(feature.properties), schema?.properties));
}

function how(feature: Feature): HTMLElement {
  const get = (name: string): unknown => envelope(feature.properties, name);
  const time = (name: string): string => {
    const found = readTime(get(name));
    return found === null ? "—" : `${showFull(found)}（${showAge(found, moment().at)}）`;
  };
  const source = String(get("source"));
  const known = data.sources.find((one) => one.name === source);
  const message = get("message");
  const rows: [string, Node | string][] = [
    [say("validFrom"), time("valid_from")],
    [say("validTo"), get("valid_to") === null ? say("open") : time("valid_to")],
    [say("issued"), time("issued")],
    [say("recorded"), time("recorded")],
    [say("source"), h("span", {}, source, known ? sourceTag(known) : "")],
    [say("label"), sayCode(String(get("label")))],
  ];
  const area = get("area");
  if (typeof area === "string") rows.push([say("area"), h("span", {}, nameOfArea(area), h("code", {}, ` ${area}`))]);
  const confidence = get("confidence");
  if (typeof confidence === "number") rows.push([say("confidence"), `${Math.round(confidence * 100)}%`]);
  return h("section", {}, h("h3", {}, say("when")),
    h("dl", { class: "fields" }, ...rows.flatMap(([name, value]) => [h("dt", {}, name), h("dd", {}, value)])),
    typeof message === "string" ? h("p", {}, h("button", { type: "button", class: "source-link", "data-message": message, onclick: () => void showMessage(message) }, say("message"), h("code", {}, message.slice(0, 12)))) : "",
    Array.isArray(get("basis")) && (get("basis") as unknown[]).length ? lineageOf(feature) : "");
}

/** A record as a button that opens it; `before` stands before its name. */
export function thingButton(feature: Feature, before: Node | string = ""): HTMLElement {
  return h("button", { type: "button", class: `change${isStale(feature) ? " old" : ""}`, onclick: () => change({ selected: { type: "thing", kind: kindOf(feature), id: feature.id }, panel: "detail" }) },
    badge(markOf(feature)), h("span", { class: "said" }, h("b", {}, before, titleOf(feature)), h("span", { class: "line" }, `${shortKindTitle(feature)} ${lineOf(feature)}`)));
}

async function editions(kind: string, id: string, schema: Schema | null): Promise<void> {
  const home = document.getElementById("editions");
  if (!home) return;
  let found: (Properties & { id: string })[];
  try {
    found = (await getHistory(kind, id)).editions;
  } catch (error) {
    fill(home, h("h3", {}, say("editions")), h("p", { class: "dim" }, say("failed", { why: error instanceof Error ? error.message : String(error) })));
    return;
  }
  if (!home.isConnected) return;
  const items = found.map((one, index) => ({ one, before: found[index - 1], number: index + 1 })).reverse();
  fill(home, h("h3", {}, say("editions"), h("span", { class: "n" }, say("count", { n: found.length }))),
    h("ol", { class: "plain editions" }, ...items.map(({ one, before, number }) => edition(one, before, number, schema))));
}

function edition(one: Properties, before: Properties | undefined, number: number, schema: Schema | null): HTMLElement {
  const get = (name: string): number | null => readTime(one[`record_${name}`] ?? one[name]);
  const issued = get("issued");
  const recorded = get("recorded");
  const validFrom = get("valid_from");
  const names = before ? differing(before, one) : [];
  const message = one["record_message"] ?? one["message"];
  const action = String(one["record_action"] ?? one["action"]);
  return h("li", {},
    h("p", {}, h("b", {}, say("edition", { n: number })), action === "issue" || action === "correct" || action === "cancel" ? h("span", { class: `tag ${action}` }, say(action)) : "",
      issued === null ? "" : h("span", {}, `${say("issued")} ${showFull(issued)}`)),
    recorded === null ? "" : h("p", { class: "dim" }, `${say("recorded")} ${showFull(recorded)}`),
    names.length ? h("p", {}, say("changedFields", { names: names.map((name) => titleOfField(name, schema?.properties[name])).join(either("、", ", ")) })) : "",
    h("p", { class: "actions" },
      recorded === null ? "" : h("button", { type: "button", class: "link", onclick: () => change({ at: Math.max(validFrom ?? recorded, issued ?? 0), asOf: recorded + 1 }) }, say("seeThen")),
      typeof message === "string" ? h("button", { type: "button", class: "link", onclick: () => void showMessage(message) }, say("message")) : ""));
}

function differing(before: Properties, after: Properties): string[] {
  const [old, now] = [new Map(ownFields(before)), new Map(ownFields(after))];
  return [...new Set([...old.keys(), ...now.keys()])].filter((name) => JSON.stringify(old.get(name)) !== JSON.stringify(now.get(name)));
}

export function nameOfArea(area: string): string {
  return area.startsWith("pref:") && PREFECTURES.includes(area) ? prefectureName(area, state().language) : (places.names.get(area) ?? "");
}

let listed = "";
/** All that is known of an area, or all that the map cannot show. */
function showList(): void {
  const { selected } = state();
  if (!selected || selected.type === "thing") return;
  const event = shownEvent();
  const all = (selected.type === "area" ? recordsIn(selected.area) : shown.unplaced).filter((one) => isMapped(one, event));
  const said = `${JSON.stringify(selected)} ${state().language} ${places.names.size} ${all.map(keyOf).join()}`;
  if (said === listed && !shownKey) return;
  listed = said;
  shownKey = "";
  const title = selected.type === "area" ? nameOfArea(selected.area) || selected.area : say("unplacedTitle");
  const grouped = groupBy(all, kindOf);
  fill(el("detail"),
    h("header", { class: "thing" }, h("h2", {}, title), h("p", { class: "dim" }, selected.type === "area" ? say("inArea") : say("unplacedWhy")),
      h("p", { class: "actions" },
        selected.type === "area" ? h("button", { type: "button", class: "link", onclick: () => goTo(outlines?.boxes.get(selected.area) ?? null) }, say("map")) : "",
        h("button", { type: "button", class: "link", onclick: () => change({ selected: null }) }, say("close")))),
    ...(all.length ? [...grouped].sort(([, one], [, other]) => Math.max(...other.map(gravity)) - Math.max(...one.map(gravity))).map(([kind, some]) => group(kind, some)) : [h("p", { class: "hint" }, say("nothing"))]));
}

function group(kind: string, some: Feature[]): HTMLElement {
  const sorted = [...some].sort((one, other) => gravity(other) - gravity(one));
  return h("section", {}, h("h3", {}, h("button", { type: "button", class: "link", onclick: () => change({ table: kind }) }, kindTitle(kind)), h("span", { class: "n" }, say("count", { n: showCount(some.length) }))),
    h("ul", { class: "plain" }, ...sorted.slice(0, 60).map((one) => h("li", {}, thingButton(one)))),
    sorted.length > 60 ? h("button", { type: "button", class: "link", onclick: () => change({ table: kind }) }, say("several", { n: showCount(sorted.length - 60) })) : "");
}

/** Whether links must carry a token: then they are fetched instead of followed. */
export function guard(url: string, name: string): { href: string; onclick: (event: Event) => void } {
  return { href: url, onclick: (event) => {
    if (!token()) return;
    event.preventDefault();
    void saveWithToken(url, name);
  } };
}
