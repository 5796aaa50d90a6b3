/** A sheet of A4 or A3: when, what, the map with its legend, and the table that is open. */
import { data } from "./data.ts";
import { el, fill, h } from "./dom.ts";
import { showCount, showFull } from "./format.ts";
import { lineOf, titleOf } from "./kinds.ts";
import { map, pictureOfMap } from "./map.ts";
import { paintTheme } from "./basemap.ts";
import { badge, gravest, kindTitle } from "./situation.ts";
import { moment, state } from "./state.ts";
import { say } from "./words.ts";
import { type Feature, kindOf } from "./types.ts";

/** Print with a light map. */
export async function printPage(): Promise<void> {
  const on = map;
  if (on) {
    // The table stands below on paper: the map gets its room, and shows the same part of the country.
    const view = on.getBounds();
    document.body.classList.add("printing");
    on.resize();
    on.fitBounds(view, { duration: 0 });
    paintTheme(on, "light");
    await new Promise<void>((resolve) => {
      on.once("idle", () => resolve());
      on.triggerRepaint();
      setTimeout(resolve, 3000);
    });
  }
  await prepare();
  window.print();
  if (on) {
    document.body.classList.remove("printing");
    on.resize();
    paintTheme(on, state().theme);
  }
}

/** Put the sheet together: also where the browser's own menu prints. */
export function startPrint(): void {
  window.addEventListener("beforeprint", () => {
    if (!el("paper").childElementCount) void prepare();
  });
  window.addEventListener("afterprint", () => fill(el("paper")));
}

export async function prepare(): Promise<void> {
  const { at, asOf, now } = moment();
  const mode = state().mode;
  const picture = pictureOfMap();
  const image = picture ? h("img", { src: picture, alt: "" }) : null;
  const heads = [
    mode === "actual" ? "" : h("p", { class: "drill" }, say(mode === "exercise" ? "exerciseBanner" : "testBanner")),
    h("h1", {}, document.title),
    h("p", {}, `${now ? say("now") : say("notNow")} — ${say("trueAt")} ${showFull(at)} / ${say("knownAsOf")} ${showFull(asOf)} / ${say("printed")} ${showFull(Date.now())}`),
  ];
  const legend = el("legend").cloneNode(true) as HTMLElement;
  legend.removeAttribute("id");
  legend.querySelectorAll("select, button").forEach((one) => one.remove());
  // A copied canvas is empty: what it shows is drawn again.
  const originals = el("legend").querySelectorAll("canvas");
  legend.querySelectorAll("canvas").forEach((one, index) => {
    const original = originals[index];
    if (original) one.getContext("2d")?.drawImage(original, 0, 0);
  });
  const worst = gravest().slice(0, 12).map((line) => {
    const [first] = line.things as [Feature];
    return h("li", {}, badge(line.mark), ` ${titleOf(first)} ${line.things.length > 1 ? say("several", { n: line.things.length - 1 }) : ""} ${lineOf(first)} (${kindTitle(kindOf(first))})`);
  });
  const counts = [...data.kinds.values()].filter((one) => one.count && !state().off.has(one.about.id)).map((one) => h("li", {}, `${kindTitle(one.about.id)} ${say("count", { n: showCount(one.count) })}`));
  const table = document.querySelector("#table table")?.cloneNode(true) as HTMLElement | undefined;
  fill(el("paper"), ...heads, h("div", { class: "paper-map" }, image, legend), h("h2", {}, say("worst")), h("ul", {}, ...worst),
    h("h2", {}, say("layers")), h("ul", { class: "columns" }, ...counts), table ? h("h2", {}, kindTitle(state().table ?? "")) : "", table ?? "", h("p", {}, say("credit")));
  if (image) await image.decode().catch(() => undefined);
}
