/** An AudioWorklet that passes on, sample by sample, what it hears: how tests listen to this page. Nothing else loads it. */

const CHANNELS = 2;
const FRAMES = 2048;

class Recorder extends AudioWorkletProcessor {
  constructor() {
    super();
    this.begun = this.over = false;
    this.clear();
    this.port.onmessage = () => {
      this.flush();
      this.over = true;
      this.port.postMessage(null);
    };
  }

  clear() {
    this.filled = 0;
    this.block = new Float32Array(CHANNELS * FRAMES);
  }

  flush() {
    if (this.filled > 0) this.port.postMessage(this.block.subarray(0, CHANNELS * this.filled));
    this.clear();
  }

  process([[left, right = left]]) {
    if (this.over) return false;
    if (!this.begun) this.port.postMessage(currentFrame);
    this.begun = true;
    for (let frame = 0; frame < 128; frame++) {
      this.block[CHANNELS * this.filled] = left?.[frame] ?? 0;
      this.block[CHANNELS * this.filled++ + 1] = right?.[frame] ?? 0;
    }
    if (this.filled >= FRAMES) this.flush();
    return true;
  }
}

registerProcessor("recorder", Recorder);
