/** One line of what a record says, for kinds whose fields are codes and numbers. */
import { showLength } from "./format.ts";
import { HEALTH_SENTENCES } from "./healthsentences.ts";
import { code, line, listed, persons, time, value } from "./phrases.ts";
import { PRODUCT_SENTENCES } from "./productsentences.ts";
import { REPORT_SENTENCES } from "./reportsigns.ts";
import { type Feature, kindOf, number, text } from "./types.ts";
import { either } from "./words.ts";

const SENTENCES: Record<string, (feature: Feature) => string> = {
  ...PRODUCT_SENTENCES,
  ...HEALTH_SENTENCES,
  ...REPORT_SENTENCES,
  "infrastructure.facility": (one) => line(text(one, "kind") || code(one, "category"), text(one, "operator"), text(one, "municipality")),
  "infrastructure.road_link": (one) => line(code(one, "rank"), text(one, "structure") !== "road" && code(one, "structure"), value(one, "length", "延長", "length", " m", 1, 0)),
  "infrastructure.population_mesh": (one) => line(persons(one, "persons", "人口", "residents"), persons(one, "age_75", "75歳以上", "75 and over")),
  "infrastructure.outage": (one) => line(code(one, "service"), code(one, "status"), value(one, "customers_out", "", "", either("戸", " customers"), 1, 0).trim(),
    time(one, "expected", "復旧見込み", "expected"), text(one, "cause")),
  "infrastructure.base_station": (one) => {
    const left = number(one, "battery");
    return line(code(one, "status"), text(one, "power") !== "unknown" && `${either("電源", "power")}: ${code(one, "power")}`,
      left !== null && `${either("残り", "left")} ${showLength(left * 1000)}`, text(one, "operator"));
  },
  "health.hospital_status": (one) => line(code(one, "status"),
    ...[["power", "電気", "power"], ["water", "水", "water"], ["oxygen", "医療ガス", "oxygen"]].map(([name = "", ja = "", en = ""]) =>
      !["", "unknown", "normal"].includes(text(one, name)) && `${either(ja, en)}: ${code(one, name)}`),
    listed(one, "systems"), persons(one, "severe", "重症", "severe"), one.properties["accepts"] === false && either("受入不可", "takes no patients")),
  "health.shelter_syndrome": (one) => line(text(one, "date"), persons(one, "seen", "診療", "seen"), persons(one, "fever_respiratory", "発熱・呼吸器", "respiratory"), persons(one, "diarrhoea", "下痢・嘔吐", "diarrhoea")),
  "disaster.flood_sensor": (one) => line(one.properties["silent"] === true ? either("通信途絶", "silent") : code(one, "state"),
    text(one, "state") === "wet" && value(one, "depth", "深さ", "depth", either("cm以上", " cm or more"), 100, 0)),
  "disaster.rain_gauge": (one) => line(value(one, "rain_hour", "１時間", "1 h", " mm"), value(one, "rain_24h", "24時間", "24 h", " mm"), value(one, "rain_total", "累加", "total", " mm"), text(one, "condition")),
  "disaster.dam": (one) => line(code(one, "operation"), value(one, "storage_ratio", "貯水率", "full", "%", 100), value(one, "inflow", "流入", "in", " m³/s"), value(one, "outflow", "放流", "out", " m³/s")),
  "disaster.evacuation_order": (one) => line(text(one, "hazard"), listed(one, "districts"), persons(one, "persons", "対象", "for")),
  "disaster.alert": (one) => line(text(one, "event"), code(one, "severity"), code(one, "urgency"), text(one, "sender_name")),
  "cyber.incident": (one) => line(code(one, "category"), code(one, "status"), text(one, "organisation"), text(one, "impact")),
  "disaster.river_level": (one) => {
    const observed = (one.properties["observed"] ?? {}) as Record<string, unknown>;
    return line(typeof observed["level"] === "number" && `${observed["level"].toFixed(2)} m`, typeof observed["level_condition"] === "string" && observed["level_condition"]);
  },
};

/** The line, or null for a kind that is told otherwise. */
export const sentenceOf = (feature: Feature): string | null => SENTENCES[kindOf(feature)]?.(feature) ?? null;
