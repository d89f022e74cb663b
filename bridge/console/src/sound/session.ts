/** What lives from a start of the sound to its stop: the context, the engine in it, and what keeps both in tune. */

import type { Sound } from "../state/store.ts";
import { Engine } from "./engine.ts";
import { Mourning } from "./mourning.ts";
import { Player } from "./player.ts";
import { released, struck } from "./stage.ts";

const RATE = 48_000;
/** Milliseconds in which a browser lets an AudioContext run, if it does. */
const ALLOWED = 2000;
/** Looks, once a second, after which a context that says it runs and does not move has stopped. */
const STILL = 2;
const BLOCKED = "The browser does not let this tab sound: press Start sound.";
const STOPPED = "Something has stopped the sound of this tab: press Start sound, or look at the sound card.";

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
  #heard = 0;
  #still = 0;
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
      this.#still = this.context.currentTime > this.#heard ? 0 : this.#still + 1;
      this.#heard = this.context.currentTime;
      this.#moved(this.#still < STILL);
    } else if (this.#stood) {
      // it was allowed once: what has stopped it, a call or another device, may be over
      this.context.resume().catch(() => undefined);
    }
    if (!this.#engine || !this.#runs) return;
    this.player.tick();
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
        synced: () => this.player.synced(),
        failed: (why) => this.#failed(why),
      });
      if (this.#over) await engine.close();
      else {
        this.#engine = engine;
        this.#around.tell("starting", "The pager is being asked what sounds.");
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
      this.#still = 0;
      this.#engine?.purge();
      this.#around.tell("starting", "The pager is being asked what sounds.");
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
