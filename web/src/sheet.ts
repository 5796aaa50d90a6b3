/** On a narrow screen the panel is a sheet over the map: peeking, half way up, or all the way. */
import { el } from "./dom.ts";
import { follow, state } from "./state.ts";
import { say } from "./words.ts";

type Height = "peek" | "half" | "full";
const ORDER: Height[] = ["peek", "half", "full"];
let height: Height = "half";

export function startSheet(): void {
  const handle = el("sheet-handle");
  handle.addEventListener("click", () => set(height === "peek" ? "half" : height === "half" ? "full" : "peek"));
  handle.addEventListener("pointerdown", drag);
  follow(["selected", "panel"], () => {
    if (height === "peek" && state().selected) set("half");
    el("panel").scrollTop = 0;
  });
  follow(["language"], () => set(height));
  set(innerWidth < 760 ? "peek" : "half");
}

function set(next: Height): void {
  height = next;
  document.body.dataset["sheet"] = next;
  const handle = el("sheet-handle");
  handle.setAttribute("aria-expanded", String(next !== "peek"));
  handle.setAttribute("aria-label", say(next === "full" ? "closeSheet" : "openSheet"));
}

function drag(event: PointerEvent): void {
  const from = event.clientY;
  const before = ORDER.indexOf(height);
  el("sheet-handle").setPointerCapture(event.pointerId);
  const end = (one: PointerEvent): void => {
    const moved = from - one.clientY;
    if (Math.abs(moved) < 24) return;
    // The click that follows a drag must not count as another step.
    el("sheet-handle").addEventListener("click", (click) => click.stopImmediatePropagation(), { once: true, capture: true });
    set(ORDER[Math.max(0, Math.min(2, before + Math.sign(moved) * (Math.abs(moved) > 220 ? 2 : 1)))] as Height);
  };
  el("sheet-handle").addEventListener("pointerup", end as EventListener, { once: true });
}
