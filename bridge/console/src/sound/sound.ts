/** This tab as an engine: what views may ask of it. Its state is the signal `sound` of the store. */

import { attach, clocked, say, silentFor } from "../link/link.ts";
import { eachSecond } from "../link/ticking.ts";
import { ask } from "../state/api.ts";
import { ahead, bridgeNow, type Sound, sound, take } from "../state/store.ts";
import { Session, type Surroundings } from "./session.ts";
import { ended, struck } from "./stage.ts";
import { tap } from "./tap.ts";

/** Seconds for which a held instrument is played in training. */
const HELD = 4;
/** Nodes of this tab's own: the bridge counts its voices from 1000. */
const FIRST_NODE = 1_000_000_000;

/** Seconds between attempts to bring back an engine that has failed: nobody may be there to press a button. */
const PAUSES = [1, 4, 15, 60];

const INSECURE =
  "This address is no secure place, and browsers give sound to https pages and to this machine's own only: open the pager by https.";

interface Instrument {
  readonly name: string;
  readonly kind: string;
  readonly priority: string;
}

let session: Session | null = null;
let ticking = false;
let failures = 0;
/** Seconds until the next attempt; 0: there is to be none. */
let pause = 0;
let nodes = FIRST_NODE;
let catalogue: Promise<readonly Instrument[]> | null = null;

const around: Surroundings = {
  tell,
  say,
  failed,
  stood: () => {
    failures = 0;
    tell("on", "");
  },
  now: bridgeNow,
  ahead: () => ahead.value,
  line: () => ({ open: clocked(), silent: silentFor() }),
  mourned: () => {
    const help = "The pager is lost: this tab hears nothing of the systems.";
    take({ kind: "caption", at: bridgeNow(), instrument: "lost", voice: "", name: "", severity: "", status: "", help });
  },
};

/** Starts the engine; to be called within a gesture of the person, for browsers demand one. */
export async function start(): Promise<void> {
  if (!ticking) eachSecond(tick);
  ticking = true;
  if (session === null) begin();
  await session?.wake();
}

/** Ends the sound of this tab. */
export async function stop(): Promise<void> {
  await end();
  failures = 0;
  tell("off", "");
}

/** The real output, for spectrogram and meter; null while the engine is off. */
export function analyser(): AnalyserNode | null {
  return session?.engine?.analyser ?? null;
}

/** Plays a struck or held (for some seconds) sound in this tab only, through its own stage; for training. */
export async function playHere(instrument: string, params: Readonly<Record<string, number>> = {}): Promise<void> {
  const engine = session?.engine;
  if (!engine || sound.value.state !== "on") throw new Error("Start the sound first.");
  catalogue ??= ask<{ instruments: readonly Instrument[] }>("GET", "/api/instruments").then((told) => told.instruments);
  const known = await catalogue.catch((error: unknown) => {
    catalogue = null;
    throw error;
  });
  const one = known.find(({ name }) => name === instrument);
  if (!one) throw new Error(`There is no instrument ${instrument}.`);
  const node = nodes++;
  engine.now(struck(instrument, one.priority, params, node));
  if (one.kind === "held") engine.later(ended(node), HELD);
}

function begin(): void {
  if (!isSecureContext) {
    tell("failed", INSECURE);
    return;
  }
  let mine: Session;
  try {
    mine = new Session(around);
  } catch (error) {
    tell("failed", `This browser cannot make sound: ${error instanceof Error ? error.message : String(error)}.`);
    return;
  }
  session = mine;
  tell("starting", "The sound engine is being loaded.");
  const { player } = mine;
  attach({
    opened: () => mine.opened(),
    boot: (packets) => player.boot(packets),
    packet: (packet) => player.packet(packet),
    lost: () => player.lost(),
  });
}

async function end(): Promise<void> {
  const ending = session;
  session = null;
  pause = 0;
  attach(null);
  say("rest");
  await ending?.end();
}

function tick(): void {
  session?.look();
  if (session === null && pause > 0 && --pause === 0) void start();
}

function failed(why: string): void {
  void end();
  pause = PAUSES[Math.min(failures++, PAUSES.length - 1)] ?? 60;
  tell("failed", `The sound engine does not run: ${why}. This tab tries again by itself.`);
}

function tell(state: Sound["state"], why: string): void {
  const engine = session?.engine;
  tap.audio = engine ? { context: engine.output.context as AudioContext, output: engine.output } : null;
  if (sound.value.state !== state || sound.value.why !== why) sound.value = { state, why };
}
