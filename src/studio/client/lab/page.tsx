/** The lab: statements of the talk as pictures with adjustable knobs. */
import { formatCount } from '../../../draw/index.ts';
import type { JSX } from 'preact';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import {
  cursorValue,
  partOf,
  type PointsPart,
  presets,
  type ProgressPart,
  type View,
  views,
} from '../../lab/index.ts';
import { place } from '../location.ts';
import { Failure } from '../parts/notes.tsx';
import '../styles/lab.css';
import { data, isOld, keepComputing, phase, shown } from './computing.ts';
import { Controls } from './controls.tsx';
import { Formula } from './formula.tsx';
import { labEngine } from './lab-engine.ts';
import { LabPicture, SaveMenu } from './lab-picture.tsx';
import { addressProblem, preset, presetHref, s, state, t, turn } from './lab-state.ts';
import { KeyNumber, Numbers } from './numbers.tsx';
import { PlaySlider } from './play-slider.tsx';
import { Repeat } from './repeat.tsx';

export function LabPage(): JSX.Element {
  // Starts the request before the formulas are rendered, which takes longer than the request.
  useLayoutEffect(() => keepComputing(labEngine()), []);
  const { title, formula, look } = preset.value;
  return (
    <div class="lab">
      <PresetList />
      <section class="lab-main" aria-labelledby="lab-title">
        <header class="lab-head">
          <h1 id="lab-title">{title}</h1>
          <Formula tex={formula} display />
          <p>{look}</p>
        </header>
        {addressProblem.value !== undefined && <Failure text={addressProblem.value} />}
        <Sliders />
        <KeyNumber />
        <Refusal />
        <LabPicture />
        <div class="lab-line">
          <PhaseLine />
          {shown.value && <SaveMenu />}
        </div>
        <Numbers />
        <Repeat />
      </section>
      <aside class="lab-side" aria-label="Settings">
        <Controls />
      </aside>
    </div>
  );
}

function PresetList(): JSX.Element {
  const list = useRef<HTMLElement>(null);
  // On a narrow page, the list is a scrolling row.
  useEffect(() => {
    const current = list.current?.querySelector<HTMLElement>('[aria-current]');
    const row = current?.closest('ol');
    if (current && row) row.scrollLeft = current.offsetLeft - row.offsetLeft - 12;
  }, [preset.value.name]);
  return (
    <nav class="lab-presets" aria-label="Statements of the talk" ref={list}>
      <ol>
        {presets.map(({ name, title }) => (
          <li key={name}>
            <a href={presetHref(name)} aria-current={name === preset.value.name ? 'page' : undefined}>
              {title}
            </a>
          </li>
        ))}
      </ol>
    </nav>
  );
}

const depthSlider: NonNullable<View['slider']> = { label: 'depth', words: (t) => `t = ${t.toFixed(2)}` };

function Sliders(): JSX.Element {
  const { view, steps } = state.value;
  const { knobs, slider = depthSlider } = views[view];
  const { path } = place.value;
  return (
    // Playing ends with its preset.
    <div class="lab-sliders" key={preset.value.name}>
      {knobs.includes('s') && (
        <PlaySlider
          label="training"
          value={s}
          words={(value) => `step ${formatCount(value * steps)}`}
          onMove={(value) => {
            turn({ s: cursorValue(value) }, path);
          }}
        />
      )}
      {knobs.includes('t') && (
        <PlaySlider
          label={slider.label}
          value={t}
          words={(value) => slider.words(value, state.value)}
          onMove={(value) => {
            turn({ t: cursorValue(value) }, path);
          }}
        />
      )}
    </div>
  );
}

/** Says, above the picture, why it is missing or incomplete. */
function Refusal(): JSX.Element | null {
  const now = phase.value;
  if (now.is !== 'failed') return null;
  const points = partOf<PointsPart>(data.value, 'points');
  return (
    <Failure
      text={isOld.value && points ? `${now.error}. The picture shows the previous settings.` : now.error}
    />
  );
}

/** The progress of the computation, announced when it ends. */
function PhaseLine(): JSX.Element {
  const now = phase.value;
  if (now.is === 'failed') return <p class="phase">Not computed</p>;
  const progress = partOf<ProgressPart>(data.value, 'progress');
  return (
    <p class="phase" role="status">
      {now.is === 'done'
        ? `Computed in ${now.milliseconds < 1000 ? `${Math.round(now.milliseconds)} ms` : `${(now.milliseconds / 1000).toFixed(1)} s`}`
        : progress
          ? `${progress.doing}: ${progress.done} of ${progress.of}`
          : 'Computing …'}
    </p>
  );
}
