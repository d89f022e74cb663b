/** The last columns of a spectrogram, as brightness: what is drawn anew when colours change. */

export class History {
  readonly columns: number;
  readonly rows: number;
  readonly #cells: Uint8Array;
  #next = 0;

  constructor(columns: number, rows: number) {
    this.columns = columns;
    this.rows = rows;
    this.#cells = new Uint8Array(columns * rows);
  }

  /** The newest column takes the place of the oldest. */
  push(column: Uint8Array): void {
    this.#cells.set(column.subarray(0, this.rows), this.#next * this.rows);
    this.#next = (this.#next + 1) % this.columns;
  }

  /** A column by age, 0 for the newest. */
  at(age: number): Uint8Array {
    const column = (this.#next - 1 - age + 2 * this.columns) % this.columns;
    return this.#cells.subarray(column * this.rows, (column + 1) * this.rows);
  }
}
