/** What lives from a start of the sound to its stop: the context, the engine in it, and what keeps both in tune. */

import { Vigil } from "../link/vigil.ts";
import type { Sound } from "../state/store.ts";
import { Engine } from "./engine.ts";
import { Mourning } from "./mourning.ts";
import { Player } from "./player.ts";
import { Pulse } from "./pulse.ts";
import { released, struck } from "./stage.ts";

const RATE = 48_000;
/** Milliseconds in which a browser lets an AudioContext run, if it does. */
const ALLOWED = 2000;
const BLOCKED = "The browser does not let this tab sound: press Start sound.";
const STOPPED = "Something has stopped the sound of this tab: press Start sound, or look at the sound card.";
const ASKED = "The pager is being asked what sounds.";

/** Seconds of a clock that never jumps. */
const seconds = () => performance.now() / 1000;

/** What a session asks of the rest of the page. */
export interface Surroundings {
  /** Tells how the sound is. */
  tell(state: Sound["state"], why: string): void;
  say(kind: "listen" | "resync" | "rest"): void;
  /** The bridge's time. */
  now(): number;
  /** Seconds that it is ahead of this machine's. */
  ahead(): number;
  /** Whether there is a line, and the seconds since its last sign of life. */
  line(): { readonly open: boolean; readonly silent: number };
  /** The tab has told people by itself that the pager is lost. */
  mourned(): void;
  /** The stage stands. */
  stood(): void;
  /** The engine will not play any more: this session is to be ended. */
  failed(why: string): void;
}

export class Session {
  readonly context: AudioContext;
  readonly player: Player;
  #engine: Engine | null = null;
  #loading = false;
  #over = false;
  /** Whether the context runs, as far as anybody can tell. */
  #runs = false;
  readonly #pulse = new Pulse(seconds());
  /** Whether the engine answers: one that has died puts out silence, and the context runs on. */
  #vigil = new Vigil(seconds());
  /** Whether the stage has stood once: a tab that never sounded has nothing to fall silent. */
  #stood = false;
  readonly #mourning = new Mourning();
  readonly #around: Surroundings;

  /** Raises where a browser has no Web Audio. */
  constructor(around: Surroundings) {
    this.#around = around;
    this.context = new AudioContext({ latencyHint: "interactive", sampleRate: RATE });
    this.context.onstatechange = () => {
      if (this.context.state === "closed") this.#failed("the browser has closed its output");
      else this.#moved(this.context.state === "running");
    };
    const stage = {
      now: (packet: Uint8Array<ArrayBuffer>) => this.#engine?.now(packet),
      at: (packet: Uint8Array<ArrayBuffer>, time: number) => this.#engine?.at(packet, time),
      curtain: () => this.#engine?.curtain(),
      stands: () => this.#stands(),
      purge: () => this.#engine?.purge(),
    };
    this.player = new Player(stage, (kind) => around.say(kind), around.now);
  }

  get engine(): Engine | null {
    return this.#engine;
  }

  /** Lets the context run, and loads the engine where it is not there; within a gesture of the person. */
  async wake(): Promise<void> {
    const patience = new Promise((over) => setTimeout(over, ALLOWED));
    await Promise.race([this.context.resume().catch(() => undefined), patience]);
    if (this.context.state !== "running") this.#around.tell("suspended", BLOCKED);
    else {
      this.#moved(true);
      await this.#load();
    }
  }

  /** The line is open. */
  opened(): void {
    if (this.#engine && this.#runs) this.player.opened();
  }

  /** To be called once a second. */
  look(): void {
    if (this.context.state === "running") {
      this.#moved(this.#pulse.moves(this.context.currentTime, seconds()));
    } else if (this.#stood) {
      // it was allowed once: what has stopped it, a call or another device, may be over
      this.context.resume().catch(() => undefined);
    }
    if (!this.#engine || !this.#runs) return;
    if (this.#vigil.look(seconds()) === "dead") {
      this.#failed("scsynth has not answered for ten seconds");
      return;
    }
    this.#engine.ask();
    if (this.player.tick()) this.#around.tell("starting", ASKED);
    this.#mourn();
  }

  async end(): Promise<void> {
    this.#over = true;
    this.context.onstatechange = null;
    this.player.lost();
    await this.#engine?.close();
    if (this.context.state !== "closed") await this.context.close();
  }

  async #load(): Promise<void> {
    if (this.#engine || this.#loading || this.#over) return;
    this.#loading = true;
    try {
      const engine = await Engine.load(this.context, this.#around.ahead, {
        lives: () => this.#vigil.heard(seconds()),
        synced: () => this.player.synced(),
        failed: (why) => this.#failed(why),
      });
      if (this.#over) await engine.close();
      else {
        this.#engine = engine;
        this.#vigil = new Vigil(seconds());
        this.#around.tell("starting", ASKED);
        if (this.#around.line().open) this.opened();
      }
    } catch (error) {
      this.#failed(error instanceof Error ? error.message : String(error));
    } finally {
      this.#loading = false;
    }
  }

  #failed(why: string): void {
    if (!this.#over) this.#around.failed(why);
  }

  #stands(): void {
    this.#stood = true;
    this.#engine?.stands();
    this.#around.stood();
  }

  /** The context runs again, or has stopped: what comes meanwhile would all sound at once when it goes on. */
  #moved(runs: boolean): void {
    if (this.#over || runs === this.#runs) return;
    this.#runs = runs;
    if (runs) {
      this.#pulse.begin(seconds());
      this.#vigil = new Vigil(seconds());
      this.#engine?.purge();
      this.#around.tell("starting", ASKED);
      if (this.#around.line().open) this.opened();
    } else {
      this.player.lost();
      this.#around.say("rest");
      this.#around.tell("suspended", STOPPED);
    }
  }

  #mourn(): void {
    const { open, silent } = this.#around.line();
    const deed = this.#mourning.look(this.context.currentTime, open, silent);
    if (!this.#stood || deed === null) return;
    if (deed === "release") this.#engine?.now(released());
    else {
      this.#engine?.now(struck("lost", "critical"));
      this.#around.mourned();
    }
  }
}
