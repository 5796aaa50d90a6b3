/** The page begins here. */
import "maplibre-gl/dist/maplibre-gl.css";
import "./style/base.css";
import "./style/panels.css";
import "./style/map.css";
import "./style/narrow.css";
import "./style/print.css";
import { forget, isReady, loadQuietly, onFailure, onPicture, startData, takeEvent } from "./data.ts";
import { startDetail } from "./detail.ts";
import { el, startPointer } from "./dom.ts";
import { addChange, reloadFeed, startFeed } from "./feed.ts";
import { setLink, startHeader } from "./header.ts";
import { startLegend } from "./legend.ts";
import { restartLive, startLive } from "./live.ts";
import { map, startMap } from "./map.ts";
import { loadPlaces } from "./places.ts";
import { startPrint } from "./print.ts";
import { startSheet } from "./sheet.ts";
import { announceGravest, startSituation } from "./situation.ts";
import { follow, start, state, change, fromHash } from "./state.ts";
import { startTable } from "./table.ts";
import { startTimebar } from "./timebar.ts";
import type { ChangeEvent } from "./types.ts";
import { say, setLanguage } from "./words.ts";

function usualTheme(): "dark" | "light" {
  try {
    const kept = localStorage.getItem("noroshi.theme");
    if (kept === "dark" || kept === "light") return kept;
  } catch {
    // A browser that keeps nothing.
  }
  return matchMedia("(prefers-color-scheme: light)").matches ? "light" : "dark";
}

const following = {
  event: (event: ChangeEvent): void => {
    if (event.mode !== state().mode) return;
    takeEvent(event);
    addChange(event);
  },
  link: setLink,
};

/** Ask for everything again, as another reader or in another mode. */
async function restart(): Promise<void> {
  forget();
  change({ selected: null });
  // First of all: what the old line still brings is not for the new reader.
  restartLive(following);
  await Promise.all([loadQuietly(), loadPlaces(), reloadFeed()]);
}

async function run(): Promise<void> {
  start(location.hash, { theme: usualTheme() });
  setLanguage(state().language);
  startPointer();
  startHeader(() => void restart());
  startSituation();
  startLegend();
  startDetail();
  startSheet();
  startPrint();
  onFailure((why) => {
    const fault = el("map-fault");
    fault.textContent = say("failed", { why });
    fault.hidden = false;
    setTimeout(() => (fault.hidden = true), 10_000);
  });
  onPicture(announceGravest);
  startData();
  const drawn = startMap();
  const loaded = loadQuietly();
  const firstPicture = new Promise<void>((resolve) => onPicture(() => {
    if (isReady()) resolve();
  }));
  startTable();
  startTimebar();
  const cursor = await startFeed();
  startLive(cursor, following);
  follow(["mode"], () => void reloadFeed().then(() => restartLive(following)));
  await firstPicture;
  if (!(await drawn)) {
    el("map-fault").textContent = say("webgl");
    el("map-fault").hidden = false;
  }
  map?.once("render", () => performance.mark("noroshi-useful"));
  map?.triggerRepaint();
  await loaded;
}

window.addEventListener("hashchange", () => {
  const { off, ...next } = fromHash(location.hash, { theme: state().theme });
  if (next.view) map?.jumpTo({ center: [next.view.lon, next.view.lat], zoom: next.view.zoom });
  change([...off].sort().join() === [...state().off].sort().join() ? next : { ...next, off });
});

void run();
