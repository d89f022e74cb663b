import { effect } from "@preact/signals";
import { render } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { open } from "./link/link.ts";
import { Frame, TITLES } from "./parts/Frame.tsx";
import { focusView, keepFocus } from "./parts/focus.ts";
import { type View, view } from "./state/route.ts";
import { connection, known } from "./state/store.ts";
import "./style/page.css";
import { About } from "./views/about.tsx";
import { Chain } from "./views/chain.tsx";
import { Desk } from "./views/desk.tsx";
import { Learn } from "./views/learn.tsx";
import { Mixer } from "./views/mixer.tsx";
import { Noc } from "./views/noc.tsx";
import { Score } from "./views/score.tsx";
import { Sounding } from "./views/sounding.tsx";
import { Time } from "./views/time.tsx";

const SHOWN: Readonly<Record<View, () => preact.JSX.Element>> = {
  desk: Desk,
  sounding: Sounding,
  time: Time,
  mixer: Mixer,
  score: Score,
  learn: Learn,
  chain: Chain,
  about: About,
  noc: Noc,
};

function Page() {
  const Shown = SHOWN[view.value];
  const before = useRef(view.value);
  useLayoutEffect(() => {
    // not when the page is opened: then the browser begins at its top
    if (before.current !== view.value) focusView();
    before.current = view.value;
  }, [view.value]);
  return (
    <Frame>
      <Shown />
    </Frame>
  );
}

const firing = () => [...known.value.alerts.values()].filter((alert) => alert.state === "firing").length;

// the tab's own name says what is wrong while another is looked at
effect(() => {
  const how = connection.value.state === "open" ? (firing() ? `${firing()} firing` : "") : "not connected";
  document.title = [how, TITLES[view.value], "The Singing Pager"].filter(Boolean).join(" · ");
});

const place = document.getElementById("page");
if (place) {
  render(<Page />, place);
  keepFocus(place);
}
open();
