/** What this tab does with the packets of the bridge: the stage first and in order, then bundles, each at its time. */

import { isMessage, tagOf } from "./osc.ts";

/** Seconds by which a bundle may be late: what is older is not played, and the stage is asked for anew. */
export const TOO_LATE = 1.5;
/** Seconds by which it may be early: more, and a clock has been set. */
const TOO_EARLY = 2;
/** Seconds without a packet of the stage, or its end, after which it is asked for again. */
const PATIENCE = 5;
/** Bundles that are kept while the stage is being set. */
const MOST_WAITING = 1000;

type Packet = Uint8Array<ArrayBuffer>;

export interface Stage {
  /** Plays a packet at once. */
  now(packet: Packet): void;
  /** Plays a bundle at a Unix time of the bridge. */
  at(packet: Packet, time: number): void;
  /** The stage is about to be set: what sounds is faded out. */
  curtain(): void;
  /** It stands: it may be heard. */
  stands(): void;
  /** Forgets what was to be played later. */
  purge(): void;
}

/**
 * `away`: there is no line. `asked`: the stage has been asked for. `told`: its packets come. `set`: they are there, and
 * the engine has not said yet that the stage stands.
 */
type State = "away" | "asked" | "told" | "set" | "playing";

export class Player {
  /** Packets that were not played, as they came while the stage was unknown or long after their time. */
  dropped = 0;
  #state: State = "away";
  #since = 0;
  #missing = 0;
  #synced = true;
  /** Of the stage: what has to wait for its SynthDefs. */
  #held: Packet[] = [];
  #waiting: Packet[] = [];
  readonly #stage: Stage;
  readonly #say: (kind: "listen" | "resync") => void;
  readonly #now: () => number;

  /** `now`: the bridge's time. */
  constructor(stage: Stage, say: (kind: "listen" | "resync") => void, now: () => number) {
    this.#stage = stage;
    this.#say = say;
    this.#now = now;
  }

  get playing(): boolean {
    return this.#state === "playing";
  }

  /** The line is open. */
  opened(): void {
    this.#ask("listen");
  }

  /** The line is broken: the bridge will not know of this stage any more. */
  lost(): void {
    this.#enter("away");
  }

  /** What is played here may not be what the bridge has: ask for everything, once, and play nothing until it is there. */
  resync(): void {
    if (this.#state === "away" || this.#state === "asked") return;
    this.#stage.purge();
    this.#ask("resync");
  }

  boot(packets: number): void {
    this.#stage.purge();
    this.#stage.curtain();
    this.#held = [];
    this.#waiting = [];
    this.#synced = true;
    this.#missing = packets;
    this.#enter(packets > 0 ? "told" : "set");
    this.#stand();
  }

  packet(packet: Packet): void {
    switch (this.#state) {
      case "away":
      case "asked":
        this.dropped++;
        break;
      case "told":
        this.#build(packet);
        break;
      case "set":
        if (this.#waiting.length < MOST_WAITING) this.#waiting.push(packet);
        else this.dropped++;
        break;
      case "playing":
        this.#play(packet);
    }
  }

  /** The engine has done all that it was told before `/sync`. */
  synced(): void {
    this.#synced = true;
    for (const packet of this.#held.splice(0)) this.#stage.now(packet);
    this.#stand();
  }

  /** To be called about once a second: what was asked for and does not come is asked for again; says whether it was. */
  tick(): boolean {
    const waited = this.#now() - this.#since;
    if (this.#state === "away" || this.#state === "playing" || Math.abs(waited) <= PATIENCE) return false;
    this.#ask("resync");
    return true;
  }

  #ask(kind: "listen" | "resync"): void {
    this.#enter("asked");
    this.#say(kind);
  }

  #enter(state: State): void {
    this.#state = state;
    this.#since = this.#now();
  }

  #build(packet: Packet): void {
    if (this.#synced) this.#stage.now(packet);
    else this.#held.push(packet);
    // a server loads SynthDefs beside the sound: no voice before it has answered
    if (isMessage(packet, "/sync")) this.#synced = false;
    this.#missing--;
    // a slow line takes its time for a stage: as long as it comes, it is not asked for again
    this.#since = this.#now();
    if (this.#missing === 0) this.#enter("set");
    this.#stand();
  }

  #stand(): void {
    if (this.#state !== "set" || !this.#synced) return;
    this.#enter("playing");
    this.#stage.stands();
    for (const packet of this.#waiting.splice(0)) this.packet(packet);
  }

  #play(packet: Packet): void {
    const time = tagOf(packet);
    if (time === null) {
      this.#stage.now(packet);
      return;
    }
    const late = this.#now() - time;
    if (late > TOO_LATE || late < -TOO_EARLY) {
      this.dropped++;
      this.resync();
    } else this.#stage.at(packet, time);
  }
}
