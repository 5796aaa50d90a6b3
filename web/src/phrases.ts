/** Pieces of the one line that tells what a record says. */
import { readTime, showCount, showTime } from "./format.ts";
import { type Feature, number, text } from "./types.ts";
import { either, sayCode } from "./words.ts";

type Part = string | false | null | undefined;
export const line = (...parts: Part[]): string => parts.filter(Boolean).join(either("　", " · "));
export const code = (feature: Feature, name: string): string => sayCode(text(feature, name), name);
export const value = (feature: Feature, name: string, ja: string, en: string, unit: string, factor = 1, digits = 1): string => {
  const found = number(feature, name);
  return found === null ? "" : `${either(ja, en)} ${showCount(Number((found * factor).toFixed(digits)))}${unit}`;
};
export const time = (feature: Feature, name: string, ja: string, en: string): string => {
  const found = readTime(feature.properties[name]);
  return found === null ? "" : `${either(ja, en)} ${showTime(found)}`;
};
export const listed = (feature: Feature, name: string, most = 3): string => {
  const all = feature.properties[name];
  if (!Array.isArray(all) || !all.length) return "";
  return all.slice(0, most).map(String).join(either("・", ", ")) + (all.length > most ? either(` ほか${all.length - most}`, ` and ${all.length - most} more`) : "");
};
export const persons = (feature: Feature, name: string, ja: string, en: string): string => value(feature, name, ja, en, either("人", ""), 1, 0);
