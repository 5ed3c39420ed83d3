/** Interleaved spiral arms, which neither a line nor a small net separates. */
import type { DrawPoint } from './classified.ts';

/** Turns of each arm about the origin. */
const turns = 1;
const innerRadius = 0.1;

/** Arm c is at angle 2 pi (turns s + c / classes) and radius growing to 1, for s uniform in [0, 1). */
export const drawSpiral =
  (classes: number): DrawPoint =>
  (label, random) => {
    const along = random.uniform();
    const radius = innerRadius + (1 - innerRadius) * along;
    const angle = 2 * Math.PI * (turns * along + label / classes);
    return [radius * Math.cos(angle), radius * Math.sin(angle)];
  };
