/** Keeps the focus somewhere sensible when what had it goes away, or is moved: never on nothing. */

const HEADINGS = "h1, h2, h3, summary";

/** Watches over a part of the page for as long as the page lives. */
export function keepFocus(root: HTMLElement): void {
  let last: HTMLElement | null = null;
  root.addEventListener("focusin", (event) => {
    last = event.target instanceof HTMLElement ? event.target : null;
  });
  // who clicks beside it has left it
  addEventListener("pointerdown", (event) => {
    if (last && event.target instanceof Node && !last.contains(event.target)) last = null;
  });
  new MutationObserver((records) => {
    const lost = last;
    if (!lost || (document.activeElement && document.activeElement !== document.body)) return;
    const record = records.find(({ removedNodes }) => [...removedNodes].some((node) => node.contains(lost)));
    if (!record) return;
    if (lost.isConnected) lost.focus({ preventScroll: true });
    else heir(record)?.focus();
  }).observe(root, { childList: true, subtree: true });
}

/** Who gets the focus of what was removed: the next in its list, else the heading of what it was in. */
function heir({ nextSibling, previousSibling, target, removedNodes }: MutationRecord): HTMLElement | null {
  const inList = [...removedNodes].some((node) => node instanceof HTMLLIElement);
  const places = inList ? [nextSibling, previousSibling] : [];
  for (let place: Node | null = target; place; place = place.parentNode) places.push(place);
  for (const place of places) {
    if (!(place instanceof Element) || !place.isConnected) continue;
    const found = place.querySelector<HTMLElement>(HEADINGS);
    if (found) return ready(found);
  }
  return null;
}

function ready(heading: HTMLElement): HTMLElement {
  if (heading.localName !== "summary" && !heading.hasAttribute("tabindex")) heading.tabIndex = -1;
  return heading;
}

/** Brings the focus to the heading of the view that is shown, to be read from there. */
export function focusView(): void {
  const heading = document.querySelector<HTMLElement>("#view h1");
  if (heading) ready(heading).focus({ preventScroll: true });
  scrollTo(0, 0);
}
