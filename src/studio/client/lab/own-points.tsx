/** One's own points: typed, pasted, or from a file. */
import type { JSX } from 'preact';
import { useId, useState } from 'preact/hooks';
import { parseOwnPoints } from '../../lab/csv.ts';
import { knobs } from '../../lab/knobs.ts';
import { messageOf } from '../parts/loaded.ts';
import { Failure } from '../parts/notes.tsx';
import { state, turn } from './lab-state.ts';

export function OwnPoints(): JSX.Element {
  const id = useId();
  const [problem, setProblem] = useState<string | undefined>(undefined);
  const take = (text: string): void => {
    if (text.length > knobs.csv.maxLength) {
      setProblem(
        `these are ${text.length} characters, the lab takes ${knobs.csv.maxLength}: ${knobs.csv.why}`,
      );
      return;
    }
    try {
      parseOwnPoints(text);
      setProblem(undefined);
      turn({ csv: text });
    } catch (error) {
      setProblem(messageOf(error));
    }
  };
  return (
    <div class="own-points">
      <label for={id}>{knobs.csv.label}</label>
      <textarea
        id={id}
        rows={7}
        spellcheck={false}
        value={state.value.csv}
        aria-describedby={`${id}-help`}
        onChange={(event) => {
          take(event.currentTarget.value);
        }}
      />
      <p id={`${id}-help`} class="hint">
        {knobs.csv.help}
      </p>
      <input
        type="file"
        accept=".csv,text/csv,text/plain"
        aria-label="read own points from a file"
        onChange={(event) => {
          const file = event.currentTarget.files?.[0];
          if (file) void file.text().then(take);
        }}
      />
      {problem !== undefined && <Failure text={problem} />}
    </div>
  );
}
