// Charts of one disease, by Observable Plot: SVG with labels; each has its table beside it.
import * as Plot from "@observablehq/plot";

import { type Area, type Data, monday, say, TILES } from "./data";

const INK = "#111";
const BLUE = "#00349c";
const ALARM = "#b40068";
const BAND = "#7a9be0";
const AMBER = "#8a5a00";

function words(data: Data) {
  const ja = data.lang === "ja";
  return {
    cases: data.unit === "cases"
      ? ja ? "報告数（人／週）" : "cases a week"
      : ja ? "定点当たり（人／週）" : "cases per sentinel site",
    upper: ja ? "ふだんの上限" : "usual limit",
    alarm: ja ? "ふだんより多い週" : "more than usual",
    corrected: ja ? "遅れを補った推定（90%）" : "corrected for late reports (90 %)",
    ahead: ja ? "予測（50%・90%）" : "forecast (50 %, 90 %)",
    week: ja ? "週" : "week",
    one: ja ? "1人からうつる人数" : "people infected by one",
  };
}

interface Point {
  date: Date;
  week: string;
  value: number | null;
  upper: number | null;
  alarm: boolean;
}

function points(data: Data, area: Area): Point[] {
  return data.weeks.map((week, place) => ({
    date: monday(week),
    week,
    value: area.values[place] ?? null,
    upper: area.upper[place] ?? null,
    alarm: area.alarms[place] ?? false,
  }));
}

/** The course of the area of the page: what was reported, the usual limit, weeks above it, what is
 * still to come, and the weeks ahead. */
export function course(data: Data, width: number): Element | null {
  const area = data.areas.find((one) => one.code === data.here);
  if (!area) return null;
  const w = words(data);
  const found = points(data, area);
  const corrected = data.corrected.map((one) => ({ ...one, date: monday(one.week) }));
  const ahead = data.ahead.map((one) => ({ ...one, date: monday(one.week) }));
  return Plot.plot({
    width,
    height: Math.min(380, Math.max(260, width * 0.42)),
    marginLeft: 52,
    marginBottom: 36,
    style: { fontSize: "13px", background: "white", color: INK },
    ariaLabel: `${data.name} ${area.name}`,
    ariaDescription: w.cases,
    x: { type: "utc", label: null },
    y: { label: w.cases, grid: true, nice: true, zero: true },
    marks: [
      Plot.ruleY([0]),
      ahead.length
        ? [
            Plot.areaY(ahead, { x: "date", y1: (d) => d.most[0], y2: (d) => d.most[1], fill: AMBER, fillOpacity: 0.18 }),
            Plot.areaY(ahead, { x: "date", y1: (d) => d.half[0], y2: (d) => d.half[1], fill: AMBER, fillOpacity: 0.3 }),
            Plot.lineY(ahead, { x: "date", y: "median", stroke: AMBER, strokeDasharray: "5,3", strokeWidth: 2 }),
          ]
        : null,
      data.thresholds.map((one) => [
        Plot.ruleY([one.value], { stroke: INK, strokeDasharray: "2,4" }),
        Plot.text([one], { x: () => found[0]?.date, y: "value", text: "label", textAnchor: "start", dy: -7, fill: INK, stroke: "white", strokeWidth: 4 }),
      ]),
      Plot.lineY(found, { x: "date", y: "upper", stroke: BLUE, strokeDasharray: "6,4", curve: "step" }),
      corrected.length
        ? [
            Plot.areaY(corrected, { x: "date", y1: "lower", y2: "upper", fill: BAND, fillOpacity: 0.45 }),
            // Of a prefecture only the newest week is corrected: a band of one week has no width.
            corrected.length === 1 ? Plot.ruleX(corrected, { x: "date", y1: "lower", y2: "upper", stroke: BAND, strokeWidth: 6, strokeOpacity: 0.7 }) : null,
            Plot.dot(corrected, { x: "date", y: "estimate", fill: BLUE, r: 3.5 }),
            Plot.lineY(corrected, { x: "date", y: "estimate", stroke: BLUE, strokeWidth: 2 }),
          ]
        : null,
      Plot.lineY(found, { x: "date", y: "value", stroke: INK, strokeWidth: 1.8 }),
      Plot.dot(found.filter((one) => one.alarm && one.value !== null), {
        x: "date", y: "value", symbol: "triangle", fill: ALARM, stroke: "white", r: 6,
      }),
      Plot.tip(found, Plot.pointerX({
        x: "date", y: "value",
        title: (d: Point) => `${d.week}\n${w.cases}: ${say(d.value, data.unit)}${d.upper === null ? "" : `\n${w.upper}: ${say(d.upper, data.unit)}`}${d.alarm ? `\n▲ ${w.alarm}` : ""}`,
      })),
    ],
  });
}

/** Every prefecture as a square: its newest value, and ▲ where it is more than usual. */
export function map(data: Data, width: number): Element {
  const newest = data.weeks.length - 1;
  const tiles = data.areas
    .filter((one) => one.code in TILES)
    .map((one) => ({
      ...one, column: TILES[one.code]![0], row: TILES[one.code]![1], value: one.values[newest] ?? null,
      alarm: one.alarms[newest] ?? false,
    }));
  const side = width / 15;
  const small = side < 40;
  const most = Math.max(...tiles.map((one) => one.value ?? 0), data.unit === "cases" ? 4 : 0.1);
  const shade = (value: number | null) =>
    value === null ? "#fff" : `hsl(222 90% ${97 - 42 * Math.sqrt(value / most)}%)`;
  return Plot.plot({
    width,
    height: side * 11,
    margin: 0,
    style: { fontSize: small ? "9px" : data.lang === "ja" ? "13px" : "10.5px", background: "white", color: INK },
    ariaLabel: words(data).cases,
    x: { axis: null, domain: [...Array(15).keys()], padding: 0.06 },
    y: { axis: null, domain: [...Array(11).keys()], padding: 0.06 },
    marks: [
      Plot.cell(tiles, {
        x: "column", y: "row", fill: (d) => shade(d.value), stroke: (d) => (d.alarm ? ALARM : d.code === data.here ? INK : "#8892a6"),
        strokeWidth: (d) => (d.alarm || d.code === data.here ? 3 : 1), href: "href",
        ariaLabel: (d) => `${d.name} ${say(d.value, data.unit)}${d.alarm ? ` ▲ ${words(data).alarm}` : ""}`,
      }),
      Plot.text(tiles, {
        x: "column", y: "row", dy: small ? -5 : -8, text: (d) => short(d.name, data.lang, small), fontWeight: "bold", pointerEvents: "none",
      }),
      Plot.text(tiles, {
        x: "column", y: "row", dy: small ? 6 : 9, text: (d) => `${d.alarm ? "▲" : ""}${compact(d.value, data.unit, small)}`, pointerEvents: "none",
      }),
    ],
  });
}

function short(name: string, lang: string, small: boolean): string {
  if (lang === "ja") return name === "北海道" ? "北海" : name.slice(0, 2);
  return small ? name.slice(0, 3) : name;
}

function compact(value: number | null, unit: Data["unit"], small: boolean): string {
  if (value === null) return "—";
  if (unit === "rate") return value.toFixed(small && value >= 10 ? 0 : 1);
  return value >= 1000 ? `${(value / 1000).toFixed(small ? 0 : 1)}k` : String(value);
}

/** A small chart for each prefecture, each on its own scale: its shape, with weeks above the usual. */
export function multiples(data: Data, width: number): Element {
  const columns = Math.max(3, Math.floor(width / 125));
  const areas = data.areas.filter((one) => one.code !== "00");
  const rows = Math.ceil(areas.length / columns);
  const all = areas.flatMap((area, place) => {
    const most = Math.max(...area.values.map((one) => one ?? 0), 1e-9);
    return points(data, area).map((one) => ({
      ...one, share: one.value === null ? null : one.value / most, area,
      column: place % columns, row: Math.floor(place / columns),
    }));
  });
  const heads = areas.map((area, place) => ({
    area, column: place % columns, row: Math.floor(place / columns),
    most: Math.max(...area.values.map((one) => one ?? 0)),
  }));
  return Plot.plot({
    width,
    height: rows * 84,
    marginTop: 4, marginBottom: 4, marginLeft: 4, marginRight: 4,
    style: { fontSize: "11px", background: "white", color: INK },
    ariaLabel: data.lang === "ja" ? "都道府県ごとの推移" : "Each prefecture's course",
    fx: { axis: null, padding: 0.08 },
    fy: { axis: null, padding: 0.06 },
    x: { axis: null, type: "utc" },
    y: { axis: null, domain: [0, 1.35] },
    marks: [
      Plot.ruleY([0], { stroke: "#8892a6" }),
      Plot.areaY(all, { x: "date", y: "share", fx: "column", fy: "row", fill: BAND, fillOpacity: 0.5 }),
      Plot.lineY(all, { x: "date", y: "share", fx: "column", fy: "row", stroke: BLUE }),
      Plot.dot(all.filter((one) => one.alarm && one.share !== null), {
        x: "date", y: "share", fx: "column", fy: "row", symbol: "triangle", fill: ALARM, r: 3.5,
      }),
      Plot.text(heads, {
        fx: "column", fy: "row", frameAnchor: "top-left", dy: 2, stroke: "white", strokeWidth: 3, fill: INK, href: (d) => d.area.href,
        text: (d) => `${d.area.code === data.here ? "▶ " : ""}${d.area.name}  ${data.lang === "ja" ? "最大" : "max"} ${say(d.most, data.unit)}`,
      }),
    ],
  });
}

/** How many people one case infects: above 1 it spreads. */
export function reproduction(data: Data, width: number): Element | null {
  if (!data.reproduction.length) return null;
  const found = data.reproduction.map((one) => ({ ...one, date: monday(one.week) }));
  return Plot.plot({
    width,
    height: Math.min(240, Math.max(180, width * 0.25)),
    marginLeft: 52,
    style: { fontSize: "13px", background: "white", color: INK },
    ariaLabel: words(data).one,
    x: { type: "utc", label: null },
    y: { label: words(data).one, grid: true },
    marks: [
      Plot.ruleY([1], { stroke: ALARM, strokeWidth: 1.5 }),
      Plot.areaY(found, { x: "date", y1: "lower", y2: "upper", fill: BAND, fillOpacity: 0.45 }),
      Plot.lineY(found, { x: "date", y: "mean", stroke: BLUE, strokeWidth: 2 }),
      Plot.tip(found, Plot.pointerX({
        x: "date", y: "mean",
        title: (d: (typeof found)[number]) => `${d.week}\nR ${d.mean.toFixed(2)} (${d.lower.toFixed(2)}–${d.upper.toFixed(2)})`,
      })),
    ],
  });
}
