/** The line to the bridge: opened with the page, opened again whenever it breaks. */

import { ask, RefusedError } from "../state/api.ts";
import type { Frame } from "../state/frames.ts";
import { ahead, type Connection, connection, take } from "../state/store.ts";
import { fullJitter } from "./backoff.ts";
import { Offset, sampled } from "./clock.ts";
import { eachSecond } from "./ticking.ts";
import { Vigil } from "./vigil.ts";

/** What takes the sound that comes down the line. */
export interface Listener {
  /** The line is open, and how the clocks differ is known. */
  opened(): void;
  /** The next packets set the stage. */
  boot(packets: number): void;
  packet(packet: Uint8Array<ArrayBuffer>): void;
  lost(): void;
}

const FIRST_PINGS = 8;
const BETWEEN_FIRST_PINGS = 125;
const BETWEEN_PINGS = 5;
/** Seconds after which a line that held so long is a good one: the next attempt after it is a first one again. */
const GOOD = 5;
/** Seconds between attempts when the bridge has refused: each may make the browser ask for a token. */
const REFUSED_PAUSE = 60;

const local = () => (performance.timeOrigin + performance.now()) / 1000;

const offset = new Offset();
let listener: Listener | null = null;
let socket: WebSocket | null = null;
let vigil = new Vigil(0);
let dialled = 0;
let pinged = 0;
let known = false;
let attempt = 0;
let due = 0;
let lastSign = local();

/** Opens the line, and keeps it open as long as the page lives. */
export function open(): void {
  eachSecond(tick);
  for (const event of ["online", "pageshow", "focus"]) addEventListener(event, hurry);
  document.addEventListener("visibilitychange", hurry);
  document.addEventListener("resume", hurry);
  void dial();
}

/** Who takes the sound; null: nobody. */
export function attach(other: Listener | null): void {
  listener = other;
  if (listener && known) listener.opened();
}

/** Tells the bridge what this tab wants; nothing happens while the line is broken. */
export function say(kind: "listen" | "rest" | "resync"): void {
  if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify({ kind }));
}

/** Whether the line is open, and how the clocks differ is known. */
export function clocked(): boolean {
  return known;
}

/** Seconds since the bridge last gave a sign of life. */
export function silentFor(): number {
  return socket ? Math.min(vigil.silent(local()), local() - lastSign) : local() - lastSign;
}

function hurry(): void {
  if (document.visibilityState === "hidden") return;
  if (dialled === 0) due = 0;
  tick();
}

function tick(): void {
  const now = local();
  if (dialled === 0) {
    if (now >= due) void dial();
    return;
  }
  const verdict = vigil.look(now);
  if (verdict === "dead") drop("The pager has not answered for ten seconds.");
  else if (known && (verdict === "ask" || now - pinged >= BETWEEN_PINGS)) ping();
}

async function dial(): Promise<void> {
  const mine = local();
  dialled = mine;
  vigil = new Vigil(mine);
  try {
    // a handshake that is refused tells a page nothing; this does, and is the credential of one that is not
    const { ticket } = await ask<{ ticket: string }>("POST", "/api/ticket");
    if (dialled === mine) connect(ticket);
  } catch (error) {
    if (dialled === mine) failed(error);
  }
}

function connect(ticket: string): void {
  const address = new URL("/ws", location.href);
  address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
  address.searchParams.set("ticket", ticket);
  const line = new WebSocket(address);
  socket = line;
  line.binaryType = "arraybuffer";
  line.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) => {
    vigil.heard(local());
    lastSign = local();
    if (typeof data === "string") heard(JSON.parse(data) as Frame);
    else listener?.packet(new Uint8Array(data));
  };
  line.onclose = ({ reason }) =>
    drop(reason ? `The pager has closed the line: ${reason}. This page keeps trying.` : "");
}

function heard(frame: Frame): void {
  switch (frame.kind) {
    case "hello":
      offset.clear();
      tell("open", "");
      for (let n = 0; n < FIRST_PINGS; n++) setTimeout(ping, n * BETWEEN_FIRST_PINGS);
      break;
    case "pong": {
      const believed = offset.add(sampled(frame.t0, frame.t1, frame.t2, local()));
      // what changes by less than anybody hears need not be drawn again
      if (!known || Math.abs(believed - ahead.value) > 0.0005) ahead.value = believed;
      if (known) return;
      known = true;
      listener?.opened();
      return;
    }
    case "boot":
      listener?.boot(frame.packets);
      return;
  }
  take(frame);
}

function ping(): void {
  if (socket?.readyState !== WebSocket.OPEN) return;
  pinged = local();
  socket.send(JSON.stringify({ kind: "ping", t0: pinged }));
}

function failed(error: unknown): void {
  const refused = error instanceof RefusedError && (error.status === 401 || error.status === 403);
  drop(error instanceof RefusedError && error.status ? `The pager answered: ${error.message}.` : "", refused);
}

function drop(why: string, refused = false): void {
  const held = socket !== null && known && local() - dialled > GOOD;
  if (socket) socket.onmessage = socket.onclose = null;
  socket?.close();
  socket = null;
  dialled = 0;
  known = false;
  attempt = held ? 0 : attempt + 1;
  const pause = refused ? REFUSED_PAUSE : fullJitter(attempt);
  due = local() + pause;
  // sooner than the next second, where timers run
  setTimeout(() => dialled === 0 && local() >= due && void dial(), pause * 1000 + 5);
  tell(
    refused ? "refused" : "lost",
    refused
      ? `The pager does not let this page in. ${why} Load the page again to sign in.`
      : why || "The connection to the pager is lost; this page keeps trying.",
  );
  listener?.lost();
}

function tell(state: Connection["state"], why: string): void {
  const before = connection.value;
  if (before.state === state && before.why === why) return;
  connection.value = { state, why, since: before.state === state ? before.since : Date.now() / 1000 };
}
