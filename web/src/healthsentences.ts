/** What records of infectious diseases say, in a line. */
import { code, line, persons, value } from "./phrases.ts";
import { type Feature, number, text } from "./types.ts";
import { either } from "./words.ts";

const weeks = (one: Feature): string => [text(one, "first"), text(one, "last")].filter(Boolean).join("–");

export const HEALTH_SENTENCES: Record<string, (feature: Feature) => string> = {
  "health.notifications": (one) => line(text(one, "week"), persons(one, "count", "全国", "Japan"), value(one, "per_sentinel", "定点当たり", "per site", "", 1, 2), persons(one, "cumulative", "累積", "this year")),
  "health.notifications_disclosed": (one) => line(text(one, "week"), persons(one, "count", "全国", "Japan"), either("少ない数は非公表", "small counts kept back")),
  "health.trend": (one) => line(text(one, "first") && `${text(one, "first")}–`),
  "health.detection": (one) => text(one, "week"),
  "health.alarm": (one) => line(text(one, "week"), persons(one, "count", "報告", "cases"), value(one, "expected", "期待", "expected", ""), value(one, "q_value", "誤りの見込み", "false with", "%", 100)),
  "health.cluster": (one) => line(weeks(one), persons(one, "observed", "報告", "cases"), value(one, "expected", "期待", "expected", "")),
  "health.nowcast": (one) => line(text(one, "week"), either("遅れを補った推定", "corrected for late reports"), value(one, "completeness", "速報に入る割合", "in the first publication", "%", 100, 0)),
  "health.reproduction": (one) => line(text(one, "week"), value(one, "serial_mean", "発症間隔", "serial interval", either("日", " days"))),
  "health.forecast": (one) => number(one, "value") !== null && !text(one, "missing")
    ? either(`${text(one, "reference")}から先の予測`, `forecast from ${text(one, "reference")}`) : either("予測なし", "no forecast"),
  "health.shelter_alarm": (one) => line(text(one, "level") === "alarm" ? either("アラーム", "alarm") : either("要注意", "watch"), either(text(one, "syndrome_name"), text(one, "syndrome_en")),
    persons(one, "count", "患者", "seen"), value(one, "expected", "見込み", "expected", "")),
  "health.risk": (one) => line(["", either("低", "low"), either("中", "middle"), either("高", "high")][number(one, "highest") ?? 0], persons(one, "sheltered", "避難者", "sheltered")),
  "health.risk_report": (one) => line(either(`第${number(one, "number")}版`, `edition ${number(one, "number")}`), text(one, "author")),
  "health.event_signal": (one) => line(code(one, "verification"), text(one, "disease_name") || code(one, "syndrome"), persons(one, "count", "患者", "cases"), text(one, "source_name")),
  "health.laboratory": (one) => line(text(one, "name"), value(one, "positive", "陽性", "positive", "", 1, 0), value(one, "tested", "検査", "tested", "", 1, 0), text(one, "specimen")),
  "health.wastewater": (one) => line(text(one, "sampled"), text(one, "target_name") || code(one, "target"),
    one.properties["detected"] === false ? either("検出下限未満", "below the limit of detection") : value(one, "concentration", "", "", " copies/L", 1, 0).trim()),
};
