import { describe, expect, it } from "vitest";
import { covers, picture, takeIn } from "../src/picture.ts";
import type { Feature, Piece } from "../src/types.ts";

const thing = (id: string, record: number, pieces: Piece[], from = "1970-01-01T00:00:00Z"): Feature => ({
  type: "Feature", id, geometry: null, pieces,
  properties: { record_id: record, record_kind: "disaster.shelter", valid_from: from, valid_to: null },
});

describe("a piece of a version's life", () => {
  it("covers its start and not its end, in both times", () => {
    const piece: Piece = [100, 200, 10, 20, null, null];
    expect(covers(piece, 100, 10)).toBe(true);
    expect(covers(piece, 200, 10)).toBe(false);
    expect(covers(piece, 99, 10)).toBe(false);
    expect(covers(piece, 150, 20)).toBe(false);
    expect(covers(piece, 150, 9)).toBe(false);
  });
  it("of a state that was superseded stays true of the time before", () => {
    const piece: Piece = [100, null, 10, null, 150, 30];
    expect(covers(piece, 149, 40)).toBe(true);
    expect(covers(piece, 150, 40)).toBe(false);
    expect(covers(piece, 150, 29)).toBe(true);
  });
  it("of an estimate that was superseded is gone from all times once that is known", () => {
    const piece: Piece = [100, null, 10, null, null, 30];
    expect(covers(piece, 120, 29)).toBe(true);
    expect(covers(piece, 120, 30)).toBe(false);
  });
});

describe("taking in what an event says", () => {
  const old = thing("1.A", 1, [[0, null, 10, null, null, null]]);
  const next = thing("1.A", 2, [], "1970-01-01T00:01:40Z");
  it("shows the new from when it is true and known, and the old before", () => {
    const after = takeIn([old], next, false, 200_000);
    const ids = (at: number, asOf: number): unknown[] => picture(after, at, asOf).map((one) => one.properties["record_id"]);
    expect(ids(150_000, 300_000)).toEqual([2]);
    expect(ids(50_000, 300_000)).toEqual([1]);
    expect(ids(150_000, 100_000)).toEqual([1]);
  });
  it("is the same when told twice", () => {
    const once = takeIn([old], next, false, 200_000);
    expect(picture(takeIn(once, next, false, 200_000), 150_000, 300_000)).toHaveLength(1);
  });
  it("ends what has ended, and leaves other things alone", () => {
    const other = thing("1.B", 3, [[0, null, 10, null, null, null]]);
    const after = takeIn([old, other], old, true, 200_000);
    expect(picture(after, 250_000, 250_000).map((one) => one.id)).toEqual(["1.B"]);
    expect(picture(after, 150_000, 250_000)).toHaveLength(2);
    expect(picture(after, 250_000, 150_000)).toHaveLength(2);
  });
});
