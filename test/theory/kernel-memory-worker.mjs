// For each family, prints the peak resident memory of a tangent kernel above the baseline, and the estimate.
import { readFileSync, writeFileSync } from 'node:fs';
import { bottleneck, branchFamily, customFamily, gridMeasure, matrix } from 'meanfield/mean-field';
import { tangentKernel, tangentKernelSize, twoLayer } from 'meanfield/mean-field';
import { Generator, ops, scope } from 'meanfield/tensor';

const status = (name) =>
  1024 * Number(new RegExp(`${name}:\\s+(\\d+)`).exec(readFileSync('/proc/self/status', 'utf8'))[1]);

const sine = customFamily({
  parameterCount: 12,
  batched: true,
  value: (x, theta) =>
    ops.mul(ops.sin(ops.mul(x, ops.sliceDim(theta, 2, 0, 1))), ops.sliceDim(theta, 2, 1, 2)),
});
const branch = branchFamily({
  stateShape: [16],
  parameters: { w: [16, 16], b: [16] },
  value: (x, { w, b }) => ops.tanh(ops.add(ops.mm(x, w), b)),
});

const square = { samples: 500, d: 4, outputs: 2, particles: 80, slices: 2 };
const cases = {
  'bottleneck tanh': [bottleneck('tanh'), square],
  'bottleneck gelu, f32': [bottleneck('gelu'), { ...square, dtype: 'f32' }],
  'bottleneck erf, many particles': [bottleneck('erf'), { ...square, outputs: 1, particles: 1500 }],
  'bottleneck relu against others': [bottleneck('relu'), { ...square, others: 900 }],
  'matrix tanh': [matrix('tanh'), square],
  'matrix softplus against others': [matrix('softplus'), { ...square, outputs: 1, others: 1500 }],
  'matrix gelu, deep': [matrix('gelu'), { samples: 400, d: 24, outputs: 1, particles: 4, slices: 100 }],
  'two-layer': [twoLayer(bottleneck('softplus')), square],
  'own, batched': [sine, { ...square, outputs: 1, slices: 1, particles: 200 }],
  'own, batched, signed': [sine, { ...square, outputs: 1, slices: 1, particles: 200, signed: true }],
  'own, against others': [sine, { ...square, outputs: 1, slices: 1, others: 700, particles: 100 }],
  branch: [branch, { samples: 500, d: 16, outputs: 1, particles: 12, slices: 1 }],
};
// Many small tensors: malloc keeps their memory after they are freed.
const fragmented = {
  'bottleneck, small and deep, f32': [
    bottleneck('tanh'),
    { samples: 60, d: 20, outputs: 20, particles: 64, slices: 200, dtype: 'f32' },
  ],
  'matrix, small and deep': [matrix('tanh'), { samples: 100, d: 20, outputs: 10, particles: 8, slices: 200 }],
};

function build(family, { samples, others, d, outputs, particles, slices, dtype = 'f64', signed = false }) {
  const generator = new Generator(1);
  const draw = (...shape) => generator.normal(shape, dtype);
  const weight = signed ? draw(slices, particles) : ops.full([slices, particles], 1 / particles, dtype);
  return [
    { inputs: draw(samples, d), targets: draw(samples, outputs), readout: draw(outputs, d) },
    family,
    gridMeasure(draw(slices, particles, family.parameterCount(d)), { weight, signed }),
    others ? { against: draw(others, d) } : {},
  ];
}

/** A case of `fragmented`, in a process of its own; without a name, all of `cases`. */
const [, , wanted] = process.argv;
const chosen = wanted === undefined ? cases : { [wanted]: fragmented[wanted] };

const results = Object.entries(chosen).map(([name, [family, sizes]]) =>
  scope(() => {
    const few = { ...sizes, samples: 2, particles: 2, slices: 1, ...(sizes.others && { others: 2 }) };
    scope(() => {
      tangentKernel(...build(family, few));
    });
    const given = build(family, sizes);
    globalThis.gc();
    // Resets the peak memory of this process.
    writeFileSync('/proc/self/clear_refs', '5');
    const before = status('VmRSS');
    scope(() => {
      tangentKernel(...given);
    });
    return { name, peak: status('VmHWM') - before, bytes: tangentKernelSize(...given).bytes };
  }),
);
process.stdout.write(JSON.stringify(results));
