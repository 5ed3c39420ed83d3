// Calls any libtorch operator, boxed, by schema name; no operator is bound by hand.
#include <algorithm>
#include <sstream>

#include <ATen/core/dispatch/Dispatcher.h>

#include "convert.h"
#include "exports.h"
#include "guard.h"
#include "operators.h"

namespace meanfield {

namespace {
Operator plan_operator(const c10::OperatorHandle& handle, const std::string& name) {
  Operator planned{handle, name, {}};
  for (const c10::Argument& argument : handle.schema().arguments())
    planned.arguments.push_back(plan_argument(argument));
  return planned;
}

c10::OperatorHandle find_operator(const std::string& name, const std::string& overload) {
  const auto found = c10::Dispatcher::singleton().findSchema({registered_name(name), overload});
  if (!found)
    throw std::invalid_argument("this libtorch has no operator " + name + (overload.empty() ? "" : "." + overload));
  return *found;
}

std::string describe_call(napi_env env, State& state, const Operator& op, const Arguments& arguments) {
  // Without the omitted arguments at the end.
  size_t count = std::min(op.arguments.size(), arguments.size() - 1);
  while (count > 0 && is_null(env, arguments[count])) --count;
  std::ostringstream text;
  text << op.name << "(";
  for (size_t i = 0; i < count; ++i) {
    if (i > 0) text << ", ";
    text << describe(env, state, op.arguments[i], arguments[i + 1]);
  }
  text << ")";
  return text.str();
}

torch::jit::Stack run_operator(napi_env env, State& state, const Operator& op, const Arguments& arguments) {
  const auto& schema = op.handle.schema();
  if (arguments.size() - 1 > op.arguments.size())
    throw std::invalid_argument("takes at most " + std::to_string(op.arguments.size()) + " arguments");
  torch::jit::Stack stack;
  stack.reserve(op.arguments.size());
  for (size_t i = 0; i < op.arguments.size(); ++i) {
    const napi_value value = arguments[i + 1];
    const auto& fallback = schema.arguments()[i].default_value();
    if (fallback && is_null(env, value))
      stack.push_back(*fallback);
    else
      stack.push_back(to_ivalue(env, state, op.arguments[i], value));
  }
  op.handle.callBoxed(stack);
  return stack;
}

napi_value from_stack(napi_env env, State& state, const torch::jit::Stack& stack) {
  if (stack.size() == 1) return from_ivalue(env, state, stack[0]);
  napi_value results = nullptr;
  check(env, napi_create_array_with_length(env, stack.size(), &results), "no array");
  for (size_t i = 0; i < stack.size(); ++i)
    check(env, napi_set_element(env, results, i, from_ivalue(env, state, stack[i])), "no element");
  return results;
}
}  // namespace

// operator(name, overload) -> id
napi_value resolve_operator(napi_env env, napi_callback_info info) {
  return guard(env, [&] {
    const Arguments arguments(env, info);
    State& state = State::of(env);
    const std::string name = to_text(env, arguments[0]);
    const std::string overload = to_text(env, arguments[1]);
    const std::string key = overload.empty() ? name : name + "." + overload;
    const auto known = state.operator_ids.find(key);
    if (known != state.operator_ids.end()) return from_double(env, known->second);
    state.operators.push_back(plan_operator(find_operator(name, overload), key));
    const auto id = static_cast<uint32_t>(state.operators.size() - 1);
    state.operator_ids.emplace(key, id);
    return from_double(env, id);
  });
}

// schema(name, overload) -> the schema as text
napi_value operator_schema(napi_env env, napi_callback_info info) {
  return guard(env, [&] {
    const Arguments arguments(env, info);
    std::ostringstream text;
    text << find_operator(to_text(env, arguments[0]), to_text(env, arguments[1])).schema();
    return from_text(env, public_schema(text.str()));
  });
}

namespace {
// Calls the operator; an error's message contains its name, shapes and dtypes. `results(stack)` builds the value.
template <typename Results>
napi_value explained_call(napi_env env, napi_callback_info info, Results&& results) {
  const Arguments arguments(env, info);
  State& state = State::of(env);
  bury(env, state);
  const auto id = static_cast<size_t>(to_integer(env, arguments[0]));
  if (id >= state.operators.size()) throw std::invalid_argument("unknown operator id");
  const Operator& op = state.operators[id];
  try {
    return results(state, run_operator(env, state, op, arguments));
  } catch (const std::exception& error) {
    throw std::runtime_error(describe_call(env, state, op, arguments) + ": " + plain_message(error));
  }
}
}  // namespace

// call(id, ...arguments) -> handle, value, or array of them
napi_value call_operator(napi_env env, napi_callback_info info) {
  return guard(env, [&] {
    return explained_call(env, info, [&](State& state, const torch::jit::Stack& stack) {
      return from_stack(env, state, stack);
    });
  });
}

// perform(id, ...arguments): for in-place operators; drops the result
napi_value perform_operator(napi_env env, napi_callback_info info) {
  return guard(env, [&] {
    return explained_call(env, info, [](State&, const torch::jit::Stack&) { return napi_value{nullptr}; });
  });
}

}  // namespace meanfield
