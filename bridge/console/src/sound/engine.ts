/** scsynth in this page: SuperSonic, loaded when it is first wanted, between the packets and the loudspeaker. */

import type { SuperSonic } from "supersonic-scsynth";
import { EPOCH, message, retagged } from "./osc.ts";
import type { Stage } from "./player.ts";
import { WallClock } from "./wallclock.ts";

/** The page's own folder; the GPL core lies beside the bundle, in files of its own. */
const HOME = new URL(import.meta.env.BASE_URL, location.href).href;
/** Seconds in which sound that is cut off fades out. */
const FADE = 0.02;
/** Milliseconds between two looks at the clocks. */
const LOOKS = 200;

export interface Told {
  /** The engine has said something. */
  lives(): void;
  /** The engine has done all that it was told before `/sync`. */
  synced(): void;
  /** It will not play any more. */
  failed(why: string): void;
}

export class Engine implements Stage {
  readonly output: GainNode;
  readonly analyser: AnalyserNode;
  readonly #sonic: SuperSonic;
  readonly #context: AudioContext;
  readonly #clock = new WallClock();
  readonly #looking: ReturnType<typeof setInterval>;
  /** Seconds that the bridge's clock is ahead. */
  readonly #ahead: () => number;

  private constructor(sonic: SuperSonic, context: AudioContext, ahead: () => number) {
    this.#sonic = sonic;
    this.#context = context;
    this.#ahead = ahead;
    this.output = new GainNode(context);
    this.analyser = new AnalyserNode(context, { fftSize: 2048 });
    // its type knows of one way to connect alone
    (sonic.node as AudioNode | null)?.connect(this.output);
    this.output.connect(this.analyser);
    this.output.connect(context.destination);
    this.#look();
    this.#looking = setInterval(() => this.#look(), LOOKS);
  }

  /** Loads the engine into a context that runs. */
  static async load(context: AudioContext, ahead: () => number, told: Told): Promise<Engine> {
    const { SuperSonic } = await import("supersonic-scsynth");
    const sonic = new SuperSonic({
      mode: "postMessage",
      audioContext: context,
      autoConnect: false,
      workerBaseURL: `${HOME}engine/`,
      wasmBaseURL: `${HOME}scsynth/`,
      workletUrl: `${HOME}scsynth/scsynth_audio_worklet.js`,
      snapshotIntervalMs: 1000,
      fetchMaxRetries: 1,
    });
    sonic.on("in", ([address]) => {
      told.lives();
      if (address === "/synced") told.synced();
    });
    sonic.on("error", (error) => told.failed(error.message));
    try {
      await sonic.init();
    } catch (error) {
      await sonic.destroy().catch(() => undefined);
      throw error;
    }
    return new Engine(sonic, context, ahead);
  }

  now(packet: Uint8Array<ArrayBuffer>): void {
    this.#sonic.sendOSC(packet);
  }

  at(packet: Uint8Array<ArrayBuffer>, time: number): void {
    this.#look();
    const moment = this.#clock.moment(time - this.#ahead()) ?? this.#context.currentTime;
    this.#sonic.sendOSC(retagged(packet, this.#tag(moment)));
  }

  /** Plays a bundle some seconds from now; without a timer, for browsers slow those down. */
  later(packet: Uint8Array<ArrayBuffer>, seconds: number): void {
    this.#sonic.sendOSC(retagged(packet, this.#tag(this.#context.currentTime + seconds)));
  }

  /** Asks for a sign of life. */
  ask(): void {
    this.#sonic.sendOSC(message("/status"));
  }

  curtain(): void {
    this.#fade(0);
  }

  stands(): void {
    this.#fade(1);
  }

  purge(): void {
    void this.#sonic.purge();
  }

  /** Ends the engine, and the context with it. */
  async close(): Promise<void> {
    clearInterval(this.#looking);
    this.output.disconnect();
    // a context that is closed already cannot be closed again
    await this.#sonic.destroy().catch(() => undefined);
  }

  #look(): void {
    const { contextTime = 0, performanceTime = 0 } = this.#context.getOutputTimestamp();
    if (contextTime > 0) this.#clock.read(contextTime, (performance.timeOrigin + performanceTime) / 1000);
  }

  /** The Unix time that SuperSonic takes for a moment of the context, its own measure of the drift included. */
  #tag(moment: number): number {
    return this.#sonic.initTime - EPOCH + this.#sonic.getMetrics().driftOffsetMs / 1000 + moment;
  }

  #fade(level: number): void {
    const { gain } = this.output;
    const now = this.#context.currentTime;
    gain.cancelScheduledValues(now);
    gain.setValueAtTime(gain.value, now);
    gain.linearRampToValueAtTime(level, now + FADE);
  }
}
