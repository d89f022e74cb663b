/** Levels in words, and sending them without a flood. */

/** "80 %, −1.9 dB". */
export function words(level: number): string {
  const percent = `${Math.round(level * 100)} %`;
  if (level <= 0) return `${percent}, silent`;
  const decibels = 20 * Math.log10(level);
  const sign = decibels <= -0.05 ? "−" : "";
  return `${percent}, ${sign}${Math.abs(decibels).toFixed(1)} dB`;
}

/** One at a time, and of what comes meanwhile only the last: a drag is many levels. */
export class Sender<T> {
  readonly #send: (value: T) => Promise<unknown>;
  #next: { readonly value: T } | null = null;
  #sending: Promise<void> | null = null;

  constructor(send: (value: T) => Promise<unknown>) {
    this.#send = send;
  }

  /** Sends the value, or the last of those that came while another was under way; settled when nothing is left. */
  put(value: T): Promise<void> {
    this.#next = { value };
    this.#sending ??= this.#run().finally(() => {
      this.#sending = null;
    });
    return this.#sending;
  }

  async #run(): Promise<void> {
    while (this.#next) {
      const { value } = this.#next;
      this.#next = null;
      await this.#send(value);
    }
  }
}
