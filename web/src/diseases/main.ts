// The charts of a page of diseases: drawn again where the page becomes wider or narrower.
import { course, map, multiples, reproduction } from "./charts";
import type { Data } from "./data";

const CHARTS = { course, map, multiples, reproduction } as const;

function draw(data: Data): void {
  for (const [name, chart] of Object.entries(CHARTS)) {
    const place = document.querySelector<HTMLElement>(`[data-chart="${name}"]`);
    if (!place) continue;
    place.hidden = false; // what is hidden has no width
    const drawn = chart(data, Math.max(300, place.clientWidth));
    // The page's policy takes styles from its own files only (static/diseases.css).
    for (const style of drawn?.querySelectorAll("style") ?? []) style.remove();
    if (drawn) describe(drawn);
    place.replaceChildren(...(drawn ? [drawn] : []));
    place.hidden = drawn === null;
  }
}

/** A chart is one picture, or a group where it holds links; what each mark is is no name of it. */
function describe(drawn: Element): void {
  drawn.setAttribute("role", drawn.querySelector("a") ? "group" : "img");
  for (const mark of drawn.querySelectorAll("g[aria-label]")) mark.removeAttribute("aria-label");
}

const given = document.getElementById("chart-data");
if (given?.textContent) {
  const data = JSON.parse(given.textContent) as Data;
  let width = 0;
  const again = () => {
    if (document.documentElement.clientWidth === width) return;
    width = document.documentElement.clientWidth;
    draw(data);
  };
  again();
  addEventListener("resize", again);
}
