/** Listens in on the real output: the spectrum of everything, and the samples of each side. */

import { type Level, louder, measured, SILENCE } from "./level.ts";

/** 5.9 Hz a bin and 171 ms at 48 kHz. */
const SIZE = 8192;

export class Tap {
  readonly from: AnalyserNode;
  readonly rate: number;
  readonly size = SIZE;
  readonly spectrum = new Float32Array(SIZE / 2);
  readonly #whole: AnalyserNode;
  readonly #sides: readonly AnalyserNode[];
  readonly #splitter: ChannelSplitterNode;
  readonly #samples = new Float32Array(SIZE);

  constructor(from: AnalyserNode) {
    const { context } = from;
    this.from = from;
    this.rate = context.sampleRate;
    this.#whole = listening(context, 0);
    this.#sides = [listening(context, 0), listening(context, 0)];
    this.#splitter = context.createChannelSplitter(2);
    from.connect(this.#whole);
    from.connect(this.#splitter);
    for (const [channel, side] of this.#sides.entries()) this.#splitter.connect(side, channel);
  }

  /** Reads the spectrum as it is now. */
  read(): Float32Array {
    this.#whole.getFloatFrequencyData(this.spectrum);
    return this.spectrum;
  }

  /** Level of the louder side over the last 171 ms. */
  level(): Level {
    let level = SILENCE;
    for (const side of this.#sides) {
      side.getFloatTimeDomainData(this.#samples);
      level = louder(level, measured(this.#samples));
    }
    return level;
  }

  close(): void {
    this.from.disconnect(this.#whole);
    this.from.disconnect(this.#splitter);
    this.#splitter.disconnect();
  }
}

function listening(context: BaseAudioContext, smoothing: number): AnalyserNode {
  const node = context.createAnalyser();
  node.fftSize = SIZE;
  node.smoothingTimeConstant = smoothing;
  return node;
}
