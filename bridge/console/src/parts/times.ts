/** Times in words, of this machine's zone and tongue where that helps, in plain English where it is read out. */

/** A time of a frame (Unix seconds) or of the API (RFC 3339) as Unix seconds; NaN for what is none. */
export function seconds(at: number | string): number {
  return typeof at === "number" ? at : Date.parse(at) / 1000;
}

/** A span in at most two units: "12 s", "3 min", "2 h 5 min", "4 d 1 h". */
export function span(length: number): string {
  const whole = Math.max(0, Math.floor(length));
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return two(hours, "h", minutes % 60, "min");
  return two(Math.floor(hours / 24), "d", hours % 24, "h");
}

function two(big: number, unit: string, small: number, smaller: string): string {
  return small ? `${big} ${unit} ${small} ${smaller}` : `${big} ${unit}`;
}

/** What is left of a span, as a clock counts down: "14:59", "1:02:03". */
export function left(length: number): string {
  const whole = Math.max(0, Math.ceil(length));
  const parts = [Math.floor(whole / 60) % 60, whole % 60].map((part) => String(part).padStart(2, "0"));
  const hours = Math.floor(whole / 3600);
  return hours ? `${hours}:${parts.join(":")}` : parts.join(":");
}

const pad = (part: number) => String(part).padStart(2, "0");

/** The time of day here, "10:42:07". */
export function clock(at: number): string {
  const date = new Date(at * 1000);
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map(pad).join(":");
}

/** The time of day here, "10:42"; with the date when it is another day than `now`. */
export function hour(at: number, now: number): string {
  const date = new Date(at * 1000);
  const time = `${pad(date.getHours())}:${pad(date.getMinutes())}`;
  if (date.toDateString() === new Date(now * 1000).toDateString()) return time;
  return `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())} ${time}`;
}

/** Date and time here. */
export function dated(at: number): string {
  const date = new Date(at * 1000);
  return `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())} ${clock(at)}`;
}

/** Date and time here, and how far here is from UTC: others may be elsewhere. */
export function full(at: number): string {
  const east = -new Date(at * 1000).getTimezoneOffset();
  const off = `${east < 0 ? "−" : "+"}${pad(Math.floor(Math.abs(east) / 60))}:${pad(Math.abs(east) % 60)}`;
  return `${dated(at)} UTC${east ? off : ""}`;
}

/** The next time that it is so many hours here, as Unix seconds: at 3 in the morning, 9 is today's. */
export function next(now: number, hours: number): number {
  const date = new Date(now * 1000);
  date.setHours(hours, 0, 0, 0);
  if (date.getTime() <= now * 1000) date.setDate(date.getDate() + 1);
  return date.getTime() / 1000;
}
