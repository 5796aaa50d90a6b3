import { expect, test } from "vitest";
import { isRunning, timeIn } from "../src/clock.ts";

const one = {
  title: "Typhoon", title_ja: "台風", state: "running", speed: 60,
  clock: "2026-06-01T00:00:00Z", stated: "2026-06-02T12:00:00Z", ends: "2026-06-02T00:00:00Z",
};
const outside = Date.parse(one.stated);

test("a drill's time passes as fast as it says, and stops at its end", () => {
  expect(timeIn(one, outside)).toBe(Date.parse(one.clock));
  expect(timeIn(one, outside + 60_000)).toBe(Date.parse("2026-06-01T01:00:00Z"));
  expect(timeIn(one, outside + 86_400_000)).toBe(Date.parse(one.ends));
  expect(timeIn(one, outside - 5_000)).toBe(Date.parse(one.clock));
});

test("a drill runs until its time is over, or until it is stopped", () => {
  expect(isRunning(one, outside)).toBe(true);
  expect(isRunning(one, outside + 23 * 60_000)).toBe(true);
  expect(isRunning(one, outside + 24 * 60_000)).toBe(false);
  expect(isRunning({ ...one, state: "stopped" }, outside)).toBe(false);
});
