/** The exponential moving average of a net's weights, as timm's ModelEmaV3 computes it without warm-up. */
import { checkNumber } from '../check.ts';
import type { CifarResNet } from '../models/index.ts';
import { noGrad, ops, scope, type Tensor } from '../tensor/index.ts';
import { checkNet } from './check-net.ts';

const tensorsOf = ({ parameters, buffers }: CifarResNet): Tensor[] => [
  ...parameters.values(),
  ...buffers.values(),
];

export class WeightAverage {
  /**
   * The net of averages, with the schedule of the averaged net. A particle is averaged as a whole: theta, its batch-norm
   * statistics, and its depth coordinates. Their feasible sets are convex, so averages are feasible; blocks act in the
   * order of their averaged tau.
   */
  readonly net: CifarResNet;
  readonly #decay: number;
  readonly #averages: readonly Tensor[];

  /**
   * @param net - receives the averages: of the same model, and owned by this object
   * @param decay - weight d of the past in e <- d e + (1 - d) w
   * @throws UsageError for a decay outside (0, 1)
   */
  constructor(net: CifarResNet, decay: number) {
    checkNet(net);
    this.net = net;
    this.#decay = checkNumber('ema', decay, { above: 0, below: 1 });
    this.#averages = tensorsOf(net);
  }

  /** Starts at the weights of a net. */
  startAt(net: CifarResNet): void {
    this.#change((averages) => {
      tensorsOf(net).forEach((one, i) => {
        ops.copy_(averages[i]!, one);
      });
    });
  }

  /** Call after every update of the net: e <- d e + (1 - d) w. */
  follow(net: CifarResNet): void {
    this.#change((averages) => {
      ops.foreachMulScalar_(averages, this.#decay);
      ops.foreachAdd_(averages, tensorsOf(net), 1 - this.#decay);
    });
  }

  #change(body: (averages: readonly Tensor[]) => void): void {
    noGrad(() => {
      scope(() => {
        body(this.#averages);
      });
    });
    // Rounding may leave the feasible set; the order follows from the averages.
    for (const { schedule } of this.net.stages.values()) schedule.projectAndSort();
  }
}
