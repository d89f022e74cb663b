/** Draws a spectrogram, or for whom motion is unwelcome a still spectrum, on a canvas. */

import { ramp } from "./colours.ts";
import { History } from "./history.ts";

export const COLUMNS = 480;
export const ROWS = 128;

export class Picture {
  readonly column = new Uint8Array(ROWS);
  readonly #history = new History(COLUMNS, ROWS);
  readonly #context: CanvasRenderingContext2D | null;
  readonly #image = new ImageData(COLUMNS, ROWS);
  #colours: Uint8ClampedArray;

  constructor(canvas: HTMLCanvasElement, dark: boolean) {
    canvas.width = COLUMNS;
    canvas.height = ROWS;
    this.#context = canvas.getContext("2d", { alpha: false });
    this.#colours = ramp(dark);
    this.#repaint();
  }

  /** Takes other colours. */
  paint(dark: boolean): void {
    this.#colours = ramp(dark);
    this.#repaint();
  }

  /** Moves everything by one column and draws `column` as the newest. */
  scroll(): void {
    this.#history.push(this.column);
    // the last of each row gets the first of the next, and is drawn over
    this.#image.data.copyWithin(0, 4);
    this.#draw(this.column, COLUMNS - 1);
    this.#show();
  }

  /** Draws `column` as bars from the left, as long as they are strong. */
  still(): void {
    const shown = new Uint8Array(ROWS);
    for (let x = 0; x < COLUMNS; x++) {
      for (let row = 0; row < ROWS; row++) {
        const strength = this.column[row] ?? 0;
        shown[row] = x * 255 < strength * COLUMNS ? Math.max(strength, 90) : 0;
      }
      this.#draw(shown, x);
    }
    this.#show();
  }

  #repaint(): void {
    for (let age = 0; age < COLUMNS; age++) this.#draw(this.#history.at(age), COLUMNS - 1 - age);
    this.#show();
  }

  #draw(column: Uint8Array, x: number): void {
    const { data } = this.#image;
    for (let row = 0; row < ROWS; row++) {
      const colour = 4 * (column[row] ?? 0);
      const place = 4 * ((ROWS - 1 - row) * COLUMNS + x);
      for (let part = 0; part < 4; part++) data[place + part] = this.#colours[colour + part] ?? 0;
    }
  }

  #show(): void {
    this.#context?.putImageData(this.#image, 0, 0);
  }
}
