/** OSC as scsynth takes it: the few messages that a tab says for itself, and the time tags of those that it passes on. */

const BUNDLE = "#bundle\0";
/** Seconds between NTP's epoch, 1900, and Unix's. */
export const EPOCH = 2_208_988_800;
const FRACTIONS = 2 ** 32;
const IMMEDIATELY = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 1);

/** A number goes as int32; `float(1)` as a float. */
export type Argument = number | string | { readonly float: number };

export const float = (value: number): Argument => ({ float: value });

/** Encodes one message. */
export function message(address: string, ...args: readonly Argument[]): Uint8Array<ArrayBuffer> {
  const tags = args.map((arg) => (typeof arg === "string" ? "s" : typeof arg === "number" ? "i" : "f")).join("");
  return joined([text(address), text(`,${tags}`), ...args.map(written)]);
}

/** Puts messages into a bundle that is to be played at once; `retagged` gives it a time. */
export function bundle(...contents: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const elements = contents.flatMap((content) => [number(content.length, "setInt32"), content]);
  return joined([new TextEncoder().encode(BUNDLE), IMMEDIATELY, ...elements]);
}

/** The Unix time at which a bundle is to be played; null: at once, or it is a message. */
export function tagOf(packet: Uint8Array): number | null {
  if (!isBundle(packet)) return null;
  const view = new DataView(packet.buffer, packet.byteOffset, 16);
  const seconds = view.getUint32(8);
  return seconds === 0 ? null : seconds - EPOCH + view.getUint32(12) / FRACTIONS;
}

/** A bundle as it is, with another Unix time in its tag. */
export function retagged(packet: Uint8Array<ArrayBuffer>, at: number): Uint8Array<ArrayBuffer> {
  const copy = packet.slice();
  const view = new DataView(copy.buffer);
  // whole seconds and the rest apart: together they would be beyond what a double holds exactly
  const seconds = Math.floor(at);
  view.setUint32(8, seconds + EPOCH);
  view.setUint32(12, Math.min(FRACTIONS - 1, Math.round((at - seconds) * FRACTIONS)));
  return copy;
}

/** Whether a packet is a message of this address. */
export function isMessage(packet: Uint8Array, address: string): boolean {
  return begins(packet, text(address));
}

function isBundle(packet: Uint8Array): boolean {
  return packet.length >= 16 && begins(packet, new TextEncoder().encode(BUNDLE));
}

function begins(packet: Uint8Array, head: Uint8Array): boolean {
  return head.every((byte, place) => packet[place] === byte);
}

function written(arg: Argument): Uint8Array {
  if (typeof arg === "string") return text(arg);
  if (typeof arg === "object") return number(arg.float, "setFloat32");
  return number(arg, "setInt32");
}

function number(value: number, kind: "setInt32" | "setFloat32"): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer)[kind](0, value);
  return bytes;
}

/** A text with its NUL, filled up to a multiple of four bytes. */
function text(value: string): Uint8Array {
  const bytes = new TextEncoder().encode(value);
  const padded = new Uint8Array((bytes.length + 4) & ~3);
  padded.set(bytes);
  return padded;
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
