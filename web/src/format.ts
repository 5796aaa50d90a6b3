/** Times, ages and numbers as people read them. Times are Japan Standard Time. */
import type { Person } from "./types.ts";
import { currentLanguage, either, say } from "./words.ts";

export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

const parts = new Intl.DateTimeFormat("en-GB", {
  timeZone: "Asia/Tokyo", year: "numeric", month: "2-digit", day: "2-digit",
  hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23",
});

interface Clock { year: string; month: string; day: string; hour: string; minute: string; second: string }

export function clockOf(time: number): Clock {
  const found: Record<string, string> = {};
  for (const { type, value } of parts.formatToParts(time)) found[type] = value;
  return found as unknown as Clock;
}

/** `11/24 03:02` this year as seen from `present`, otherwise `2024/11/24 03:02`. */
export function showTime(time: number, present = Date.now(), seconds = false): string {
  const one = clockOf(time);
  const year = one.year === clockOf(present).year ? "" : `${one.year}/`;
  return `${year}${one.month}/${one.day} ${one.hour}:${one.minute}${seconds ? `:${one.second}` : ""}`;
}

/** `2024/11/24 03:02:05 JST`: nothing is left out. */
export function showFull(time: number): string {
  const one = clockOf(time);
  return `${one.year}/${one.month}/${one.day} ${one.hour}:${one.minute}:${one.second} JST`;
}

/** `03:02:05`. */
export function showClock(time: number): string {
  const one = clockOf(time);
  return `${one.hour}:${one.minute}:${one.second}`;
}

/** For `<input type="datetime-local">`, in JST. */
export function toInput(time: number): string {
  const one = clockOf(time);
  return `${one.year}-${one.month}-${one.day}T${one.hour}:${one.minute}`;
}

/** The time that such a field holds, or null. */
export function fromInput(value: string): number | null {
  const found = Date.parse(`${value}${value.length === 16 ? ":00" : ""}+09:00`);
  return Number.isNaN(found) ? null : found;
}

/** A length of time: `3分`, `5時間`, `12日`, `10年`. */
export function showLength(length: number): string {
  const [value, ja, en]: [number, string, string] =
    length < MINUTE ? [Math.round(length / SECOND), "秒", "s"]
    : length < HOUR ? [Math.floor(length / MINUTE), "分", "min"]
    : length < 2 * DAY ? [Math.floor(length / HOUR), "時間", "h"]
    : length < 730 * DAY ? [Math.floor(length / DAY), "日", "d"]
    : [Math.floor(length / (365.25 * DAY)), "年", "y"];
  return currentLanguage() === "ja" ? `${value}${ja}` : `${value} ${en}`;
}

/** How long ago (or ahead) `time` is, as seen from `present`. */
export function showAge(time: number, present: number): string {
  const age = present - time;
  if (Math.abs(age) < 10 * SECOND) return say("justNow");
  return say(age >= 0 ? "ago" : "ahead", { age: showLength(Math.abs(age)) });
}

const counted = new Intl.NumberFormat("en-US");

/** `1,234`. */
export const showCount = (value: number): string => counted.format(value);

/** A number with a unit; long distances in kilometres. */
export function showNumber(value: number, unit: string): string {
  if (unit === "m" && Math.abs(value) >= 10_000) return `${counted.format(value / 1000)} km`;
  const said = Number.isInteger(value) ? (unit ? counted.format(value) : String(value)) : String(Number(value.toPrecision(6)));
  const units: Record<string, string> = { persons: either("人", "people"), customers: either("戸", "customers"), buildings: either("棟", "buildings"),
    households: either("世帯", "households"), places: either("箇所", "places"), ships: either("隻", "ships"), lines: either("回線", "lines"), fires: either("件", "fires") };
  return unit ? `${said} ${units[unit] ?? unit}` : said;
}

/** A number that is known within bounds: `約1,200人（900〜1,500人）`; null for any other value. */
export function showRange(value: unknown, unit: string): string | null {
  if (typeof value !== "object" || value === null || !("low" in value && "best" in value && "high" in value)) return null;
  const { low, best, high } = value;
  if (typeof low !== "number" || typeof high !== "number") return null;
  if (low === high) return showNumber(low, unit || " ").trim();
  const [last, between] = [showNumber(high, unit || " ").trim(), `${showCount(low)}${either("〜", "–")}`];
  if (typeof best !== "number") return between + last;
  return either(`約${showNumber(best, unit || " ").trim()}（${between}${last}）`, `about ${showNumber(best, unit || " ").trim()} (${between}${last})`);
}

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/;

/** Milliseconds of an RFC 3339 text, or null for any other value. */
export function readTime(value: unknown): number | null {
  if (typeof value !== "string" || !TIME.test(value)) return null;
  const found = Date.parse(value);
  return Number.isNaN(found) ? null : found;
}

/** RFC 3339 in UTC, to ask the node with. */
export const toParam = (time: number): string => new Date(time).toISOString();

/** The unit that a field's description gives in brackets. */
export const unitOf = (described: string | undefined): string => /\[([^\]]+)\]/.exec(described ?? "")?.[1] ?? "";

const STEPS = [5 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR, DAY, 2 * DAY, 7 * DAY, 14 * DAY, 30 * DAY, 61 * DAY, 182 * DAY, 365 * DAY, 730 * DAY];

/** Round times in JST, at most `most` of them. */
export function ticksOf(from: number, to: number, most: number): number[] {
  const step = STEPS.find((one) => (to - from) / one <= most) ?? 1825 * DAY;
  const found: number[] = [];
  for (let one = Math.ceil((from + 9 * HOUR) / step) * step - 9 * HOUR; one < to; one += step) found.push(one);
  return found;
}

/** Name and organisation in the language of the page. */
export function showPerson(person: Person, language: string): string {
  const organisation = (language === "ja" && person.organisation_ja) || person.organisation;
  return organisation ? (language === "ja" ? `${person.name}（${organisation}）` : `${person.name} (${organisation})`) : person.name;
}
