/** Marks on the map, drawn when the map first asks for them by name. Sizes in CSS pixels. */

import { HOW_COLOURS } from "./signs.ts";

const RATIO = 2;
const FONT = '"Hiragino Kaku Gothic ProN", "Noto Sans CJK JP", "Noto Sans JP", "Yu Gothic UI", Meiryo, sans-serif';

type Draw = (to: CanvasRenderingContext2D, size: number) => void;

function canvas(width: number, height: number, draw: (to: CanvasRenderingContext2D) => void): ImageData {
  const made = document.createElement("canvas");
  made.width = width * RATIO;
  made.height = height * RATIO;
  // In memory and not on the graphics card: reading a picture back from there takes long.
  const to = made.getContext("2d", { willReadFrequently: true });
  if (!to) throw new Error("this browser draws no canvas");
  to.scale(RATIO, RATIO);
  to.textAlign = "center";
  to.textBaseline = "middle";
  draw(to);
  return to.getImageData(0, 0, made.width, made.height);
}

function square(text: string, colour: string, ink: string, below = "", old = false): ImageData {
  const height = below ? 38 : 26;
  const width = Math.max(26, 14 + text.length * (/[^\x20-\x7e−]/.test(text) ? 15 : 9));
  return canvas(Math.max(width, below ? 44 : 0), height, (to) => {
    const middle = Math.max(width, below ? 44 : 0) / 2;
    to.fillStyle = "#fff";
    round(to, middle - width / 2, 0, width, 26, 5);
    to.fill();
    to.fillStyle = "#101010";
    round(to, middle - width / 2 + 1.5, 1.5, width - 3, 23, 4);
    to.fill();
    to.fillStyle = colour;
    round(to, middle - width / 2 + 2.5, 2.5, width - 5, 21, 3);
    to.fill();
    if (old) {
      // Dashed, as everything is whose source is stale.
      to.setLineDash([4, 3]);
      to.lineWidth = 3;
      to.strokeStyle = "#fff";
      round(to, middle - width / 2 + 2.5, 2.5, width - 5, 21, 3);
      to.stroke();
      to.setLineDash([]);
    }
    to.fillStyle = ink;
    to.font = `bold 15px ${FONT}`;
    to.fillText(text, middle, 13.8);
    if (below) halo(to, below, middle, 32, "11px");
  });
}

function round(to: CanvasRenderingContext2D, x: number, y: number, width: number, height: number, radius: number): void {
  to.beginPath();
  to.roundRect(x, y, width, height, radius);
}

function halo(to: CanvasRenderingContext2D, text: string, x: number, y: number, size: string): void {
  to.font = `bold ${size} ${FONT}`;
  to.lineWidth = 3;
  to.strokeStyle = "#fff";
  to.lineJoin = "round";
  to.strokeText(text, x, y);
  to.fillStyle = "#101010";
  to.fillText(text, x, y);
}

/** JMA's cross for an epicentre, with the magnitude under it. */
const cross: (magnitude: string) => Draw = (magnitude) => (to) => {
  for (const [width, colour] of [[8, "#fff"], [4.5, "#FF2800"]] as const) {
    to.lineWidth = width;
    to.strokeStyle = colour;
    to.lineCap = "round";
    to.beginPath();
    to.moveTo(15, 5); to.lineTo(29, 19);
    to.moveTo(29, 5); to.lineTo(15, 19);
    to.stroke();
  }
  if (magnitude) halo(to, magnitude, 22, 31, "13px");
};

function pastCross(to: CanvasRenderingContext2D): void {
  for (const [width, colour] of [[4.5, "#fff"], [2, "#5d6771"]] as const) {
    to.lineWidth = width;
    to.strokeStyle = colour;
    to.lineCap = "round";
    to.beginPath();
    to.moveTo(4, 4); to.lineTo(12, 12);
    to.moveTo(12, 4); to.lineTo(4, 12);
    to.stroke();
  }
}

const house: (state: string, people: string) => Draw = (state, people) => (to) => {
  const [wall, edge, ink] = state === "over" ? ["#B00020", "#5E0011", "#fff"] : state === "open" ? ["#00733e", "#00351d", "#fff"] : ["#fff", "#4a5560", "#4a5560"];
  to.beginPath();
  to.moveTo(22, 2); to.lineTo(35, 12); to.lineTo(32, 12); to.lineTo(32, 25); to.lineTo(12, 25); to.lineTo(12, 12); to.lineTo(9, 12);
  to.closePath();
  to.lineWidth = 4;
  to.lineJoin = "round";
  to.strokeStyle = "#fff";
  to.stroke();
  to.fillStyle = wall;
  to.fill();
  to.lineWidth = 1.5;
  to.strokeStyle = edge;
  to.stroke();
  to.fillStyle = ink;
  to.font = `bold 12px ${FONT}`;
  to.fillText(state === "over" ? "超" : "避", 22, 17);
  if (people) halo(to, people, 22, 33, "12px");
};

const mountain: (level: string) => Draw = (level) => (to) => {
  to.beginPath();
  to.moveTo(16, 5); to.lineTo(28, 5); to.lineTo(40, 29); to.lineTo(4, 29);
  to.closePath();
  to.lineJoin = "round";
  to.lineWidth = 5;
  to.strokeStyle = "#fff";
  to.stroke();
  to.fillStyle = level ? "#8c2d04" : "#5d6771";
  to.fill();
  to.fillStyle = "#fff";
  to.font = `bold 14px ${FONT}`;
  to.fillText(level || "火", 22, 20);
};

const barrier: (bad: boolean) => Draw = (bad) => (to) => {
  to.beginPath();
  to.arc(22, 16, 12, 0, Math.PI * 2);
  to.fillStyle = "#fff";
  to.fill();
  to.lineWidth = 3;
  to.strokeStyle = bad ? "#c00020" : "#4a5560";
  to.stroke();
  to.beginPath();
  if (bad) { to.moveTo(14, 8); to.lineTo(30, 24); to.moveTo(30, 8); to.lineTo(14, 24); } else to.rect(15, 14, 14, 4);
  to.stroke();
};

const bubble: (count: string, colour: string, ink: string) => ImageData = (count, colour, ink) => {
  const size = 28 + Math.min(count.length, 8) * 5;
  return canvas(size, size, (to) => {
    to.beginPath();
    to.arc(size / 2, size / 2, size / 2 - 1, 0, Math.PI * 2);
    to.fillStyle = "#fff";
    to.fill();
    to.beginPath();
    to.arc(size / 2, size / 2, size / 2 - 3, 0, Math.PI * 2);
    to.fillStyle = colour;
    to.fill();
    to.lineWidth = 1;
    to.strokeStyle = "#101010";
    to.stroke();
    to.fillStyle = ink;
    to.font = `bold 13px ${FONT}`;
    to.fillText(count, size / 2, size / 2 + 0.5);
  });
};

/** Diagonal lines: the source of what lies under it is stale. */
function hatch(): ImageData {
  return canvas(10, 10, (to) => {
    for (const [width, colour] of [[2.6, "rgba(255,255,255,0.9)"], [1.3, "#101010"]] as const) {
      to.lineWidth = width;
      to.strokeStyle = colour;
      to.beginPath();
      for (const shift of [-10, 0, 10]) { to.moveTo(shift, 10); to.lineTo(shift + 10, 0); }
      to.stroke();
    }
  });
}

const FRAMES: Record<string, [fill: string, ink: string]> = {
  bad: [HOW_COLOURS.bad, "#fff"], warn: ["#FFC23D", "#101010"], good: ["#fff", HOW_COLOURS.good], unknown: ["#E6E9EC", "#3C454D"], plain: ["#fff", HOW_COLOURS.plain],
};
const CORNERS: Record<string, string> = { bad: "×", warn: "!", unknown: "?" };

/** A character in a frame: filled where it fails, dashed where nobody knows, with a corner that says so. */
function sign(glyph: string, how: string, below: string): ImageData {
  const [colour, ink] = FRAMES[how] ?? ["#fff", "#101010"];
  const corner = CORNERS[how];
  return canvas(48, below ? 42 : 30, (to) => {
    to.fillStyle = "#fff";
    round(to, 12, 4, 24, 24, 6);
    to.fill();
    to.fillStyle = colour;
    round(to, 14, 6, 20, 20, 4);
    to.fill();
    to.lineWidth = how === "plain" ? 1.2 : 2;
    to.strokeStyle = how === "warn" ? HOW_COLOURS.warn : how === "bad" ? "#5E0011" : ink;
    if (how === "unknown") to.setLineDash([3, 2]);
    to.stroke();
    to.setLineDash([]);
    to.fillStyle = ink;
    to.font = `bold 13px ${FONT}`;
    to.fillText(glyph, 24, 16.8);
    if (corner) {
      to.beginPath();
      to.arc(35, 7, 6, 0, Math.PI * 2);
      to.fillStyle = "#101010";
      to.fill();
      to.lineWidth = 1.2;
      to.strokeStyle = "#fff";
      to.stroke();
      to.fillStyle = "#fff";
      to.font = `bold 10px ${FONT}`;
      to.fillText(corner, 35, 7.6);
    }
    if (below) halo(to, below, 24, 36, "11px");
  });
}

export interface Icon { data: ImageData; pixelRatio: number }

const drawn = new Map<string, Icon | null>();

/** The picture called `name`, or null where nothing is called so. */
export function drawIcon(name: string): Icon | null {
  let found = drawn.get(name);
  if (found === undefined) drawn.set(name, found = drawAnew(name));
  return found;
}

function drawAnew(name: string): Icon | null {
  const [shape, first = "", second = "", third = "", fourth = "", fifth = ""] = name.split("|");
  const tall = (draw: Draw) => canvas(44, 40, (to) => draw(to, 44));
  const data =
    name === "quake|past" ? canvas(16, 16, pastCross)
    : shape === "quake" ? tall(cross(first))
    : shape === "shelter" ? tall(house(first, second))
    : shape === "volcano" ? canvas(44, 34, (to) => mountain(first)(to, 44))
    : shape === "road" ? canvas(44, 32, (to) => barrier(first === "bad")(to, 44))
    : shape === "mark" ? square(third, first, second, fourth, fifth === "old")
    : shape === "sign" ? sign(first, second, third)
    : shape === "cluster" ? bubble(first, second || "#dfe7ee", third || "#101010")
    : shape === "dot" ? canvas(44, 24, (to) => dot(to))
    : shape === "old" ? square("古", "#fff", "#101010")
    : shape === "halo" ? canvas(46, 46, ring)
    : shape === "line" ? canvas(30, 16, (to) => sample(to, first))
    : shape === "area" ? canvas(24, 16, (to) => { to.fillStyle = first; to.fillRect(1, 1, 22, 14); to.strokeStyle = "#5d6771"; to.strokeRect(1, 1, 22, 14); })
    : shape === "hatch" ? hatch()
    : null;
  return data && { data, pixelRatio: RATIO };
}

function dot(to: CanvasRenderingContext2D): void {
  to.save();
  to.translate(22, 12);
  to.rotate(Math.PI / 4);
  to.fillStyle = "#fff";
  to.fillRect(-8, -8, 16, 16);
  to.fillStyle = "#00557f";
  to.fillRect(-5.5, -5.5, 11, 11);
  to.restore();
}

/** The same picture for the legend, as an element. */
export function iconElement(name: string): HTMLCanvasElement {
  const made = document.createElement("canvas");
  const icon = drawIcon(name);
  if (icon) {
    made.width = icon.data.width;
    made.height = icon.data.height;
    made.getContext("2d", { willReadFrequently: true })?.putImageData(icon.data, 0, 0);
    made.style.width = `${icon.data.width / RATIO}px`;
    made.style.height = `${icon.data.height / RATIO}px`;
  }
  made.setAttribute("aria-hidden", "true");
  return made;
}

function sample(to: CanvasRenderingContext2D, colour: string): void {
  for (const [width, one] of [[7, "#fff"], [3.5, colour]] as const) {
    to.lineWidth = width;
    to.strokeStyle = one;
    to.beginPath();
    to.moveTo(2, 8);
    to.lineTo(28, 8);
    to.stroke();
  }
}

/** Around what is chosen. */
function ring(to: CanvasRenderingContext2D): void {
  to.beginPath();
  to.arc(23, 23, 20, 0, Math.PI * 2);
  to.fillStyle = "rgba(0, 183, 255, 0.25)";
  to.fill();
  to.lineWidth = 3;
  to.strokeStyle = "#00b7ff";
  to.stroke();
}
