/** The depth of a run: blocks as beads that move as training goes, with a slider through time. */
import { computed, signal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import type { SwapRecord } from '../../../runs/index.ts';
import type { Theme } from '../../draw/index.ts';
import { useKept } from '../charts/kept.ts';
import { nearest } from '../charts/smooth.ts';
import { Stage } from '../charts/stage.tsx';
import { amend, place } from '../location.ts';
import { Button, Menu } from '../parts/controls.tsx';
import { reducedMotion } from '../parts/media.ts';
import { Empty, Waiting } from '../parts/notes.tsx';
import { pictureItems, type Table } from '../parts/save.ts';
import { count, formatCount } from '../parts/words.ts';
import { numberOf } from '../routes.ts';
import type { RunData } from '../runs/run-data.ts';
import { theme } from '../theme.ts';
import { stageMarks, stagePicture, type StageScene, stageScene } from './stage-picture.ts';
import { beadWords, stageNames, swapsBetween, type Timeline, timelineOf } from './timeline.ts';

const at = computed(() => numberOf(place.value.query.at));
const playing = signal(false);

/** The whole training in so many ms. */
const playFor = 14_000;
const stillEvery = 700;

export function DepthTab({ run }: { readonly run: RunData }): JSX.Element {
  const [detail, curves] = [run.detail.value, run.curves.value];
  const reorder = detail?.config?.reorder !== false;
  const timelines = useMemo(
    () => (curves ? stageNames(curves).flatMap((stage) => timelineOf(curves, stage, reorder) ?? []) : []),
    [curves, reorder],
  );
  if (!detail || !curves) return <Waiting what="the depth coordinates" />;
  if (!timelines.length)
    return (
      <Empty title="No depth coordinates">
        <p>
          {detail.row.scheme === 'vanilla'
            ? 'The blocks of a vanilla net have no position in depth: all step sizes are 1 and stay so. Runs with the schemes mean-field, intervals or learned-step have this view.'
            : 'They appear with the first step that the run records.'}
        </p>
      </Empty>
    );
  const { step: steps } = curves;
  const point = at.value === undefined ? steps.length - 1 : nearest(steps, at.value);
  return (
    <>
      <Time steps={steps} point={point} />
      <div class="stages">
        {timelines.map((timeline) => (
          <StageFigure key={timeline.stage} timeline={timeline} point={point} swaps={run.swaps.value} />
        ))}
      </div>
      <p class="caption">
        Each bead is a block at its depth τ, coloured and numbered by its creation; the bar before it is as
        wide as its step size h. Beneath, time runs down: each trail is the way that a block has come, rings
        are changes of order. {count(run.swapTotal.value, 'change')} of order in this run.
      </p>
    </>
  );
}

const goTo = (steps: readonly number[], point: number): void => {
  const clamped = Math.min(Math.max(point, 0), steps.length - 1);
  // At the end the view follows a run that grows.
  amend({ at: clamped === steps.length - 1 ? undefined : String(steps[clamped]) });
};

function Time({ steps, point }: { readonly steps: readonly number[]; readonly point: number }): JSX.Element {
  const last = steps.length - 1;
  const latest = useRef({ steps, point });
  latest.current = { steps, point };
  useEffect(() => {
    if (!playing.value) return;
    let before = performance.now();
    let position = latest.current.point >= last ? 0 : latest.current.point;
    let frame = 0;
    const tick = (now: number): void => {
      const { steps: all } = latest.current;
      const end = all.length - 1;
      const still = reducedMotion.peek();
      if (!still || now - before >= stillEvery) {
        position += still ? Math.max(end / 20, 1) : ((now - before) / playFor) * end;
        before = now;
        if (position >= end) playing.value = false;
        goTo(all, Math.round(Math.min(position, end)));
      }
      if (playing.peek()) frame = requestAnimationFrame(tick);
    };
    frame = requestAnimationFrame(tick);
    return () => {
      cancelAnimationFrame(frame);
    };
  }, [playing.value]);
  useEffect(
    () => () => {
      playing.value = false;
    },
    [],
  );
  const words = `step ${formatCount(steps[point])} of ${formatCount(steps[last])}`;
  return (
    <div class="time">
      <Button
        icon={playing.value ? 'pause' : 'play'}
        onClick={() => {
          playing.value = !playing.value;
        }}
      >
        {playing.value ? 'pause' : 'play'}
      </Button>
      <input
        type="range"
        aria-label="time in training"
        min={0}
        max={last}
        step={1}
        value={point}
        aria-valuetext={words}
        onInput={(event) => {
          playing.value = false;
          goTo(steps, Number(event.currentTarget.value));
        }}
      />
      <output>{words}</output>
    </div>
  );
}

function StageFigure({
  timeline,
  point,
  swaps,
}: {
  readonly timeline: Timeline;
  readonly point: number;
  readonly swaps: readonly SwapRecord[];
}): JSX.Element {
  const keep = useKept<StageScene>();
  const latest = useRef<StageScene | undefined>(undefined);
  const scene = (width: number, height: number, colours: Theme): StageScene =>
    (latest.current = keep([timeline, swaps, width, height, colours], () =>
      stageScene(timeline, swaps, width, height, colours),
    ));
  const { stage, steps, particles } = timeline;
  const beads = timeline.beads[point] ?? [];
  const mine = swaps.filter((swap) => swap.stage === stage);
  const table = (): Table => ({
    header: ['step', 'place', 'block', 'depth', 'h'],
    rows: timeline.beads.flatMap((all, i) =>
      all.map((bead, l) => [steps[i], l + 1, bead.particle + 1, bead.at, bead.width]),
    ),
  });
  const seek = (event: PointerEvent): void => {
    if (event.buttons !== 1 || !latest.current) return;
    const [, step] = latest.current.plot.invert(0, event.offsetY);
    playing.value = false;
    goTo(steps, nearest(steps, -step));
  };
  const justNow = swapsBetween(swaps, stage, steps[point - 1] ?? 0, steps[point] ?? 0).length;
  return (
    <figure class="chart">
      <div class="chart-head">
        <h3>{stage}</h3>
        <span class="quiet">
          {count(particles, 'block')}, {count(mine.length, 'change')} of order
        </span>
        <div class="chart-tools">
          <Menu
            label=""
            hiddenLabel={`save ${stage}`}
            icon="save"
            items={pictureItems(
              `tau-${stage}`,
              () => stagePicture(timeline, swaps, point, 640, 460, theme.value),
              table,
            )}
          />
        </div>
      </div>
      <div class="depth-picture" onPointerDown={seek} onPointerMove={seek}>
        <Stage
          height={() => 400}
          draw={(width, height, colours) => scene(width, height, colours).picture}
          over={(width, height, colours) =>
            stageMarks(timeline, scene(width, height, colours), point, swaps, colours)
          }
        />
      </div>
      <figcaption data-stage={stage} data-swapped={justNow > 0}>
        {beadWords(beads)}
      </figcaption>
    </figure>
  );
}
