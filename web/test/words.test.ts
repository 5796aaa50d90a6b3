import { beforeEach, describe, expect, it } from "vitest";
import { placeOf, prefectureOf } from "../src/areas.ts";
import { fromInput, showAge, showFull, showLength, showNumber, showPerson, ticksOf, toInput, unitOf, DAY, HOUR } from "../src/format.ts";
import { frames } from "../src/frames.ts";
import { INTENSITIES, intensityMark, levelMark, rainMark, tsunamiMark } from "../src/scales.ts";
import { fromHash, toHash } from "../src/state.ts";
import { HOW_COLOURS, howOf, howWord, signOf } from "../src/signs.ts";
import { sentenceOf } from "../src/sentences.ts";
import { gravity, iconOf, lineOf, markOf, titleOf } from "../src/kinds.ts";
import { hasMark, isCovered, isInternal, isOwn } from "../src/once.ts";
import { sayCode, setLanguage } from "../src/words.ts";
import type { Feature } from "../src/types.ts";

beforeEach(() => setLanguage("ja"));
const MOMENT = Date.UTC(2024, 0, 1, 7, 10, 8);

describe("times", () => {
  it("are in Japan Standard Time, wherever the browser is", () => {
    expect(showFull(MOMENT)).toBe("2024/01/01 16:10:08 JST");
    expect(toInput(MOMENT)).toBe("2024-01-01T16:10");
    expect(fromInput("2024-01-01T16:10")).toBe(MOMENT - 8000);
    expect(fromInput("nonsense")).toBeNull();
  });
  it("say how long ago, and never that old is new", () => {
    expect(showAge(MOMENT, MOMENT + 3 * HOUR)).toBe("3時間前");
    expect(showAge(MOMENT, MOMENT + 535 * DAY)).toBe("535日前");
    expect(showAge(MOMENT, MOMENT - HOUR)).toBe("1時間後");
    setLanguage("en");
    expect(showLength(90 * DAY)).toBe("90 d");
  });
  it("have round ticks in Japan", () => {
    for (const one of ticksOf(MOMENT, MOMENT + DAY, 9)) expect((one + 9 * HOUR) % HOUR).toBe(0);
    expect(ticksOf(MOMENT, MOMENT + DAY, 9).length).toBeLessThanOrEqual(9);
  });
});

describe("numbers", () => {
  it("carry their unit", () => {
    expect(unitOf("depth [m]; 0: very shallow")).toBe("m");
    expect(showNumber(570_000, "m")).toBe("570 km");
    expect(showNumber(124, "persons")).toBe("124 人");
    expect(showNumber(20210221, "")).toBe("20210221");
  });
});

describe("official colours", () => {
  it("are those of record, each with its number", () => {
    expect([5, 4, 3, 2, 1].map((one) => levelMark(one, "")?.colour)).toEqual(["#0C000C", "#AA00AA", "#FF2800", "#F2E700", "#FFFFFF"]);
    expect([5, 4, 3, 2, 1].map((one) => levelMark(one, "")?.text)).toEqual(["5", "4", "3", "2", "1"]);
    expect(INTENSITIES.map((one) => intensityMark(one)?.colour)).toEqual(
      ["#F2F2FF", "#00AAFF", "#0041FF", "#FAE696", "#FFE600", "#FF9900", "#FF2800", "#A50021", "#B40068"]);
  });
  it("give no level to a warning for which none is defined", () => {
    expect(levelMark(null, "warning")?.text).toBe("警");
    expect(levelMark(undefined, "")).toBeNull();
    expect((levelMark(3, "")?.rank ?? 0) > (levelMark(null, "warning")?.rank ?? 0)).toBe(true);
  });
  it("give nothing to what was lifted", () => {
    expect(tsunamiMark("60")).toBeNull();
    expect(tsunamiMark("53")?.text).toBe("大");
  });
});

describe("areas", () => {
  it("lie in the prefecture that their code says", () => {
    expect(prefectureOf("city:1720200", "七尾市")).toBe("pref:17");
    expect(prefectureOf("jma.forecast:460040", "奄美地方")).toBe("pref:46");
    expect(prefectureOf("jma.forecast:011000", "宗谷地方")).toBe("pref:01");
    expect(prefectureOf("jma.tsunami:772", "奄美群島・トカラ列島")).toBe("pref:46");
    expect(prefectureOf("jma.seismic:390", "石川県能登")).toBe("pref:17");
  });
  it("are not put anywhere when their code does not say", () => {
    expect(prefectureOf("jma.forecast:010300", "関東甲信地方")).toBeNull();
    expect(prefectureOf("jma.forecast:011000", "九州南部・奄美地方")).toBeNull();
    expect(prefectureOf("jma.tsunami:320", "有明・八代海")).toBeNull();
    const nowhere = { type: "Feature", id: "1.A", geometry: null, properties: { area: null } } as unknown as Feature;
    expect(placeOf(nowhere, new Set()).how).toBe("none");
  });
});

describe("the address", () => {
  it("says the same again", () => {
    const hash = "lang=en&mode=exercise&at=2024-01-01T07:10:08.000Z&off=disaster.eew,disaster.road&fill=intensity&table=disaster.shelter&open=disaster.shelter/604.CC~2F1";
    const once = fromHash(`#${hash}`);
    expect(once.at).toBe(MOMENT);
    expect(once.selected).toEqual({ type: "thing", kind: "disaster.shelter", id: "604.CC~2F1" });
    expect(fromHash(`#${toHash(once)}`)).toEqual(once);
  });
  it("takes nothing that it does not know", () => {
    const one = fromHash("#mode=real&lang=xx&at=yesterday&span=-1&view=a/b/c");
    expect([one.mode, one.language, one.at, one.span, one.view]).toEqual(["actual", "ja", null, DAY, null]);
  });
});

describe("an event stream", () => {
  it("is read in whole frames, wherever it is cut", () => {
    const text = 'retry: 2000\nid: 4\n\nid: 5\nevent: create\ndata: {"a":"火"}\n\n: \nid: 6\n\n';
    for (let cut = 0; cut <= text.length; cut += 1) {
      const given: [string, string][] = [];
      const read = frames((id, data) => given.push([id, data]));
      read(text.slice(0, cut));
      read(text.slice(cut));
      expect(given).toEqual([["4", ""], ["5", '{"a":"火"}'], ["6", ""]]);
    }
  });
});

describe("who is signed in", () => {
  const sato = { id: "sato", name: "佐藤", role: "editor", organisation: "Nanao City", organisation_ja: "七尾市" };
  it("is named with their organisation, in the language of the page", () => {
    expect(showPerson(sato, "ja")).toBe("佐藤（七尾市）");
    expect(showPerson(sato, "en")).toBe("佐藤 (Nanao City)");
    expect(showPerson({ ...sato, organisation_ja: "" }, "ja")).toBe("佐藤（Nanao City）");
    expect(showPerson({ id: "ito", name: "伊藤", role: "nobody" }, "ja")).toBe("伊藤");
  });
});

const record = (kind: string, properties: Record<string, unknown>): Feature => ({ type: "Feature", id: "1", geometry: null, properties: { record_kind: kind, ...properties } });

describe("signs", () => {
  it("say what fails, what is short and what nobody knows, each with a word", () => {
    expect(howOf("infrastructure.outage", { service: "power", status: "out" })).toBe("bad");
    expect(howOf("infrastructure.base_station", { status: "on", power: "battery" })).toBe("warn");
    expect(howOf("infrastructure.base_station", { status: "on", power: "mains" })).toBe("good");
    expect(howOf("disaster.flood_sensor", { state: "dry", silent: true })).toBe("unknown");
    expect(howOf("health.hospital_status", {})).toBe("unknown");
    expect(howOf("disaster.shelter", {})).toBeNull();
    for (const how of ["bad", "warn", "good", "unknown"] as const) expect(howWord(how)).not.toBe("");
    expect(new Set(Object.values(HOW_COLOURS)).size).toBe(5);
  });
  it("have the number that matters under them", () => {
    expect(signOf("infrastructure.outage", { service: "water", status: "partial", customers_out: 1320 })).toBe("sign|水|warn|1,320");
    expect(signOf("infrastructure.base_station", { status: "on", power: "battery", battery: 9000 })).toBe("sign|局|warn|2.5h");
    expect(signOf("disaster.flood_sensor", { state: "wet", depth: 0.3 })).toBe("sign|浸|bad|≥30cm");
    expect(signOf("disaster.flood_sensor", { state: "wet", depth: 0.3 }, "plain")).toBe("sign|浸|plain|");
  });
  it("of rain are in the weather agency's colours with the amount as a number", () => {
    expect(rainMark(79.6)).toMatchObject({ colour: "#FF2800", text: "80" });
    expect(rainMark(0)).toMatchObject({ colour: "#F2F2FF", text: "0" });
    expect(rainMark(undefined)).toBeNull();
  });
});

describe("one line", () => {
  it("says codes in words and numbers with their unit", () => {
    expect(sentenceOf(record("disaster.dam", { operation: "emergency_release", storage_ratio: 1.02, outflow: 790 }))).toBe("緊急放流（異常洪水時防災操作）　貯水率 102%　放流 790 m³/s");
    expect(sentenceOf(record("health.hospital_status", { status: "limited", power: "reserve", water: "normal", accepts: false }))).toBe("制限あり　電気: 備蓄・予備で対応　受入不可");
    expect(sentenceOf(record("disaster.earthquake", {}))).toBeNull();
  });
});

describe("what is registered", () => {
  it("is off until somebody asks for it, and a link says so when all is on", () => {
    const usual = fromHash("");
    expect(usual.off.has("infrastructure.road_link")).toBe(true);
    expect(toHash(usual)).toBe("");
    const all = fromHash("#off=");
    expect(all.off.size).toBe(0);
    expect(fromHash(toHash(all)).off.size).toBe(0);
  });
});

describe("what is computed", () => {
  const how = (kind: string, properties: Record<string, unknown>) => howOf(kind, properties);
  it("has a sign that never takes silence for dry, nor a shelter that is too full for one that is open", () => {
    expect(how("disaster.flood_state", { of: "sensor", state: "silent", last_state: "dry" })).toBe("unknown");
    expect(gravity(record("disaster.flood_state", { of: "sensor", state: "silent", last_state: "wet" }))).toBeGreaterThan(gravity(record("disaster.flood_state", { of: "sensor", state: "silent", last_state: "dry" })));
    expect(gravity(record("disaster.flood_state", { of: "sensor", state: "silent" }))).toBeGreaterThan(gravity(record("disaster.flood_state", { of: "sensor", state: "dry" })));
    expect(iconOf(record("disaster.shelter_merged", { status: "open", headcount: 27, capacity: 25 }))).toBe("shelter|over|27");
    expect(iconOf(record("disaster.shelter_merged", { status: "open", headcount: 25, capacity: 25 }))).toBe("shelter|open|25");
    expect(markOf(record("disaster.isolation", { status: "isolated" }))).toMatchObject({ text: "孤×", scale: "sign" });
    expect(markOf(record("disaster.shelter_risk", { grade: "danger" }))?.text).toBe("避×");
  });
  it("says in one line what matters, its bounds, and what is not known", () => {
    expect(sentenceOf(record("disaster.alert_overview", { agency_level: 4, order_level: null, order_not_received: true }))).toBe("気象情報等 レベル4　避難情報 受信なし　避難指示等は未受信");
    expect(sentenceOf(record("disaster.exposure", { persons: { low: 900, best: 1200, high: 1500 }, meaning: "in_force" }))).toBe("範囲内 約1,200 人（900〜1,500 人）");
    expect(sentenceOf(record("disaster.exposure", { persons: { low: 0, best: null, high: 1500 }, meaning: "part" }))).toBe("範囲内 0〜1,500 人　区域の一部が対象");
    expect(sentenceOf(record("disaster.damage_total", { area_name: "架空市" }))).toBe("人的・住家被害の報告なし");
    expect(sentenceOf(record("disaster.shelter_risk", { grade: "danger", reasons: [{ reason: "in_hazard", what: "土砂災害" }] }))).toBe("危険　危険な区域の中（土砂災害）");
  });
  it("is shown once: of a gauge of rain its own mark, of a shelter in danger its danger", () => {
    expect(hasMark(record("disaster.flood_state", { of: "rain", state: "wet" }))).toBe(false);
    expect(hasMark(record("disaster.flood_state", { of: "rain", state: "silent" }))).toBe(true);
    expect(hasMark(record("disaster.shelter_risk", { grade: "none" }))).toBe(false);
    expect(hasMark(record("node.source_health", { state: "silent" }))).toBe(false);
    expect(["node.method", "node.intake", "node.source_health"].map((one) => [isInternal(one), isOwn(one)])).toEqual([[true, true], [true, true], [false, true]]);
    const road = record("disaster.road", { record_id: 7 });
    expect(isCovered(road, new Set([7]))).toBe(true);
    expect(isCovered(road, new Set([6]))).toBe(false);
    expect(isCovered(record("disaster.exposure", { record_id: 7 }), new Set([7]))).toBe(false);
  });
  it("says another word for the same code in another field", () => {
    expect(sayCode("danger", "grade")).toBe("危険");
    expect(sayCode("danger")).toBe("危険警報");
    setLanguage("en");
    expect(sayCode("never_heard", "state")).toBe("never heard");
  });
});

describe("what residents report", () => {
  const incident = { category: "fire", title: "港町：火災", place: "港町", reports: 12, reporters: 9, certainty: 0.93, state: "new", last: "2031-09-02T19:30:00+09:00" };
  const of = (more: Record<string, unknown>): Feature => record("disaster.incident", { ...incident, ...more });
  it("is marked as not confirmed until an officer has, and a danger to life before all", () => {
    expect(signOf("disaster.incident", incident)).toBe("sign|火|unknown|通報9");
    expect(howOf("disaster.incident", { ...incident, state: "confirmed" })).toBe("warn");
    expect(howOf("disaster.incident", { ...incident, danger: true })).toBe("bad");
    expect(howOf("disaster.incident", { ...incident, danger: true, state: "resolved" })).toBe("good");
    expect(howOf("disaster.incident", { ...incident, state: "dismissed" })).toBe("plain");
  });
  it("is as grave as it is dangerous and sure, and below every official level 4", () => {
    const ranks = [{ danger: true, state: "confirmed" }, { danger: true }, { danger: true, certainty: 0.3 }, {}, { category: "rumour" }, { state: "dismissed", danger: true }].map((one) => gravity(of(one)));
    expect(ranks).toEqual([...ranks].sort((a, b) => b - a));
    expect(Math.max(...ranks)).toBeLessThan(40);
    expect(gravity(of({ state: "dismissed", danger: true }))).toBe(0);
  });
  it("says how many different people say so, and not how likely what is decided is", () => {
    expect(titleOf(of({}))).toBe("港町：火災");
    expect(lineOf(of({ danger: true, denied: 2 }))).toBe("未確認の通報　9人・12件　生命の危険　確からしさ 93%　否定 2人　最新 2031/09/02 19:30");
    expect(lineOf(of({ state: "confirmed", certainty: 1 }))).toBe("確認済み　9人・12件　最新 2031/09/02 19:30");
  });
  it("is one person's word, and a neighbour's word against it", () => {
    const one = record("disaster.resident_report", { category: "road", place: "港町", picture: true });
    expect([titleOf(one), lineOf(one)]).toEqual(["道路の異常　港町", "写真あり　位置: 地名　本人の申告・未確認"]);
    expect(howOf("disaster.resident_report", { category: "road", sees: false })).toBe("plain");
    expect(lineOf(record("disaster.triage", { state: "dismissed", answer: "誤報でした", of: "a" }))).toBe("まとまり全体　誤報でした");
  });
  it("is answered by alerts, called by their headline without readings and coloured by their level", () => {
    const alert = record("disaster.issued_alert", { number: 2, kind: "extend", level: 4, action: "evacuate", area_names: ["架空市"], issuer: "架空市", texts: [{ language: "en", headline: "Evacuate" }, { language: "ja", headline: "{避難|ひなん}してください" }] });
    expect([titleOf(alert), lineOf(alert), markOf(alert)?.text]).toEqual(["避難してください", "継続　レベル4　避難指示　架空市　発信 架空市", "4"]);
  });
});
