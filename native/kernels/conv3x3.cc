// 3 x 3 convolutions with padding 1 on channels-last CPU tensors, y = relu(x * weight + bias + add). One load of x
// serves three columns of the kernel; weight gradients accumulate in registers along a row. Under autocast the weight
// is rounded while it is packed, and its gradient is never rounded. Images are divided into fixed parts, so that the
// result does not depend on the number of threads. The fallback is libtorch's convolution; it also handles what the
// loops do not: other devices, CPUs and layouts, and channels that do not fill vectors.
#include <algorithm>
#include <vector>

#include <ATen/Parallel.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/convolution.h>
#include <ATen/ops/convolution_backward.h>
#include <ATen/ops/empty.h>
#include <torch/csrc/autograd/custom_function.h>

#include "../autocast.h"
#include "../operators.h"
#include "../optional-tensor.h"
#include "conv3x3-jobs.h"
#include "cpu.h"
#include "typed.h"

namespace meanfield::conv3x3 {
namespace {

constexpr int64_t kParts = 16;          // maximum parts of the images, each with its own sums
constexpr int64_t kPartials = 1 << 17;  // total size of those sums, so that they stay in cache

template <typename T>
const LoopsOf<T, Compute<T>>& loops() {
#if defined(__x86_64__)
  if constexpr (std::is_same_v<T, double>) return avx512_loops.f64;
  if constexpr (std::is_same_v<T, float>) return avx512_loops.f32;
  if constexpr (std::is_same_v<T, uint16_t>) return avx512_bf16_loops;
#else
  TORCH_INTERNAL_ASSERT(false, "no loops for this CPU");
#endif
}

// Scratch memory for one call, kept by its thread: small blocks allocated between large ones would leave holes too
// small for the next large one.
enum Use { kPacked, kSums, kScratch, kUses };
template <typename T>
T* workspace(Use use, int64_t entries) {
  static thread_local std::vector<char> memory[kUses];
  std::vector<char>& mine = memory[use];
  const size_t bytes = entries * sizeof(T) + 64;
  if (mine.size() < bytes) mine.resize(bytes);
  const auto at = reinterpret_cast<uintptr_t>(mine.data());
  return reinterpret_cast<T*>((at + 63) / 64 * 64);
}

struct After {
  OptionalTensor bias, add;
  bool relu;
};

// The convolution with `weight`, or with its transpose: then x is the gradient of the result, and y that of the input.
template <typename T>
at::Tensor convolve(const at::Tensor& x, const at::Tensor& weight, bool transposed, const After& after) {
  using A = Compute<T>;
  const int64_t in = x.size(1), out = weight.size(transposed ? 1 : 0), height = x.size(2), width = x.size(3);
  T* packed = workspace<T>(kPacked, 9 * in * out);
  loops<T>().pack(PackJob<T, A>{in, out, data<A>(weight), transposed, packed});
  const std::vector<T> zeros(in, T(0));
  at::Tensor y = at::empty({x.size(0), out, height, width}, x.options(), at::MemoryFormat::ChannelsLast);
  const ForwardJob<T, A> job{height,
                             width,
                             in,
                             out,
                             data<T>(x),
                             packed,
                             zeros.data(),
                             after.bias ? data<A>(*after.bias) : nullptr,
                             after.add ? data<T>(*after.add) : nullptr,
                             after.relu,
                             data<T>(y)};
  at::parallel_for(0, x.size(0), 1, [&](int64_t from, int64_t to) { loops<T>().forward(job, from, to); });
  return y;
}

template <typename T>
at::Tensor weight_gradient(const at::Tensor& x, const at::Tensor& dy, int64_t stride, const at::Tensor& weight) {
  using A = Compute<T>;
  constexpr int64_t lanes = kLanes<T>;
  const int64_t in = x.size(1), out = dy.size(1), batch = x.size(0), size = 9 * in * out, vectors = in / lanes;
  const int64_t parts = std::min(batch, std::clamp<int64_t>(kPartials / size, 2, kParts));
  const int64_t threads = at::get_num_threads();
  const int64_t groups = std::min(vectors, (threads + parts - 1) / parts);
  A* sums = workspace<A>(kSums, parts * size);
  std::fill_n(sums, parts * size, A(0));
  WeightJob<T, A> job{dy.size(2), dy.size(3), stride, x.size(2), x.size(3), in, out, data<T>(x), data<T>(dy), nullptr, nullptr};
  const int64_t scratch = loops<T>().scratch(job);
  at::parallel_for(0, parts * groups, 1, [&](int64_t begin, int64_t end) {
    for (int64_t task = begin; task < end; ++task) {
      const int64_t part = task / groups, group = task % groups;
      WeightJob<T, A> mine = job;
      mine.scratch = workspace<T>(kScratch, scratch);
      mine.sums = sums + part * size;
      loops<T>().weight(mine, batch * part / parts, batch * (part + 1) / parts, vectors * group / groups,
                        vectors * (group + 1) / groups);
    }
  });
  at::Tensor dweight = at::empty({out, in, 3, 3}, weight.options(), at::MemoryFormat::ChannelsLast);
  A* to = data<A>(dweight);
  const A* from = sums;
  for (int64_t vector = 0; vector < vectors; ++vector)
    for (int64_t row = 0; row < 3; ++row)
      for (int64_t block = 0; block < out; block += 8)
        for (int64_t column = 0; column < 3; ++column)
          for (int64_t o = block; o < block + 8; ++o, from += lanes) {
            A* at = to + ((o * 3 + row) * 3 + column) * in + vector * lanes;
            for (int64_t lane = 0; lane < lanes; ++lane) {
              A sum = from[lane];
              for (int64_t part = 1; part < parts; ++part) sum += from[part * size + lane];
              at[lane] = sum;
            }
          }
  return dweight;
}

// Whether the loops support the arguments.
bool allowed(const at::Tensor& x, const at::Tensor& weight) {
  const auto type = x.scalar_type();
  if (!fused_kernels() || !x.is_cpu() || !weight.is_cpu() || x.dim() != 4 || weight.dim() != 4 || x.numel() == 0) return false;
  if (cpu_kind() != Cpu::kAvx512 || (type == at::kBFloat16 && !cpu_multiplies_bf16())) return false;
  if (type != at::kDouble && type != at::kFloat && type != at::kBFloat16) return false;
  if (weight.scalar_type() != (type == at::kDouble ? at::kDouble : at::kFloat)) return false;
  if (weight.size(1) != x.size(1) || weight.size(2) != 3 || weight.size(3) != 3) return false;
  const int64_t lanes = type == at::kDouble ? 8 : 16;
  return x.is_contiguous(at::MemoryFormat::ChannelsLast) && x.size(1) % lanes == 0 && weight.size(0) % lanes == 0;
}
// Whether the loops also compute the convolution itself and its gradient with respect to x.
bool convolves(const at::Tensor& x, int64_t stride) { return stride == 1 && x.size(3) % 8 == 0; }
bool sums_weight(const at::Tensor& x, int64_t stride) {
  if (stride == 1) return x.size(3) % 2 == 0;
  return stride == 2 && x.size(2) % 2 == 0 && x.size(3) % 4 == 0;
}

class Function : public torch::autograd::Function<Function> {
 public:
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& x, const at::Tensor& weight,
                            int64_t stride) {
    const at::AutoDispatchBelowAutograd below;
    const c10::impl::ExcludeDispatchKeyGuard exact(c10::autocast_dispatch_keyset);
    context->save_for_backward({x, weight});
    context->saved_data["stride"] = stride;
    context->saved_data["dx"] = x.requires_grad();
    context->saved_data["dweight"] = weight.requires_grad();
    if (convolves(x, stride))
      return by_type(x, [&](auto type) { return convolve<decltype(type)>(x, weight, false, {}); });
    return at::convolution(x, weight.to(x.scalar_type()), {}, stride, 1, 1, false, 0, 1);
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::variable_list gradients) {
    const at::AutoDispatchBelowAutograd below;
    const c10::impl::ExcludeDispatchKeyGuard exact(c10::autocast_dispatch_keyset);
    const auto saved = context->get_saved_variables();
    const at::Tensor &x = saved[0], &weight = saved[1];
    const int64_t stride = context->saved_data["stride"].toInt();
    const at::Tensor dy = gradients[0].to(x.scalar_type()).contiguous(at::MemoryFormat::ChannelsLast);
    at::Tensor dx, dweight;
    if (context->saved_data["dweight"].toBool())
      dweight = by_type(x, [&](auto type) { return weight_gradient<decltype(type)>(x, dy, stride, weight); });
    if (context->saved_data["dx"].toBool())
      dx = convolves(x, stride)
               ? by_type(x, [&](auto type) { return convolve<decltype(type)>(dy, weight, true, {}); })
               : std::get<0>(at::convolution_backward(dy, x, weight.to(x.scalar_type()), c10::nullopt, {stride, stride},
                                                      {1, 1}, {1, 1}, false, {0, 0}, 1, {true, false, false}));
    return {dx, dweight, at::Tensor()};
  }
};

at::Tensor conv(const at::Tensor& input, const at::Tensor& weight, const OptionalTensor& bias, const OptionalTensor& add,
                bool relu, int64_t stride) {
  const Autocast autocast = autocast_now(false);
  const at::Tensor x = autocast.enabled && input.is_cpu() && input.scalar_type() != at::kDouble ? input.to(autocast.dtype) : input;
  const bool tracked = at::GradMode::is_enabled() && (x.requires_grad() || weight.requires_grad() || (add && add->requires_grad()) ||
                                                      (bias && bias->requires_grad()));
  const bool ours = allowed(x, weight) && (tracked ? sums_weight(x, stride) : convolves(x, stride));
  if (ours && !tracked) {
    const auto wide = weight.scalar_type();
    const After after{bias ? OptionalTensor(bias->to(wide).contiguous()) : bias,
                      add ? OptionalTensor(add->to(x.scalar_type()).contiguous(at::MemoryFormat::ChannelsLast)) : add, relu};
    const at::Tensor laid = weight.contiguous(at::MemoryFormat::ChannelsLast);
    return by_type(x, [&](auto type) { return convolve<decltype(type)>(x, laid, false, after); });
  }
  at::Tensor y = ours ? Function::apply(x, weight.contiguous(at::MemoryFormat::ChannelsLast), stride)
                      : at::conv2d(x, weight.to(x.scalar_type()), bias ? OptionalTensor(bias->to(x.scalar_type())) : bias, stride, 1);
  if (bias && ours) y = y.add_(bias->to(x.scalar_type()).view({-1, 1, 1}));
  if (add) y = y.add_(*add);
  return relu ? y.relu_() : y;
}

}  // namespace

void define(torch::Library& library) {
  library.def("conv3x3(Tensor x, Tensor weight, Tensor? bias, Tensor? add, bool relu, int stride) -> Tensor", conv);
}

}  // namespace meanfield::conv3x3
