/** Official areas on the coarse outlines: which prefecture an area code lies in. */
import { type Feature, envelope, text } from "./types.ts";

const NAMES =
  "北海道 青森県 岩手県 宮城県 秋田県 山形県 福島県 茨城県 栃木県 群馬県 埼玉県 千葉県 東京都 神奈川県 新潟県 富山県 石川県 " +
  "福井県 山梨県 長野県 岐阜県 静岡県 愛知県 三重県 滋賀県 京都府 大阪府 兵庫県 奈良県 和歌山県 鳥取県 島根県 岡山県 広島県 " +
  "山口県 徳島県 香川県 愛媛県 高知県 福岡県 佐賀県 長崎県 熊本県 大分県 宮崎県 鹿児島県 沖縄県";
const ENGLISH =
  "Hokkaido Aomori Iwate Miyagi Akita Yamagata Fukushima Ibaraki Tochigi Gunma Saitama Chiba Tokyo Kanagawa Niigata Toyama " +
  "Ishikawa Fukui Yamanashi Nagano Gifu Shizuoka Aichi Mie Shiga Kyoto Osaka Hyogo Nara Wakayama Tottori Shimane Okayama " +
  "Hiroshima Yamaguchi Tokushima Kagawa Ehime Kochi Fukuoka Saga Nagasaki Kumamoto Oita Miyazaki Kagoshima Okinawa";

const named = NAMES.split(" ");
const english = ENGLISH.split(" ");
const byName = new Map(named.map((name, index) => [name, code(index)]));

function code(index: number): string {
  return `pref:${String(index + 1).padStart(2, "0")}`;
}

export const PREFECTURES = named.map((_, index) => code(index));

/** A prefecture's name. */
export function prefectureName(area: string, language: "ja" | "en"): string {
  const index = Number(area.slice(5)) - 1;
  return (language === "ja" ? named[index] : english[index]) ?? area;
}

/** Coastal regions of tsunami warnings that are named after something smaller than a prefecture. */
const COASTS: Record<string, string> = {
  陸奥湾: "pref:02", 伊豆諸島: "pref:13", 小笠原諸島: "pref:13", 佐渡: "pref:15", 淡路島南部: "pref:28",
  隠岐: "pref:32", 壱岐・対馬: "pref:42", 種子島・屋久島地方: "pref:46", 奄美群島・トカラ列島: "pref:46",
  沖縄本島地方: "pref:47", 大東島地方: "pref:47", 宮古島・八重山地方: "pref:47",
};

/** The prefecture that an area lies in, or null where its code and name do not say. */
export function prefectureOf(area: string, name: string): string | null {
  const [scheme, digits = ""] = area.split(":");
  if (scheme === "pref") return known(digits);
  if (scheme === "city") return known(digits.slice(0, 2));
  // 010100 to 011100 are regions of several prefectures; 011000 is also a part of Hokkaido.
  const region = /^(010\d|011[01])00$/.test(digits) && !name.startsWith("宗谷");
  if (scheme === "jma.forecast" && /^\d{6}$/.test(digits) && !region) return known(digits.slice(0, 2));
  if (scheme === "jma.seismic" && /^1\d\d$/.test(digits)) return "pref:01";
  if (scheme === "jma.tsunami" && Object.hasOwn(COASTS, name)) return COASTS[name] ?? null;
  if (scheme === "jma.forecast" || scheme === "jma.seismic" || scheme === "jma.tsunami" || scheme === "jma.eew") {
    for (const [whole, found] of byName) if (name.startsWith(whole)) return found;
  }
  return null;
}

function known(digits: string): string | null {
  const area = `pref:${digits}`;
  return PREFECTURES.includes(area) ? area : null;
}

export type Place =
  | { how: "geometry" }
  | { how: "area"; area: string; prefecture: string | null }
  | { how: "prefecture"; prefecture: string }
  | { how: "none" };

/** Where a record goes on the map. `drawn` are the areas of which there are boundaries here. */
export function placeOf(feature: Feature, drawn: ReadonlySet<string>): Place {
  if (feature.geometry) return { how: "geometry" };
  const area = envelope(feature.properties, "area");
  if (typeof area !== "string") return { how: "none" };
  const prefecture = prefectureOf(area, text(feature, "area_name") || text(feature, "name"));
  if (drawn.has(area)) return { how: "area", area, prefecture };
  return prefecture ? { how: "prefecture", prefecture } : { how: "none" };
}
