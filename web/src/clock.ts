/** What time it is in a drill. */
export interface Session {
  title: string;
  title_ja: string;
  state: string;
  clock: string;
  stated: string;
  ends: string;
  speed: number;
}

/** The time in a drill when it is `outside` outside it, ms. */
export const timeIn = (one: Session, outside: number): number =>
  Math.min(Date.parse(one.clock) + Math.max(0, outside - Date.parse(one.stated)) * one.speed, Date.parse(one.ends));

/** True while a drill runs as far as the node has heard: it ends by itself when its time is over. */
export const isRunning = (one: Session, outside: number): boolean =>
  one.state === "running" && outside < Date.parse(one.stated) + (Date.parse(one.ends) - Date.parse(one.clock)) / one.speed;
