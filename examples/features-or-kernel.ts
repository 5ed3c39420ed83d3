/** XOR of two of sixteen coordinates: a trained mean-field network, compared with its linearisation, the tangent kernel. */
import {
  bottleneck,
  energy,
  gaussian,
  gridMeasure,
  independentSlices,
  kernelRidge,
} from 'meanfield/mean-field';
import { tangentKernel, tangentKernelSize, twoLayer, wassersteinFlow } from 'meanfield/mean-field';
import { Generator, ops, scope } from 'meanfield/tensor';

// The scope frees the tensors created in it.
scope(() => {
  const generator = new Generator(1);
  const [d, samples] = [16, 160];
  const draw = (count: number) => {
    const inputs = ops.sign(ops.addScalar(generator.uniform([count, d], 'f64'), -0.5));
    const targets = ops.mul(ops.sliceDim(inputs, 1, 0, 1), ops.sliceDim(inputs, 1, 1, 2));
    return { inputs, targets, readout: ops.full([1, d], 1 / Math.sqrt(d), 'f64') };
  };
  const [train, test] = [draw(samples), draw(1000)];
  const family = twoLayer(bottleneck('relu'));
  const blocks = (count: number) =>
    gridMeasure(independentSlices(gaussian(0.5), generator, 1, count, family.parameterCount(d), 'f64'));

  const trained = wassersteinFlow(train, family, blocks(256), { ds: 0.2, maxSteps: 2000, targetLoss: 1e-3 });
  const wide = blocks(2048);
  const { rows, bytes } = tangentKernelSize(train, family, wide);
  const kernel = tangentKernel(train, family, wide);
  const cross = ops.transpose(tangentKernel(train, family, wide, { against: test.inputs }), 0, 1);
  const error = ops.sub(kernelRidge(kernel, train.targets)(cross, 1e-3), test.targets);
  process.stdout.write(
    `kernel of ${rows} rows, about ${(bytes / 2 ** 20).toFixed(0)} MiB\n` +
      `test error: trained ${(2 * energy(test, family, trained.measure)).toFixed(3)}, ` +
      `kernel ${ops.mean(ops.mul(error, error)).item().toFixed(3)}\n`,
  );
});
