/** The Depth tab: blocks as beads that move during training, with a slider through time. */
import { formatCount, type Theme } from '../../../draw/index.ts';
import { computed } from '@preact/signals';
import type { JSX } from 'preact';
import { useMemo, useRef } from 'preact/hooks';
import type { SwapRecord } from '../../../runs/index.ts';
import { useMemoizer } from '../charts/memoizer.ts';
import { nearest } from '../../../pictures/index.ts';
import { ChartCanvas } from '../charts/chart-canvas.tsx';
import { amend, place } from '../location.ts';
import { ChartHead } from '../parts/chart-head.tsx';
import { Button } from '../parts/controls.tsx';
import { Empty, Waiting } from '../parts/notes.tsx';
import { usePlaying } from '../parts/play.ts';
import { pictureItems, type Table } from '../parts/save.ts';
import { count } from '../parts/words.ts';
import { numberOf } from '../routes.ts';
import type { FollowedData } from '../runs/run-data.ts';
import { theme } from '../theme.ts';
import { stageMarks, stagePicture, type StageScene, stageScene } from './stage-picture.ts';
import { beadWords, stageNames, swapsBetween, type Timeline, timelineOf } from './timeline.ts';

const at = computed(() => numberOf(place.value.query.at));

/** Playback time of the whole training, in ms. */
const playFor = 14_000;

export function DepthTab({ run }: { readonly run: FollowedData }): JSX.Element {
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
            ? 'The blocks of a vanilla net have no trained position in depth: all step sizes stay 1. The other schemes train them.'
            : 'They appear after the first recorded step.'}
        </p>
      </Empty>
    );
  return <Depth run={run} steps={curves.step} timelines={timelines} />;
}

function Depth({
  run,
  steps,
  timelines,
}: {
  readonly run: FollowedData;
  readonly steps: readonly number[];
  readonly timelines: readonly Timeline[];
}): JSX.Element {
  const last = steps.length - 1;
  const point = at.value === undefined ? last : nearest(steps, at.value);
  const goTo = (to: number): void => {
    const clamped = Math.min(Math.max(to, 0), last);
    // At the last point, the view follows a growing run.
    amend({ at: clamped === last ? undefined : String(steps[clamped]) }, ['run', run.id, 'depth']);
  };
  const { playing, toggle, stop } = usePlaying({
    playFor,
    from: () => (last > 0 ? point / last : 1),
    move: (to) => {
      goTo(Math.round(to * last));
    },
  });
  const seek = (to: number): void => {
    stop();
    goTo(to);
  };
  const words = `step ${formatCount(steps[point])} of ${formatCount(steps[last])}`;
  return (
    <>
      <div class="time">
        <Button icon={playing ? 'pause' : 'play'} onClick={toggle}>
          {playing ? 'Pause' : 'Play'}
        </Button>
        <input
          type="range"
          aria-label="Training step"
          min={0}
          max={last}
          step={1}
          value={point}
          aria-valuetext={words}
          onInput={(event) => {
            seek(Number(event.currentTarget.value));
          }}
        />
        <output>{words}</output>
      </div>
      <div class="stages">
        {timelines.map((timeline) => (
          <StageFigure
            key={timeline.stage}
            timeline={timeline}
            point={point}
            swaps={run.swaps.value}
            onSeek={seek}
          />
        ))}
      </div>
      <p class="caption">
        Each bead is a block at its depth τ, coloured and numbered in creation order; the width of the bar
        before it is its step size h. Below, time runs downwards: each trail is the path of a block, and rings
        mark swaps. This run has {count(run.swapTotal.value, 'swap')}.
      </p>
    </>
  );
}

function StageFigure({
  timeline,
  point,
  swaps,
  onSeek,
}: {
  readonly timeline: Timeline;
  readonly point: number;
  readonly swaps: readonly SwapRecord[];
  /** Called with a point of the timeline. */
  readonly onSeek: (point: number) => void;
}): JSX.Element {
  const keep = useMemoizer<StageScene>();
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
    onSeek(nearest(steps, -step));
  };
  const justNow = swapsBetween(swaps, stage, steps[point - 1] ?? 0, steps[point] ?? 0).length;
  return (
    <figure class="chart">
      <ChartHead
        title={stage}
        note={`${count(particles, 'block')}, ${count(mine.length, 'swap')}`}
        save={pictureItems(
          `tau-${stage}`,
          () => stagePicture(timeline, swaps, point, 640, 460, theme.value),
          table,
        )}
      />
      <div class="depth-picture" onPointerDown={seek} onPointerMove={seek}>
        <ChartCanvas
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
