/** A strip of the mixer: it follows whoever moves it, and the hand that is on it first of all. */

import { useSignal } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { hindered } from "../../parts/allowed.ts";
import { RangeField } from "../../parts/Field.tsx";
import { complain } from "../../parts/toasts.ts";
import { setVolume } from "../../state/api.ts";
import type { Strip } from "../../state/frames.ts";
import { known } from "../../state/store.ts";
import { Sender, words } from "./level.ts";

/** After the hand let go, so long what comes back of its own moves is not followed. */
const ECHO_MS = 600;

interface StripProps {
  readonly strip: Strip;
  readonly label: string;
  readonly hint: string;
}

export function Slider({ strip, label, hint }: StripProps) {
  const held = useSignal<number | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const sender = useMemo(() => new Sender<number>((level) => setVolume(strip, level)), [strip]);
  useEffect(() => () => clearTimeout(timer.current), []);
  function follow() {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      held.value = null;
    }, ECHO_MS);
  }
  function change(percent: number) {
    if (hindered.value) {
      complain(hindered.value);
      held.value = null;
      return;
    }
    held.value = percent / 100;
    clearTimeout(timer.current);
    sender
      .put(percent / 100)
      .catch(complain)
      .finally(follow);
  }
  const level = held.value ?? known.value.controls.levels[strip];
  return (
    <RangeField
      label={label}
      hint={hint}
      value={Math.round(level * 100)}
      least={0}
      most={100}
      step={1}
      words={words(level)}
      change={change}
      settle={follow}
    />
  );
}
