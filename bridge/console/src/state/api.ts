/** The bridge's HTTP API: what people do goes this way. docs/api.md. */

import { keep, kept } from "./keeping.ts";

/** Milliseconds for an answer: where a network is away, it might never come. */
const PATIENCE_MS = 20_000;

export class RefusedError extends Error {
  readonly status: number;
  constructor(said: string, status: number) {
    super(said);
    this.name = "RefusedError";
    this.status = status;
  }
}

/** Asks the bridge; throws RefusedError with the bridge's own words, or says that it cannot be reached or does not answer. */
export async function ask<T>(method: "GET" | "POST" | "PUT" | "DELETE", path: string, body?: unknown): Promise<T> {
  let response: Response;
  try {
    const content =
      body === undefined ? {} : { body: JSON.stringify(body), headers: { "content-type": "application/json" } };
    response = await fetch(path, { method, signal: AbortSignal.timeout(PATIENCE_MS), ...content });
  } catch (error) {
    const late = error instanceof DOMException && error.name === "TimeoutError";
    throw new RefusedError(
      late ? "the pager does not answer; it may have done it all the same" : "the pager cannot be reached",
      0,
    );
  }
  const answer: unknown = await response.json().catch(() => null);
  if (!response.ok) throw new RefusedError(said(answer) ?? `the pager answered ${response.status}`, response.status);
  return answer as T;
}

function said(answer: unknown): string | null {
  return typeof answer === "object" && answer !== null && "error" in answer && typeof answer.error === "string"
    ? answer.error
    : null;
}

/** A name in this browser, under which commands are done; empty: the token's name, else `http`. */
export function me(): string {
  return kept("pager.me") ?? "";
}

export function callMe(name: string): void {
  keep("pager.me", name.trim().slice(0, 200));
}

const one = (fingerprint: string) => `/api/alerts/${encodeURIComponent(fingerprint)}`;
const by = () => (me() ? { by: me() } : {});

/** A fingerprint that no address can hold goes in the body. */
const addressable = (fingerprint: string) => !/[/\\?#]|^\.{1,2}$/.test(fingerprint);

export const acknowledge = (fingerprint: string, reason = "") =>
  addressable(fingerprint)
    ? ask("POST", `${one(fingerprint)}/ack`, { ...by(), reason })
    : ask("POST", "/api/ack", { ...by(), reason, fingerprint });
export const acknowledgeAll = (reason = "") => ask<{ count: number }>("POST", "/api/ack", { ...by(), reason });
export const giveBack = (fingerprint: string) => ask("POST", `${one(fingerprint)}/unack`, by());
export const snooze = (fingerprint: string, seconds: number, reason = "") =>
  addressable(fingerprint)
    ? ask("POST", `${one(fingerprint)}/snooze`, { ...by(), seconds, reason })
    : ask("POST", "/api/snooze", { ...by(), seconds, reason, fingerprint });
export const playAgain = (fingerprint: string) => ask("POST", `${one(fingerprint)}/play`, by());
export const mute = (seconds: number, reason = "") => ask("POST", "/api/mute", { ...by(), seconds, reason });
export const unmute = () => ask("DELETE", `/api/mute${me() ? `?by=${encodeURIComponent(me())}` : ""}`);
export const meet = (seconds: number) => ask("POST", "/api/meeting", { ...by(), seconds });
export const adjourn = () => ask("DELETE", `/api/meeting${me() ? `?by=${encodeURIComponent(me())}` : ""}`);
export const setVolume = (strip: string, level: number) => ask("PUT", "/api/volume", { ...by(), strip, level });
export const test = (instrument: string) => ask("POST", `/api/test/${encodeURIComponent(instrument)}`, by());
