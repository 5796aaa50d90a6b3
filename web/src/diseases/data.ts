// What a page of diseases gives its charts (noroshi.web.diseases), and where prefectures are drawn.

/** One area: values by week, and what products say of the same weeks. `null`: not known. */
export interface Area {
  code: string;
  name: string;
  href: string;
  values: (number | null)[];
  upper: (number | null)[];
  alarms: boolean[];
}

/** A week's value as it will be once late notifications have come: an estimate with a band. */
export interface Corrected {
  week: string;
  estimate: number;
  lower: number;
  upper: number;
}

/** A week to come: the median and the central 50 % and 90 %. */
export interface Ahead {
  week: string;
  median: number;
  half: [number, number];
  most: [number, number];
}

/** How many one case infects, by week, with the central 95 %. */
export interface Reproduction {
  week: string;
  mean: number;
  lower: number;
  upper: number;
}

export interface Data {
  lang: "ja" | "en";
  name: string;
  /** `cases`, or `rate`: cases for each sentinel site. */
  unit: "cases" | "rate";
  here: string;
  weeks: string[];
  areas: Area[];
  corrected: Corrected[];
  ahead: Ahead[];
  reproduction: Reproduction[];
  thresholds: { value: number; label: string }[];
}

/** The Monday of an ISO week. */
export function monday(week: string): Date {
  const [year, number] = week.split("-W").map(Number) as [number, number];
  const fourth = new Date(Date.UTC(year, 0, 4));
  const first = fourth.getTime() - ((fourth.getUTCDay() + 6) % 7) * 86_400_000;
  return new Date(first + (number - 1) * 7 * 86_400_000);
}

/** Column and row of each prefecture where all are drawn as squares of one size. */
export const TILES: Record<string, [number, number]> = {
  "01": [14, 0], "02": [13, 1], "05": [12, 2], "03": [13, 2], "06": [12, 3], "04": [13, 3],
  "17": [10, 4], "16": [11, 4], "15": [12, 4], "07": [13, 4], "18": [9, 5], "21": [10, 5],
  "20": [11, 5], "10": [12, 5], "09": [13, 5], "08": [14, 5], "32": [5, 6], "31": [6, 6],
  "28": [7, 6], "26": [8, 6], "25": [9, 6], "23": [10, 6], "19": [11, 6], "11": [12, 6],
  "13": [13, 6], "12": [14, 6], "42": [0, 7], "41": [1, 7], "40": [2, 7], "44": [3, 7],
  "35": [4, 7], "34": [5, 7], "33": [6, 7], "27": [8, 7], "29": [9, 7], "24": [10, 7],
  "22": [11, 7], "14": [13, 7], "43": [2, 8], "45": [3, 8], "38": [5, 8], "37": [6, 8],
  "30": [8, 8], "46": [2, 9], "39": [5, 9], "36": [6, 9], "47": [0, 10],
};

/** A number as it is said: cases whole, rates with two digits. */
export function say(value: number | null, unit: Data["unit"]): string {
  if (value === null) return "—";
  return unit === "cases" ? Math.round(value).toLocaleString("en") : value.toFixed(2);
}
