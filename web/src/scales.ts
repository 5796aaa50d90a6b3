/** The official colours, and the number or word that always goes with each. */
import { either } from "./words.ts";

export type ScaleName = "level" | "intensity" | "tsunami" | "volcano" | "rain" | "sign";

export interface Mark {
  scale: ScaleName;
  /** The graver, the greater; comparable within a scale. */
  rank: number;
  colour: string;
  /** Colour of the text upon it. */
  ink: string;
  text: string;
}

const BLACK = "#101010";
const WHITE = "#FFFFFF";

const LEVELS: Record<number, [string, string]> = {
  5: ["#0C000C", WHITE], 4: ["#AA00AA", WHITE], 3: ["#FF2800", BLACK], 2: ["#F2E700", BLACK], 1: ["#FFFFFF", BLACK],
};
const CATEGORIES: Record<string, [level: number, ja: string, en: string]> = {
  emergency: [5, "特", "E"], danger: [4, "危", "D"], warning: [3, "警", "W"], advisory: [2, "注", "A"],
};

/** The mark of an alert level; of a warning without one, of its category, with a word for the number. */
export function levelMark(level: unknown, category: unknown): Mark | null {
  if (typeof level === "number" && LEVELS[level]) {
    const [colour, ink] = LEVELS[level];
    return { scale: "level", rank: level * 10, colour, ink, text: String(level) };
  }
  const found = typeof category === "string" ? CATEGORIES[category] : undefined;
  if (!found) return null;
  const [like, ja, en] = found;
  const [colour, ink] = LEVELS[like] ?? [WHITE, BLACK];
  return { scale: "level", rank: like * 10 - 5, colour, ink, text: either(ja, en) };
}

export const INTENSITIES = ["1", "2", "3", "4", "5-", "5+", "6-", "6+", "7"];
const INTENSITY: Record<string, [string, string]> = {
  "7": ["#B40068", WHITE], "6+": ["#A50021", WHITE], "6-": ["#FF2800", BLACK], "5+": ["#FF9900", BLACK],
  "5-": ["#FFE600", BLACK], "4": ["#FAE696", BLACK], "3": ["#0041FF", WHITE], "2": ["#00AAFF", BLACK], "1": ["#F2F2FF", BLACK],
};

/** `5弱` for `5-`, `6強` for `6+`. */
export const intensityText = (intensity: string): string =>
  either(intensity.replace("-", "弱").replace("+", "強"), intensity.replace("-", "−"));

export function intensityMark(intensity: unknown): Mark | null {
  if (typeof intensity !== "string") return null;
  const found = INTENSITY[intensity];
  if (!found) return null;
  return { scale: "intensity", rank: INTENSITIES.indexOf(intensity) + 1, colour: found[0], ink: found[1], text: intensity.replace("-", "−") };
}

/** By the code of the kind of tsunami forecast (JMA code table 警報等情報要素). */
export function tsunamiMark(code: unknown): Mark | null {
  const found: [number, string, string, string, string] | null =
    code === "52" || code === "53" ? [4, "#C800FF", WHITE, "大", "M"]
    : code === "51" ? [3, "#FF2800", BLACK, "警", "W"]
    : code === "62" ? [2, "#FAF500", BLACK, "注", "A"]
    : code === "71" || code === "72" || code === "73" ? [1, "#A0D2FF", BLACK, "予", "F"]
    : null;
  if (!found) return null;
  return { scale: "tsunami", rank: found[0], colour: found[1], ink: found[2], text: either(found[3], found[4]) };
}

/** A volcanic alert level: a scale of its own, so not in the colours of the levels of warnings. */
export function volcanoMark(level: unknown): Mark | null {
  if (typeof level !== "number" || level < 1 || level > 5) return null;
  return { scale: "volcano", rank: level * 10, colour: "#8C2D04", ink: WHITE, text: String(level) };
}

/** Rain in an hour [mm], in the colours of the weather agency's maps of rain. */
const RAIN: [least: number, colour: string, ink: string][] = [
  [80, "#B40068", WHITE], [50, "#FF2800", BLACK], [30, "#FF9900", BLACK], [20, "#FAF500", BLACK],
  [10, "#0041FF", WHITE], [5, "#218CFF", BLACK], [1, "#A0D2FF", BLACK], [0, "#F2F2FF", BLACK],
];

export function rainMark(amount: unknown): Mark | null {
  if (typeof amount !== "number" || amount < 0) return null;
  const at = RAIN.findIndex(([least]) => amount >= least);
  const [, colour, ink] = RAIN[at] ?? [0, "#F2F2FF", BLACK];
  return { scale: "rain", rank: RAIN.length - at, colour, ink, text: String(Math.round(amount)) };
}

/** The graver of two marks of one scale. */
export const graver = (one: Mark | null, other: Mark | null): Mark | null =>
  !one || (other && other.rank > one.rank) ? other : one;
