/** Seconds that pass also while nobody looks at the page. */

const wanted = new Set<() => void>();
let running = false;

/** Calls once a second from now on. */
export function eachSecond(tick: () => void): void {
  wanted.add(tick);
  if (running) return;
  running = true;
  const all = () => {
    for (const one of wanted) one();
  };
  try {
    const worker = new Worker(new URL("./ticker.ts", import.meta.url), { type: "module" });
    worker.onmessage = all;
    worker.onerror = () => {
      worker.terminate();
      setInterval(all, 1000);
    };
  } catch {
    setInterval(all, 1000);
  }
}
