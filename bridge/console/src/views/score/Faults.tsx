/** What is wrong with the draft, each to be gone to. */

import type { Fault } from "./api.ts";

interface FaultsProps {
  readonly id: string;
  /** Null: not known yet. */
  readonly faults: readonly Fault[] | null;
  readonly go: (fault: Fault) => void;
}

export function Faults({ id, faults, go }: FaultsProps) {
  return (
    <div class="score-faults">
      <p id={id} role="status">
        {counted(faults)}
      </p>
      {faults?.length ? (
        <ul aria-label="Faults">
          {faults.map((fault) => (
            <li key={JSON.stringify(fault)}>
              <button type="button" class="button quiet score-fault" onClick={() => go(fault)}>
                <strong>Line {fault.line}</strong> {fault.key ? `${fault.key}: ` : ""}
                {fault.message}
              </button>
            </li>
          ))}
        </ul>
      ) : null}
    </div>
  );
}

function counted(faults: readonly Fault[] | null): string {
  if (faults === null) return "Checking …";
  if (faults.length === 0) return "No faults.";
  return faults.length === 1 ? "One fault." : `${faults.length} faults.`;
}
