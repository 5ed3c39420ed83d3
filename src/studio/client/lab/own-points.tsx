/** Input of the user's own points: typed, pasted, or from a file. */
import { formatCount } from '../../../draw/index.ts';
import type { JSX } from 'preact';
import { useEffect, useId, useState } from 'preact/hooks';
import { knobs, readOwnPoints } from '../../lab/index.ts';
import { messageOf } from '../parts/loaded.ts';
import { Failure } from '../parts/notes.tsx';
import { state, turn } from './lab-state.ts';

export function OwnPoints(): JSX.Element {
  const id = useId();
  const { csv } = state.value;
  /** Typed text that is not part of the state: unfinished or invalid. */
  const [draft, setDraft] = useState<string | undefined>(undefined);
  const [problem, setProblem] = useState<string | undefined>(undefined);
  /** Set if the points are a sample of a longer text, with their count. */
  const [sample, setSample] = useState<{ readonly csv: string; readonly words: string } | undefined>(
    undefined,
  );
  // The points were replaced by a preset, the URL or a file.
  useEffect(() => {
    setDraft(undefined);
    setProblem(undefined);
  }, [csv]);
  const take = (text: string): void => {
    try {
      const limits = { points: knobs.points.max, characters: knobs.csv.maxLength };
      const { csv: taken, count, of } = readOwnPoints(text, limits);
      turn({ csv: taken });
      setDraft(undefined);
      setProblem(undefined);
      setSample(
        count < of
          ? { csv: taken, words: `Showing a sample of ${formatCount(count)} of ${formatCount(of)} points.` }
          : undefined,
      );
    } catch (error) {
      setProblem(messageOf(error));
      setDraft(text);
    }
  };
  return (
    <div class="own-points">
      <label for={id}>{knobs.csv.label}</label>
      <textarea
        id={id}
        rows={7}
        spellcheck={false}
        value={draft ?? csv}
        aria-describedby={`${id}-help`}
        aria-invalid={problem !== undefined}
        onInput={(event) => {
          setDraft(event.currentTarget.value);
        }}
        onChange={(event) => {
          take(event.currentTarget.value);
        }}
      />
      {problem !== undefined && <Failure text={`${problem}. The picture shows the previous points.`} />}
      {sample?.csv === csv && problem === undefined && <p class="hint">{sample.words}</p>}
      <p id={`${id}-help`} class="hint">
        {knobs.csv.help}
      </p>
      <input
        type="file"
        accept=".csv,text/csv,text/plain"
        aria-label="Read your own points from a file"
        onChange={(event) => {
          const file = event.currentTarget.files?.[0];
          if (file) void file.text().then(take);
        }}
      />
    </div>
  );
}
