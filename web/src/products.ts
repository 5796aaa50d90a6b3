/** How the products stand: what is computed, and what is not any more. */
import { getProcesses, getProducts, type Products, type Standing } from "./api.ts";
import { el, h } from "./dom.ts";
import { readTime, showAge, showCount, showFull, showTime } from "./format.ts";
import { currentLanguage, isWord, say } from "./words.ts";

let known: Products | null = null;
let error = "";
const titles = new Map<string, string>();
let titled = "";

/** Whether the reader sees all that the node has: then it is told how each product stands. */
export const readsOwn = (): boolean => known?.each !== undefined;

/** Ask how they stand. */
export async function loadProducts(): Promise<void> {
  try {
    known = await getProducts();
    error = "";
  } catch (failure) {
    error = failure instanceof Error ? failure.message : String(failure);
  }
  if (!known?.each || titled === currentLanguage()) return;
  const asked = currentLanguage();
  try {
    for (const one of (await getProcesses()).processes) titles.set(one.id, one.title);
    titled = asked;
  } catch {
    // They are told by their names, and asked for again the next time.
  }
}

/** What was told to one reader is not for the next. */
export function forgetProducts(): void {
  known = null;
  titled = "";
}

const isDown = (one: Standing): boolean => one.state === "failing" || one.state === "broken";

/** Whether what this source computes is known not to be computed any more. */
export function isStopped(source: string): boolean {
  const found = source.startsWith("product/") ? known?.each?.[source.slice("product/".length)] : undefined;
  return found !== undefined && isDown(found);
}

/** What is wrong, in a few words; "" where nothing is. */
function saidWrong(): string {
  if (!known || known.ok) return "";
  const down = Object.values(known.each ?? {}).filter(isDown).length;
  if (down) return say("productsFailN", { n: down });
  return say(known.each ? "productsDead" : "productsFail");
}

/** For everybody, and before all else: that values may be old. */
export function productsAlert(): HTMLElement | string {
  const wrong = saidWrong();
  return wrong ? h("p", { class: "products-alert" }, h("span", { class: "sign", "aria-hidden": "true" }, "!"), h("span", {}, h("b", {}, wrong), " ", say("productsMean"), " ",
    h("button", { type: "button", class: "link", "data-key": "products-more", onclick: () => {
      const home = el("products");
      home.scrollIntoView({ block: "start" });
      home.focus({ preventScroll: true });
    } }, say("productsBelow")))) : "";
}

let unfolded = false;

/** How they stand, below the sources: what is down in full, the others when asked for. */
export function productsSection(): HTMLElement {
  const each = Object.entries(known?.each ?? {});
  const down = each.filter(([, one]) => isDown(one));
  const well = each.filter(([, one]) => !isDown(one));
  const wrong = saidWrong();
  return h("section", { id: "products", class: "sources", tabindex: "-1", "aria-labelledby": "products-title" },
    h("h3", { id: "products-title" }, say("products"), each.length ? h("span", { class: "n" }, say("count", { n: each.length })) : ""),
    error ? h("p", { class: "tag bad" }, say("productsFailed", { why: error })) : "",
    wrong ? h("p", {}, h("span", { class: "tag bad" }, `! ${wrong}`), h("span", { class: "about" }, say("productsMean"))) : known ? h("p", { class: "about" }, say("productsWell")) : "",
    known?.error ? h("p", { class: "about" }, h("code", {}, known.error)) : "",
    down.length ? h("ul", { class: "plain" }, ...down.map(([name, one]) => standing(name, one))) : "",
    well.length ? h("details", { open: unfolded, ontoggle: (event: Event) => (unfolded = (event.target as HTMLDetailsElement).open) },
      h("summary", { "data-key": "products-well" }, say("several", { n: well.length })), h("ul", { class: "plain" }, ...well.map(([name, one]) => standing(name, one)))) : "");
}

function standing(name: string, one: Standing): HTMLElement {
  const word = `product_${one.state}`;
  const ran = readTime(one.ran);
  const since = readTime(one.since);
  return h("li", { class: `source ${one.state}` },
    h("p", {}, h("b", {}, titles.get(name) ?? name), h("span", { class: `tag state ${isDown(one) ? "silent" : one.state === "idle" ? "fresh" : "update"}` }, isWord(word) ? say(word) : one.state)),
    h("p", { class: "about" }, titles.has(name) ? h("code", {}, name) : "",
      since !== null && isDown(one) ? h("span", { title: showFull(since) }, say("productSince", { when: showTime(since) })) : "",
      ran === null ? one.state === "broken" ? "" : h("span", {}, say("productNever")) : h("span", { title: showFull(ran) }, say("productRan", { age: showAge(ran, Date.now()) })),
      one.seconds >= 1 ? h("span", {}, say("productTook", { n: one.seconds.toFixed(1) })) : "",
      one.behind ? h("span", {}, say("productBehind", { n: showCount(one.behind) })) : ""),
    ...one.failures.slice(0, 5).map((why) => h("p", { class: "why" }, why)),
    one.failures.length > 5 ? h("p", { class: "about" }, say("several", { n: one.failures.length - 5 })) : "");
}
