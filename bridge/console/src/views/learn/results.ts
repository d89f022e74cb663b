/** What somebody has learnt, kept in this browser: bounded, and thrown away when it is not what this page wrote. */

import * as keeping from "../../state/keeping.ts";
import { type Answer, right } from "./round.ts";

export interface Score {
  readonly right: number;
  readonly asked: number;
}

export interface Results {
  readonly version: 1;
  /** Rounds, the newest last. */
  readonly rounds: readonly (Score & { readonly at: number })[];
  readonly sounds: Readonly<Record<string, Score>>;
}

export const NONE: Results = { version: 1, rounds: [], sounds: {} };

const KEY = "pager.learn";
const MOST_ROUNDS = 50;
const MOST_SOUNDS = 200;
const MOST_ASKED = 10_000;

/** Results with a finished round added. */
export function added(results: Results, answers: readonly Answer[], at: number): Results {
  const sounds: Record<string, Score> = { ...results.sounds };
  for (const { sound, said } of answers) {
    const known = sounds[sound] ?? { right: 0, asked: 0 };
    if (known.asked < MOST_ASKED)
      sounds[sound] = { right: known.right + Number(sound === said), asked: known.asked + 1 };
  }
  const done = { at, right: right(answers), asked: answers.length };
  return {
    version: 1,
    rounds: [...results.rounds, done].slice(-MOST_ROUNDS),
    sounds: Object.fromEntries(Object.entries(sounds).slice(0, MOST_SOUNDS)),
  };
}

/** Reads what was kept; whatever is not ours is nothing. */
export function parsed(text: string | null): Results {
  try {
    const found: unknown = JSON.parse(text ?? "null");
    return ours(found) ? found : NONE;
  } catch {
    return NONE;
  }
}

export const load = () => parsed(keeping.kept(KEY));

/** Keeps results; false: this browser keeps nothing. */
export const save = (results: Results) => keeping.keep(KEY, JSON.stringify(results));

export const forget = () => keeping.forget(KEY);

function ours(found: unknown): found is Results {
  if (!record(found) || found.version !== 1 || !Array.isArray(found.rounds) || !record(found.sounds)) return false;
  return (
    found.rounds.every((done) => score(done) && typeof done.at === "number") && Object.values(found.sounds).every(score)
  );
}

function record(found: unknown): found is Record<string, unknown> {
  return typeof found === "object" && found !== null && !Array.isArray(found);
}

function score(found: unknown): found is Score & Record<string, unknown> {
  return record(found) && typeof found.right === "number" && typeof found.asked === "number";
}
