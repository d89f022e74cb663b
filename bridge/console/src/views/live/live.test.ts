import assert from "node:assert/strict";
import { test } from "node:test";
import { brightness, HIGHEST, height, hertzAt, LOWEST, rows, strongest } from "./bands.ts";
import { ramp } from "./colours.ts";
import { History } from "./history.ts";
import { along, hold, measured, shownOf, spoken } from "./level.ts";

const RATE = 48_000;
const SIZE = 8192;

/** A spectrum with one peak. */
function peak(hertz: number, level: number): Float32Array {
  const spectrum = new Float32Array(SIZE / 2).fill(-140);
  const place = hertz / (RATE / SIZE);
  for (const bin of [-2, -1, 0, 1, 2].map((offset) => Math.round(place) + offset))
    spectrum[bin] = level - 6 * (bin - place) ** 2;
  return spectrum;
}

test("an octave is as high anywhere on the scale", () => {
  assert.equal(0, height(LOWEST));
  assert.equal(1, height(HIGHEST));
  assert.ok(Math.abs(height(200) - height(100) - (height(8000) - height(4000))) < 1e-9);
  assert.ok(Math.abs(hertzAt(height(880)) - 880) < 1e-9);
});

test("a tone lights the row of its frequency", () => {
  for (const hertz of [60, 220, 880, 5000, 11_000]) {
    const lit = new Uint8Array(128);
    brightness(peak(hertz, -30), rows(128, RATE, SIZE), lit);
    assert.ok(Math.abs(lit.indexOf(Math.max(...lit)) - Math.floor(height(hertz) * 128)) <= 2, `${hertz} Hz`);
  }
});

test("every row has its place within the spectrum, at any sample rate", () => {
  for (const rate of [22_050, 44_100, 48_000, 96_000]) {
    for (const row of rows(128, rate, SIZE)) assert.ok(row.middle < SIZE / 2 && row.last < SIZE / 2);
  }
});

test("the strongest frequency is told within 1 Hz, silence as none", () => {
  assert.ok(Math.abs((strongest(peak(881.7, -30), RATE) ?? 0) - 881.7) < 1);
  assert.equal(null, strongest(new Float32Array(SIZE / 2).fill(-Infinity), RATE));
});

test("a sine of full scale has its peak at 0 and its RMS at -3 dBFS", () => {
  const { rms, peak: most } = measured(Float32Array.from({ length: 4800 }, (_, at) => Math.sin(at / 3)));
  assert.ok(Math.abs(rms + 3.01) < 0.05);
  assert.ok(Math.abs(most) < 0.05);
  assert.equal(-Infinity, measured(new Float32Array(8)).rms);
});

test("a peak is held, then falls, and a higher one takes its place at once", () => {
  const first = hold({ peak: -Infinity, at: 0 }, -20, 10);
  assert.equal(-20, shownOf(hold(first, -60, 11), 11));
  assert.equal(-40, shownOf(first, 12.5));
  assert.equal(-10, hold(first, -10, 10.1).peak);
});

test("levels are told in words, nothing as silent", () => {
  assert.equal("−23 dBFS", spoken(-23.4));
  assert.equal("0 dBFS", spoken(-0.2));
  assert.equal("silent", spoken(-Infinity));
  assert.equal(0, along(-Infinity));
  assert.equal(1, along(3));
});

test("colours go one way in lightness, in the dark and in the light", () => {
  for (const dark of [true, false]) {
    const colours = ramp(dark);
    const lightness = Array.from(
      { length: 256 },
      (_, at) =>
        0.2126 * (colours[4 * at] ?? 0) + 0.7152 * (colours[4 * at + 1] ?? 0) + 0.0722 * (colours[4 * at + 2] ?? 0),
    );
    for (let at = 4; at < 256; at += 4) {
      const step = (lightness[at] ?? 0) - (lightness[at - 4] ?? 0);
      assert.ok(dark ? step > -0.5 : step < 0.5, `${dark} at ${at}`);
    }
  }
});

test("a history knows its last columns by age", () => {
  const history = new History(3, 2);
  for (const value of [1, 2, 3, 4]) history.push(Uint8Array.of(value, value));
  assert.deepEqual(
    [4, 3, 2],
    [0, 1, 2].map((age) => history.at(age)[0]),
  );
});
