#include "convert.h"

#include <cmath>
#include <sstream>

#include "guard.h"
#include "optional-tensor.h"

namespace meanfield {

Arguments::Arguments(napi_env env, napi_callback_info info) : env_(env) {
  check(env, napi_get_cb_info(env, info, &count_, inline_, nullptr, nullptr), "no call information");
  if (count_ > kInline) {
    more_.resize(count_);
    check(env, napi_get_cb_info(env, info, &count_, more_.data(), nullptr, nullptr), "no call information");
  }
}

napi_value Arguments::operator[](size_t index) const {
  if (index < count_) return more_.empty() ? inline_[index] : more_[index];
  napi_value undefined = nullptr;
  check(env_, napi_get_undefined(env_, &undefined), "no undefined");
  return undefined;
}

bool is_null(napi_env env, napi_value value) {
  napi_valuetype type = napi_undefined;
  check(env, napi_typeof(env, value, &type), "no type");
  return type == napi_undefined || type == napi_null;
}

double to_double(napi_env env, napi_value value) {
  double result = 0;
  check(env, napi_get_value_double(env, value, &result), "expected a number");
  return result;
}

int64_t to_integer(napi_env env, napi_value value) {
  double number = 0;
  if (napi_get_value_double(env, value, &number) == napi_ok) {
    if (std::floor(number) != number || std::abs(number) > 9007199254740992.0)
      throw std::invalid_argument("expected an integer, got " + std::to_string(number));
    return static_cast<int64_t>(number);
  }
  int64_t result = 0;
  bool lossless = false;
  check(env, napi_get_value_bigint_int64(env, value, &result, &lossless), "expected an integer");
  if (!lossless) throw std::invalid_argument("integer does not fit in 64 bits");
  return result;
}

bool to_boolean(napi_env env, napi_value value) {
  bool result = false;
  check(env, napi_get_value_bool(env, value, &result), "expected a boolean");
  return result;
}

at::ScalarType to_dtype(napi_env env, napi_value value) {
  const int64_t code = to_integer(env, value);
  if (code < 0 || code >= static_cast<int64_t>(at::ScalarType::NumOptions) ||
      static_cast<at::ScalarType>(code) == at::ScalarType::Undefined)
    throw std::invalid_argument("no dtype has the number " + std::to_string(code));
  return static_cast<at::ScalarType>(code);
}

std::string to_text(napi_env env, napi_value value) {
  size_t length = 0;
  check(env, napi_get_value_string_utf8(env, value, nullptr, 0, &length), "expected a string");
  std::string text(length, '\0');
  check(env, napi_get_value_string_utf8(env, value, text.data(), length + 1, &length), "expected a string");
  return text;
}

namespace {
template <typename Each>
void for_each_element(napi_env env, napi_value array, Each&& each) {
  uint32_t length = 0;
  check(env, napi_get_array_length(env, array, &length), "expected an array");
  for (uint32_t i = 0; i < length; ++i) {
    napi_value element = nullptr;
    check(env, napi_get_element(env, array, i, &element), "no such element");
    each(element);
  }
}

bool is_array(napi_env env, napi_value value) {
  bool result = false;
  check(env, napi_is_array(env, value, &result), "no array test");
  return result;
}
}  // namespace

std::vector<int64_t> to_integers(napi_env env, napi_value value) {
  std::vector<int64_t> result;
  for_each_element(env, value, [&](napi_value element) { result.push_back(to_integer(env, element)); });
  return result;
}

const at::Tensor& to_tensor(napi_env env, State& state, napi_value value) {
  double handle = 0;
  check(env, napi_get_value_double(env, value, &handle), "expected a tensor");
  return state.tensors.get(handle);
}

std::vector<at::Tensor> to_tensors(napi_env env, State& state, napi_value value) {
  std::vector<at::Tensor> result;
  for_each_element(env, value, [&](napi_value element) { result.push_back(to_tensor(env, state, element)); });
  return result;
}

napi_value from_double(napi_env env, double value) {
  napi_value result = nullptr;
  check(env, napi_create_double(env, value, &result), "no number");
  return result;
}

napi_value from_boolean(napi_env env, bool value) {
  napi_value result = nullptr;
  check(env, napi_get_boolean(env, value, &result), "no boolean");
  return result;
}

napi_value from_text(napi_env env, const std::string& value) {
  napi_value result = nullptr;
  check(env, napi_create_string_utf8(env, value.data(), value.size(), &result), "no string");
  return result;
}

napi_value from_integers(napi_env env, at::IntArrayRef values) {
  napi_value result = nullptr;
  check(env, napi_create_array_with_length(env, values.size(), &result), "no array");
  for (size_t i = 0; i < values.size(); ++i)
    check(env, napi_set_element(env, result, i, from_double(env, static_cast<double>(values[i]))), "no element");
  return result;
}

napi_value from_tensor(napi_env env, State& state, at::Tensor tensor, bool foreign) {
  napi_value result = nullptr;
  if (!tensor.defined()) {
    check(env, napi_get_null(env, &result), "no null");
    return result;
  }
  return from_double(env, state.tensors.put(std::move(tensor), foreign));
}

napi_value from_tensors(napi_env env, State& state, const std::vector<at::Tensor>& tensors) {
  napi_value result = nullptr;
  check(env, napi_create_array_with_length(env, tensors.size(), &result), "no array");
  for (size_t i = 0; i < tensors.size(); ++i)
    check(env, napi_set_element(env, result, i, from_tensor(env, state, tensors[i])), "no element");
  return result;
}

ArgumentPlan plan_argument(const c10::Argument& argument) {
  c10::TypePtr type = argument.type();
  bool optional = false;
  if (type->kind() == c10::TypeKind::OptionalType) {
    optional = true;
    type = type->castRaw<c10::OptionalType>()->getElementType();
  }
  switch (type->kind()) {
    case c10::TypeKind::TensorType: return {Kind::tensor, optional};
    case c10::TypeKind::IntType: return {Kind::integer, optional};
    case c10::TypeKind::SymIntType: return {Kind::integer, optional};
    case c10::TypeKind::FloatType: return {Kind::real, optional};
    case c10::TypeKind::BoolType: return {Kind::boolean, optional};
    case c10::TypeKind::NumberType: return {Kind::scalar, optional};
    case c10::TypeKind::DeviceObjType: return {Kind::device, optional};
    case c10::TypeKind::GeneratorType: return {Kind::generator, optional};
    case c10::TypeKind::StringType: return {Kind::text, optional};
    case c10::TypeKind::ListType: break;
    // ScalarType, Layout and MemoryFormat are passed as integers.
    default: return {Kind::unsupported, optional};
  }
  const c10::TypePtr element = type->castRaw<c10::ListType>()->getElementType();
  switch (element->kind()) {
    case c10::TypeKind::TensorType: return {Kind::tensor_list, optional};
    case c10::TypeKind::OptionalType:
      if (element->castRaw<c10::OptionalType>()->getElementType()->kind() != c10::TypeKind::TensorType)
        return {Kind::unsupported, optional};
      return {Kind::optional_tensor_list, optional};
    case c10::TypeKind::IntType: return {Kind::integer_list, optional};
    case c10::TypeKind::SymIntType: return {Kind::integer_list, optional};
    case c10::TypeKind::FloatType: return {Kind::real_list, optional};
    case c10::TypeKind::BoolType: return {Kind::boolean_list, optional};
    default: return {Kind::unsupported, optional};
  }
}

namespace {
c10::IValue to_scalar(napi_env env, napi_value value) {
  napi_valuetype type = napi_undefined;
  check(env, napi_typeof(env, value, &type), "no type");
  if (type == napi_boolean) return c10::IValue(to_boolean(env, value));
  if (type == napi_bigint) return c10::IValue(to_integer(env, value));
  const double number = to_double(env, value);
  // Integral numbers stay integers, so that integer tensors keep their dtype; minus zero is a real.
  const bool whole = std::floor(number) == number && std::abs(number) < 9007199254740992.0 &&
                     !(number == 0 && std::signbit(number));
  return whole ? c10::IValue(static_cast<int64_t>(number)) : c10::IValue(number);
}

const at::Generator& to_generator(napi_env env, State& state, napi_value value) {
  const auto id = static_cast<size_t>(to_integer(env, value));
  if (id >= state.generators.size() || !state.generators[id].defined())
    throw std::invalid_argument("generator used after it was disposed");
  return state.generators[id];
}
}  // namespace

c10::IValue to_ivalue(napi_env env, State& state, const ArgumentPlan& plan, napi_value value) {
  if (is_null(env, value)) {
    // An absent tensor is undefined for Tensor arguments and None for optional ones.
    if (plan.optional) return c10::IValue();
    throw std::invalid_argument("a required argument is missing");
  }
  switch (plan.kind) {
    case Kind::tensor: return to_tensor(env, state, value);
    case Kind::tensor_list: {
      c10::List<at::Tensor> list;
      for (at::Tensor& tensor : to_tensors(env, state, value)) list.push_back(std::move(tensor));
      return list;
    }
    case Kind::optional_tensor_list: {
      c10::List<OptionalTensor> list;
      for_each_element(env, value, [&](napi_value element) {
        list.push_back(is_null(env, element) ? OptionalTensor() : OptionalTensor(to_tensor(env, state, element)));
      });
      return list;
    }
    case Kind::integer: return to_integer(env, value);
    case Kind::integer_list:
      // A single number may stand for a list, as in int[2] stride=1.
      if (!is_array(env, value)) return std::vector<int64_t>{to_integer(env, value)};
      return to_integers(env, value);
    case Kind::real: return to_double(env, value);
    case Kind::real_list: {
      std::vector<double> list;
      for_each_element(env, value, [&](napi_value element) { list.push_back(to_double(env, element)); });
      return list;
    }
    case Kind::boolean: return to_boolean(env, value);
    case Kind::boolean_list: {
      c10::List<bool> list;
      for_each_element(env, value, [&](napi_value element) { list.push_back(to_boolean(env, element)); });
      return list;
    }
    case Kind::scalar: return to_scalar(env, value);
    case Kind::device: return c10::Device(to_text(env, value));
    case Kind::generator: return to_generator(env, state, value);
    case Kind::text: return to_text(env, value);
    case Kind::unsupported: break;
  }
  throw std::invalid_argument("an argument type that JavaScript cannot pass");
}

napi_value from_ivalue(napi_env env, State& state, const c10::IValue& value) {
  if (value.isTensor()) return from_tensor(env, state, value.toTensor());
  if (value.isTensorList()) return from_tensors(env, state, value.toTensorVector());
  if (value.isDouble()) return from_double(env, value.toDouble());
  if (value.isInt()) return from_double(env, static_cast<double>(value.toInt()));
  if (value.isBool()) return from_boolean(env, value.toBool());
  if (value.isIntList()) return from_integers(env, value.toIntVector());
  if (value.isNone()) return from_tensor(env, state, at::Tensor());
  if (value.isString()) return from_text(env, value.toStringRef());
  throw std::invalid_argument("a result type that JavaScript cannot receive: " + value.tagKind());
}

namespace {
// The names of src/tensor/dtype.ts; libtorch's own for other dtypes.
const char* dtype_name(at::ScalarType dtype) {
  switch (dtype) {
    case at::kFloat: return "f32";
    case at::kDouble: return "f64";
    case at::kBFloat16: return "bf16";
    case at::kLong: return "i64";
    case at::kByte: return "u8";
    case at::kBool: return "bool";
    default: return c10::toString(dtype);
  }
}

std::string describe_list(const std::vector<at::Tensor>& tensors) {
  std::string text = std::to_string(tensors.size()) + (tensors.size() == 1 ? " tensor" : " tensors");
  if (!tensors.empty()) text += " (first " + describe(tensors[0]) + ")";
  return text;
}
}  // namespace

std::string describe(const at::Tensor& tensor) {
  std::ostringstream text;
  text << dtype_name(tensor.scalar_type()) << tensor.sizes();
  if (!tensor.is_cpu()) text << "@" << tensor.device();
  return text.str();
}

std::string describe(napi_env env, State& state, const ArgumentPlan& plan, napi_value value) {
  try {
    if (is_null(env, value)) return "null";
    switch (plan.kind) {
      case Kind::tensor: return describe(to_tensor(env, state, value));
      case Kind::tensor_list: return describe_list(to_tensors(env, state, value));
      case Kind::optional_tensor_list: {
        std::vector<at::Tensor> present;
        for_each_element(env, value, [&](napi_value element) {
          if (!is_null(env, element)) present.push_back(to_tensor(env, state, element));
        });
        return describe_list(present);
      }
      case Kind::integer_list: {
        if (!is_array(env, value)) return std::to_string(to_integer(env, value));
        std::ostringstream text;
        text << c10::IntArrayRef(to_integers(env, value));
        return text.str();
      }
      default: {
        napi_value as_text = nullptr;
        check(env, napi_coerce_to_string(env, value, &as_text), "no text");
        return to_text(env, as_text);
      }
    }
  } catch (const PendingException&) {
    // The value's own toString failed: report the operator's failure.
    napi_value ignored = nullptr;
    napi_get_and_clear_last_exception(env, &ignored);
    return "<a value without text>";
  } catch (const std::exception& error) {
    return "<" + std::string(error.what()) + ">";
  }
}

}  // namespace meanfield
