/** What records of infectious diseases say, in a line. */
import { code, line, listed, persons, value } from "./phrases.ts";
import { type Feature, number, text } from "./types.ts";
import { either } from "./words.ts";

const per = (one: Feature): string => value(one, "per_sentinel", "定点当たり", "per site", "", 1, 2);

export const HEALTH_SENTENCES: Record<string, (feature: Feature) => string> = {
  "health.notifications": (one) => line(text(one, "week"), persons(one, "count", "全国", "Japan"), per(one), persons(one, "cumulative", "累積", "this year")),
  "health.trend": (one) => line(text(one, "first") && `${text(one, "first")}–`),
  "health.detection": (one) => line(text(one, "week")),
  "health.alarm": (one) => line(text(one, "week"), persons(one, "count", "報告", "cases"), value(one, "expected", "期待", "expected", ""), value(one, "q_value", "誤りの割合", "false", "%", 100)),
  "health.cluster": (one) => line(`${text(one, "first")}–${text(one, "last")}`, persons(one, "observed", "報告", "cases"), value(one, "expected", "期待", "expected", "")),
  "health.nowcast": (one) => line(text(one, "week"), number(one, "level") !== null && either("遅れを補った推定", "corrected for late reports")),
  "health.reproduction": (one) => line(text(one, "week"), value(one, "serial_mean", "発症間隔", "serial interval", either("日", " days"))),
  "health.forecast": (one) => line(either(`${text(one, "reference")}から4週間`, `four weeks from ${text(one, "reference")}`)),
  "health.shelter_alarm": (one) => line(code(one, "syndrome"), code(one, "level"), persons(one, "count", "患者", "cases")),
  "health.event_signal": (one) => line(code(one, "status"), text(one, "disease") || text(one, "syndrome"), persons(one, "count", "人数", "cases")),
  "health.laboratory": (one) => line(text(one, "name") || text(one, "code"), value(one, "positive", "陽性", "positive", "", 1, 0), value(one, "tested", "検査", "tested", "", 1, 0)),
  "health.wastewater": (one) => line(text(one, "pathogen"), listed(one, "methods")),
};
