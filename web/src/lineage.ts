/** Where a computed record comes from: a tree of records down to the messages, with the method of each. */
import { getLineage, type Lineage } from "./api.ts";
import { data } from "./data.ts";
import { thingButton } from "./detail.ts";
import { fill, h } from "./dom.ts";
import { plainText } from "./fields.ts";
import { readTime, showCount, showFull, showTime } from "./format.ts";
import { showMessage } from "./message.ts";
import { readsOwn } from "./products.ts";
import { kindTitle, sourceName } from "./situation.ts";
import { change, moment } from "./state.ts";
import { type Feature, envelope, kindOf } from "./types.ts";
import { say, sayCode } from "./words.ts";

/** A tree of no more records than this opens whole; a record shows so many of its own at once. */
const SMALL = 12;
const STEP = 15;

/** The thing whose tree is open: it stays so when a new edition of it comes. */
let opened = "";

/** The tree of a computed record. Nothing is asked for until it is opened. */
export function lineageOf(feature: Feature): HTMLElement {
  const body = h("div", { class: "lineage-body" });
  let asked = false;
  const load = async (): Promise<void> => {
    asked = true;
    fill(body, h("p", { class: "dim", role: "status" }, say("loading")));
    try {
      const id = `${feature.id.split("@")[0]}@${String(envelope(feature.properties, "record_id"))}`;
      draw(body, await getLineage(kindOf(feature), id, moment().asked));
    } catch (error) {
      fill(body, h("p", { class: "tag bad", role: "alert" }, say("failed", { why: error instanceof Error ? error.message : String(error) })),
        h("button", { type: "button", onclick: () => void load() }, say("retry")));
    }
  };
  const made = h("details", { class: "lineage", ontoggle: () => {
    if (made.open && !asked) void load();
    opened = made.open ? feature.id : opened === feature.id ? "" : opened;
  } }, h("summary", {}, say("lineage")), body);
  made.open = opened === feature.id;
  return h("div", { class: "basis" }, h("p", {}, say("computed")), made);
}

function draw(body: HTMLElement, top: Lineage): void {
  const below = [...parts(top, size(top) <= SMALL)];
  if (!below.length) {
    fill(body, h("p", { class: "dim" }, say("lineageEmpty")));
    return;
  }
  const tree = h("ul", { class: "tree", "aria-label": say("lineage") }, ...below);
  const all = (open: boolean) => (): void => {
    // What is unfolded may have more to unfold in it: from above, as long as something changes.
    for (let found = twigs(tree, !open); found.length; found = open ? twigs(tree, false) : []) for (const one of found) one.click();
  };
  const deep = twigs(tree, true).length + twigs(tree, false).length;
  fill(body, deep ? h("p", { class: "actions" }, h("button", { type: "button", class: "link", onclick: all(true) }, say("openAll")), h("button", { type: "button", class: "link", onclick: all(false) }, say("closeAll"))) : "", tree);
}

const twigs = (tree: HTMLElement, open: boolean): HTMLElement[] => [...tree.querySelectorAll<HTMLElement>(`.twig[aria-expanded="${String(open)}"]`)];

/** How many records a tree has. */
const size = (node: Lineage): number => 1 + (node.basis ?? []).reduce((sum, one) => sum + size(one), 0);

/** What stands under a record: its method, the records it rests on, its messages, and what is not shown. */
function* parts(node: Lineage, open: boolean): Generator<HTMLElement> {
  if (node.source.startsWith("product/") && !node.again) yield h("li", { class: "leaf" }, methodOf(node));
  const basis = node.basis ?? [];
  for (const one of basis.slice(0, STEP)) yield branch(one, open);
  if (basis.length > STEP) {
    const rest = h("li", { class: "leaf" }, h("button", { type: "button", class: "link", onclick: () => {
      const made = basis.slice(STEP).map((one) => branch(one, open));
      rest.replaceWith(...made);
      made[0]?.querySelector<HTMLElement>("button")?.focus();
    } }, say("showAll", { n: basis.length - STEP })));
    yield rest;
  }
  for (const one of node.messages ?? []) {
    yield h("li", { class: "leaf" }, h("button", { type: "button", class: "change message", "data-message": one.id, onclick: () => void showMessage(one.id) },
      h("span", { class: "said" }, h("b", {}, h("span", { class: "tag" }, say("message")), one.name || one.format), h("span", { class: "age" }, h("span", {}, one.source), timeOf(one.received, say("received"))))));
  }
  if (node.again) yield h("li", { class: "leaf dim" }, say("lineageAgain"));
  if (node.more) yield h("li", { class: "leaf dim" }, say("lineageMore", { n: showCount(node.more) }));
  if (node.hidden) yield h("li", { class: "leaf dim hidden-inputs" }, say("hiddenInputs", { n: showCount(node.hidden) }));
}

let count = 0;

/** A record, and what is under it once unfolded. */
function branch(node: Lineage, open: boolean): HTMLElement {
  const leaf = !node.again && !node.basis?.length && !node.messages?.length && !node.method && !node.more && !node.hidden && !node.source.startsWith("product/");
  const row = h("div", { class: "twig-row" });
  if (leaf || node.again) {
    fill(row, h("span", { class: "twig none", "aria-hidden": "true" }, "·"), record(node));
    return h("li", {}, row);
  }
  const home = h("ul", { class: "tree", id: `lineage-${(count += 1)}`, hidden: true });
  const twig = h("button", { type: "button", class: "twig", "aria-expanded": "false", "aria-controls": home.id, "aria-label": say("unfold", { title: nameOf(node) }), onclick: () => {
    if (!home.childElementCount) fill(home, ...parts(node, open));
    home.hidden = !home.hidden;
    twig.setAttribute("aria-expanded", String(!home.hidden));
  } });
  fill(row, twig, record(node));
  const made = h("li", {}, row, home);
  if (open) twig.click();
  return made;
}

/** A record as a button that opens it: as it stands in the picture, or this very edition of it. */
function record(node: Lineage): HTMLElement {
  const drill = node.mode === "actual" ? "" : h("span", { class: "tag exercise" }, sayCode(node.mode));
  const again = node.again ? h("span", { class: "dim" }, say("lineageAgain")) : "";
  const here = data.editions.get(node.record_id);
  if (here) return h("div", { class: "twig-said" }, thingButton(here, drill), again);
  const said = h("span", { class: "said" }, h("b", {}, drill, nameOf(node)), h("span", { class: "age" }, timeOf(node.issued, say("issued")), h("span", {}, sourceName(node.source))));
  const { id } = node;
  return h("div", { class: "twig-said" }, id === undefined ? said : h("button", { type: "button", class: "change", title: say("openEdition"),
    onclick: () => change({ selected: { type: "thing", kind: node.kind, id }, panel: "detail" }) }, said), again);
}

/** What a record is about, with its kind in the page's language. */
function nameOf(node: Lineage): string {
  const about = data.kinds.get(node.kind)?.about;
  const own = about && node.title.startsWith(`${about.title} `) ? node.title.slice(about.title.length + 1) : null;
  return own === null ? node.title : `${kindTitle(node.kind).replace(/[（(].*/, "").trim()} ${own}`;
}

function timeOf(stated: string, word: string): HTMLElement | string {
  const time = readTime(stated);
  return time === null ? "" : h("span", { title: showFull(time) }, `${word} ${showTime(time)}`);
}

/** By which version, code and parameters a record was computed. */
function methodOf(node: Lineage): HTMLElement {
  const { method } = node;
  const name = node.source.slice("product/".length);
  if (!method) return h("p", { class: "method" }, h("b", {}, say("method")), ` ${name} `, h("span", { class: "dim" }, say(readsOwn() ? "methodUnknown" : "methodHidden")));
  const params = Object.entries(method.params ?? {});
  return h("div", { class: "method" }, h("p", {}, h("b", {}, say("method")), ` ${name} ${method.version} `, h("code", {}, say("codeOf", { code: method.code }))),
    params.length ? h("details", {}, h("summary", {}, `${say("params")} ${say("count", { n: params.length })}`),
      h("dl", { class: "fields" }, ...params.flatMap(([one, value]) => [h("dt", {}, h("code", {}, one)), h("dd", {}, plainText(one, value, undefined) || "—")]))) : h("p", { class: "dim" }, `${say("params")}: ${say("noParams")}`));
}
