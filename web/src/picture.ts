/** Which versions are in the picture at two times: true at `at`, as known at `asOf` (ms). */
import type { Feature, Piece } from "./types.ts";

/** Whether one piece of a version's life covers the two times. An open end is null. */
export function covers(piece: Piece, at: number, asOf: number): boolean {
  const [validFrom, validTo, knownFrom, knownTo, supersededAt, supersededKnown] = piece;
  if (validFrom !== null && at < validFrom) return false;
  if (validTo !== null && at >= validTo) return false;
  if (knownFrom !== null && asOf < knownFrom) return false;
  if (knownTo !== null && asOf >= knownTo) return false;
  // Superseded for all times where there is no time from which on it is (a better estimate).
  if (supersededKnown !== null && supersededKnown <= asOf) {
    return supersededAt !== null && at < supersededAt;
  }
  return true;
}

/** The versions in the picture. */
export function picture(features: Feature[], at: number, asOf: number): Feature[] {
  return features.filter((one) => (one.pieces ?? []).some((piece) => covers(piece, at, asOf)));
}

/** The same versions, with what an event says taken in until the node is asked again.
 *
 * A new version is true from its valid time on and known from its recorded time on; the version of
 * the same thing before it stays true of the time before. An end ends what is in the picture.
 */
export function takeIn(features: Feature[], changed: Feature, ended: boolean, recorded: number): Feature[] {
  const start = ended ? recorded : (time(changed.properties, "valid_from") ?? recorded);
  const kept = features
    .filter((one) => ended || one.properties["record_id"] !== changed.properties["record_id"])
    .map((one) => (one.id === changed.id ? { ...one, pieces: (one.pieces ?? []).map((piece) => supersede(piece, start, recorded)) } : one));
  if (ended) return kept;
  const whole: Piece = [start, time(changed.properties, "valid_to"), recorded, null, null, null];
  return [...kept, { ...changed, pieces: [whole] }];
}

function supersede(piece: Piece, at: number, known: number): Piece {
  return piece[5] !== null && piece[5] <= known && (piece[4] ?? -Infinity) <= at
    ? piece
    : [piece[0], piece[1], piece[2], piece[3], at, known];
}

function time(properties: Record<string, unknown>, name: string): number | null {
  const value = properties[`record_${name}`] ?? properties[name];
  return typeof value === "string" ? Date.parse(value) : null;
}
