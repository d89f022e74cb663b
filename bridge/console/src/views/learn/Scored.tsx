/** The score of a round, and what this browser has kept. */

import type { Results, Score } from "./results.ts";
import { type Answer, right } from "./round.ts";
import { titled } from "./words.ts";

export function Scored({ answers }: { readonly answers: readonly Answer[] }) {
  return (
    <section class="stack" aria-labelledby="learn-score">
      <h2 id="learn-score" tabIndex={-1}>
        Your score: {right(answers)} of {answers.length}
      </h2>
      <ul class="learn-answers">
        {answers.map(({ sound, said }) => (
          <li key={sound}>
            {titled(sound)}: {sound === said ? "right" : `wrong, you said ${titled(said)}`}
          </li>
        ))}
      </ul>
    </section>
  );
}

export function Kept({ results }: { readonly results: Results }) {
  const last = results.rounds.at(-1);
  const best = results.rounds.reduce((most, done) => Math.max(most, share(done)), 0);
  return (
    <>
      {last ? (
        <p>
          {results.rounds.length === 1 ? "One round" : `${results.rounds.length} rounds`}; the last: {last.right} of{" "}
          {last.asked}; the best: {Math.round(100 * best)} %.
        </p>
      ) : (
        <p>No round yet.</p>
      )}
      {last ? (
        <div class="table-wrap">
          <table>
            <caption>How often each sound was named right</caption>
            <thead>
              <tr>
                <th scope="col">Sound</th>
                <th scope="col">Right</th>
                <th scope="col">Asked</th>
              </tr>
            </thead>
            <tbody>
              {Object.entries(results.sounds)
                .sort(([, one], [, other]) => share(one) - share(other))
                .map(([name, score]) => (
                  <tr key={name}>
                    <th scope="row">{titled(name)}</th>
                    <td>{score.right}</td>
                    <td>{score.asked}</td>
                  </tr>
                ))}
            </tbody>
          </table>
        </div>
      ) : null}
    </>
  );
}

function share({ right, asked }: Score): number {
  return asked ? right / asked : 0;
}
