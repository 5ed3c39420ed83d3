// Batch norm for training, fused with its neighbours in a ResNet, y = relu(gamma (x - mean) / sqrt(variance + eps) +
// beta + add), in two passes over memory each way: statistics and result; sums and gradients. Rows are divided into
// fixed parts, so that the result does not depend on the number of threads. The fallback below composes libtorch's
// operators; it also handles what the loops do not: other devices, layouts, types, and channels that do not fill
// vectors.
#include <algorithm>
#include <cmath>
#include <tuple>
#include <vector>

#include <ATen/Parallel.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/batch_norm.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/empty.h>
#include <torch/csrc/autograd/custom_function.h>

#include "../operators.h"
#include "batch-norm-jobs.h"
#include "../optional-tensor.h"
#include "cpu.h"
#include "typed.h"

namespace meanfield::batch_norm {
namespace {

constexpr int64_t kParts = 16;       // of the rows, each with its own sums
constexpr int64_t kSmall = 1 << 15;  // elements below which threads cost more than they save

const Loops& loops() {
#if defined(__x86_64__)
  return for_cpu(any_loops, avx2_loops, avx512_loops);
#else
  return any_loops;
#endif
}

template <typename T>
const auto& loops_of() {
  if constexpr (std::is_same_v<T, double>) return loops().f64;
  if constexpr (std::is_same_v<T, float>) return loops().f32;
  if constexpr (std::is_same_v<T, uint16_t>) return loops().bf16;
}

// A channels-last tensor as rows of vectors.
template <typename T>
struct Rows {
  int64_t channels, vectors, width, rows, count;

  explicit Rows(const at::Tensor& x)
      : channels(x.size(1)),
        vectors(std::max<int64_t>(1, channels / kLanes<T>)),
        width(vectors * kLanes<T>),
        rows(x.numel() / width),
        count(x.numel() / channels) {}

  template <typename F>
  std::vector<Compute<T>> spread(const F& of_channel) const {
    std::vector<Compute<T>> all(width);
    for (int64_t i = 0; i < width; ++i) all[i] = static_cast<Compute<T>>(of_channel(i % channels));
    return all;
  }

  // body(part, from, to)
  template <typename Body>
  void share_out(const Body& body) const {
    const auto run = [&](int64_t begin, int64_t end) {
      for (int64_t part = begin; part < end; ++part) body(part, rows * part / kParts, rows * (part + 1) / kParts);
    };
    if (rows * width < kSmall)
      run(0, kParts);
    else
      at::parallel_for(0, kParts, 1, run);
  }

  // Sums over parts, and over the pixels that share a vector: [channels].
  std::vector<double> total(const std::vector<double>& parts) const {
    std::vector<double> sum(channels, 0.0);
    for (int64_t part = 0; part < kParts; ++part)
      for (int64_t i = 0; i < width; ++i) sum[i % channels] += parts[part * width + i];
    return sum;
  }
};

double value_at(const at::Tensor& x, int64_t i) {
  return x.scalar_type() == at::kDouble ? data<double>(x)[i] : data<float>(x)[i];
}

void blend(const OptionalTensor& running, int64_t i, double value, double momentum) {
  if (!running) return;
  if (running->scalar_type() == at::kDouble) {
    double& old = data<double>(*running)[i];
    old = (1 - momentum) * old + momentum * value;
  } else {
    float& old = data<float>(*running)[i];
    old = static_cast<float>((1 - momentum) * old + momentum * value);
  }
}

// y, mean and 1 / sqrt(variance + eps), f64 [2, C].
template <typename T>
std::tuple<at::Tensor, at::Tensor> forward_of(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                                              const OptionalTensor& running_mean, const OptionalTensor& running_var,
                                              const OptionalTensor& add, bool relu, double momentum, double eps) {
  using A = Compute<T>;
  const Rows<T> rows(x);
  const T* from = data<T>(x);
  // The first pixel is the origin: squares of the differences do not cancel.
  const auto origin = rows.spread([&](int64_t c) {
    if constexpr (std::is_same_v<T, uint16_t>) return static_cast<float>(data<c10::BFloat16>(x)[c]);
    else return from[c];
  });
  std::vector<double> sums(kParts * rows.width, 0.0), squares(kParts * rows.width, 0.0);
  rows.share_out([&](int64_t part, int64_t begin, int64_t end) {
    const StatisticsJob<T, A> job{rows.vectors, from, origin.data(), sums.data() + part * rows.width,
                                  squares.data() + part * rows.width};
    loops_of<T>().statistics(job, begin, end);
  });
  const auto sum = rows.total(sums), square = rows.total(squares);
  at::Tensor moments = at::empty({2, rows.channels}, at::TensorOptions(at::kDouble));
  double* mean = data<double>(moments);
  double* inverse = mean + rows.channels;
  const double n = static_cast<double>(rows.count);
  for (int64_t c = 0; c < rows.channels; ++c) {
    const double off = sum[c] / n;
    const double variance = std::max(0.0, square[c] / n - off * off);
    mean[c] = static_cast<double>(origin[c]) + off;
    inverse[c] = 1 / std::sqrt(variance + eps);
    blend(running_mean, c, mean[c], momentum);
    blend(running_var, c, variance * n / (n - 1), momentum);
  }
  const auto scale = rows.spread([&](int64_t c) { return value_at(weight, c) * inverse[c]; });
  const auto shift =
      rows.spread([&](int64_t c) { return value_at(bias, c) - value_at(weight, c) * inverse[c] * mean[c]; });
  at::Tensor y = at::empty_like(x);
  const ForwardJob<T, A> job{rows.vectors, relu,         from,        add ? data<T>(*add) : nullptr,
                             scale.data(), shift.data(), data<T>(y)};
  rows.share_out([&](int64_t, int64_t begin, int64_t end) { loops_of<T>().forward(job, begin, end); });
  return {y, moments};
}

// dx, dweight, dbias, and dadd if relu changes it. dx overwrites an `owned` dy, which nobody else reads.
template <typename T>
std::tuple<at::Tensor, at::Tensor, at::Tensor, at::Tensor> backward_of(const at::Tensor& dy, const at::Tensor& x,
                                                                       const at::Tensor& y, const at::Tensor& weight,
                                                                       const at::Tensor& bias,
                                                                       const at::Tensor& moments, Mask mask,
                                                                       bool want_add, bool owned) {
  using A = Compute<T>;
  const Rows<T> rows(x);
  const double* mean = data<double>(moments);
  const double* inverse = mean + rows.channels;
  const auto scale = rows.spread([&](int64_t c) { return value_at(weight, c) * inverse[c]; });
  const auto shift =
      rows.spread([&](int64_t c) { return value_at(bias, c) - value_at(weight, c) * inverse[c] * mean[c]; });
  const auto middle = rows.spread([&](int64_t c) { return mean[c]; });
  const T* result = y.defined() ? data<T>(y) : nullptr;
  std::vector<double> sums(kParts * rows.width, 0.0), products(kParts * rows.width, 0.0);
  rows.share_out([&](int64_t part, int64_t begin, int64_t end) {
    const ReduceJob<T, A> job{rows.vectors,
                              mask,
                              data<T>(x),
                              result,
                              data<T>(dy),
                              scale.data(),
                              shift.data(),
                              middle.data(),
                              sums.data() + part * rows.width,
                              products.data() + part * rows.width};
    loops_of<T>().reduce(job, begin, end);
  });
  const auto sum = rows.total(sums), product = rows.total(products);
  const double n = static_cast<double>(rows.count);
  const auto slope = rows.spread([&](int64_t c) {
    return -value_at(weight, c) * inverse[c] * inverse[c] * inverse[c] * product[c] / n;
  });
  const auto offset = rows.spread([&](int64_t c) { return -value_at(weight, c) * inverse[c] * sum[c] / n; });
  at::Tensor dadd = want_add && mask != kNoMask ? at::empty_like(x) : at::Tensor();
  at::Tensor dx = owned ? dy : at::empty_like(x);
  const BackwardJob<T, A> job{rows.vectors,  mask,         data<T>(x),   result,        data<T>(dy),
                              scale.data(),  shift.data(), middle.data(), scale.data(), slope.data(),
                              offset.data(), data<T>(dx),  dadd.defined() ? data<T>(dadd) : nullptr};
  rows.share_out([&](int64_t, int64_t begin, int64_t end) { loops_of<T>().backward(job, begin, end); });
  at::Tensor dweight = at::empty_like(weight), dbias = at::empty_like(bias);
  for (int64_t c = 0; c < rows.channels; ++c) {
    if (weight.scalar_type() == at::kDouble) {
      data<double>(dweight)[c] = product[c] * inverse[c];
      data<double>(dbias)[c] = sum[c];
    } else {
      data<float>(dweight)[c] = static_cast<float>(product[c] * inverse[c]);
      data<float>(dbias)[c] = static_cast<float>(sum[c]);
    }
  }
  return {dx, dweight, dbias, dadd};
}

class Function : public torch::autograd::Function<Function> {
 public:
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& x, const at::Tensor& weight,
                            const at::Tensor& bias, const OptionalTensor& running_mean, const OptionalTensor& running_var,
                            const OptionalTensor& add, bool relu, double momentum, double eps) {
    const at::AutoDispatchBelowAutograd below;
    auto [y, moments] = by_type(x, [&](auto type) {
      return forward_of<decltype(type)>(x, weight, bias, running_mean, running_var, add, relu, momentum, eps);
    });
    // Without `add`, x determines relu's mask: one tensor less to read.
    const Mask mask = !relu ? kNoMask : add ? kMaskByResult : kMaskByInput;
    context->saved_data["mask"] = static_cast<int64_t>(mask);
    context->saved_data["add"] = add.has_value();
    context->save_for_backward({x, weight, bias, moments, mask == kMaskByResult ? y : at::Tensor()});
    return y;
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::variable_list gradients) {
    const at::AutoDispatchBelowAutograd below;
    const auto saved = context->get_saved_variables();
    const at::Tensor& x = saved[0];
    const auto mask = static_cast<Mask>(context->saved_data["mask"].toInt());
    const bool add = context->saved_data["add"].toBool();
    at::Tensor dy = std::move(gradients[0]).to(x.scalar_type()).contiguous(at::MemoryFormat::ChannelsLast);
    gradients.clear();
    const bool owned = dy.use_count() == 1 && dy.storage().use_count() == 1 && !(add && mask == kNoMask);
    auto [dx, dweight, dbias, dadd] = by_type(x, [&](auto type) {
      return backward_of<decltype(type)>(dy, x, saved[4], saved[1], saved[2], saved[3], mask, add, owned);
    });
    const at::Tensor none;
    return {dx, dweight, dbias, none, none, !add ? none : dadd.defined() ? dadd : dy, none, none, none};
  }
};

// Whether the loops support the arguments.
bool fits(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias, const OptionalTensor& running_mean,
          const OptionalTensor& running_var, const OptionalTensor& add) {
  const auto type = x.scalar_type();
  if (!x.is_cpu() || x.dim() != 4 || !x.is_contiguous(at::MemoryFormat::ChannelsLast) || x.numel() == 0) return false;
  if (type != at::kDouble && type != at::kFloat && type != at::kBFloat16) return false;
  const auto compute = type == at::kDouble ? at::kDouble : at::kFloat;
  const auto small = [&](const at::Tensor& t) {
    return t.is_cpu() && t.scalar_type() == compute && t.is_contiguous() && t.numel() == x.size(1);
  };
  if (!small(weight) || !small(bias)) return false;
  if ((running_mean && !small(*running_mean)) || (running_var && !small(*running_var))) return false;
  const int64_t lanes = compute == at::kDouble ? 8 : 16, channels = x.size(1);
  const bool whole = channels % lanes == 0 || (lanes % channels == 0 && x.numel() % lanes == 0);
  return whole && (!add || (add->is_cpu() && add->scalar_type() == type && add->sizes() == x.sizes() &&
                            add->is_contiguous(at::MemoryFormat::ChannelsLast)));
}

at::Tensor composed(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                    const OptionalTensor& running_mean, const OptionalTensor& running_var, const OptionalTensor& add, bool relu,
                    double momentum, double eps) {
  at::Tensor y = at::batch_norm(x, weight, bias, running_mean, running_var, true, momentum, eps, true);
  if (add) y.add_(*add);
  return relu ? y.relu_() : y;
}

at::Tensor train(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias, const OptionalTensor& running_mean,
                 const OptionalTensor& running_var, const OptionalTensor& add, bool relu, double momentum, double eps) {
  if (fused_kernels() && fits(x, weight, bias, running_mean, running_var, add))
    return Function::apply(x, weight, bias, running_mean, running_var, add, relu, momentum, eps);
  return composed(x, weight, bias, running_mean, running_var, add, relu, momentum, eps);
}

}  // namespace

void define(torch::Library& library) {
  library.def(
      "batch_norm_train(Tensor x, Tensor weight, Tensor bias, Tensor(a!)? running_mean, Tensor(b!)? running_var, "
      "Tensor? add, bool relu, float momentum, float eps) -> Tensor",
      train);
}

}  // namespace meanfield::batch_norm
