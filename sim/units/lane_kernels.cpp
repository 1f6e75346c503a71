// SPDX-License-Identifier: Apache-2.0
#include "spillway/sim/units/lane_kernels.h"

#include <cstring>
#include <utility>

namespace spillway::detail {

namespace {

enum class lane_operation : unsigned char { product_wrap, product_saturate, cycle_wrap, cycle_saturate, sum };

// GCC's and clang's vector types: one source for every target, lowered to what the target has.
template <int Width>
struct lanes {
  typedef std::int32_t vector __attribute__((vector_size(Width * 4)));
};

// Vectors are passed by reference alone: by value, they would need an ABI that not every target has.
template <class Vector>
[[gnu::always_inline]] inline void load_lanes(const std::int32_t* from, Vector& to) {
  std::memcpy(&to, from, sizeof to);
}

template <class Vector>
[[gnu::always_inline]] inline void store_lanes(std::int32_t* to, const Vector& from) {
  std::memcpy(to, &from, sizeof from);
}

template <class Vector>
[[gnu::always_inline]] inline void add_lanes(std::int32_t* to, const Vector& addend) {
  Vector sum;
  load_lanes(to, sum);
  sum += addend;
  store_lanes(to, sum);
}

template <class Vector>
[[gnu::always_inline]] inline bool any_lane(const Vector& value) {
  std::uint64_t words[sizeof value / 8], any = 0;
  std::memcpy(words, &value, sizeof value);
  for (const std::uint64_t word : words) any |= word;
  return any != 0;
}

template <int Width, class Weight>
[[gnu::always_inline]] inline void widen(const Weight* from, typename lanes<Width>::vector& to) {
  for (int i = 0; i < Width; ++i) to[i] = from[i];
}

/// `value` as `bits` bits hold it.
template <lane_operation Operation, class Vector>
[[gnu::always_inline]] inline void fit_lanes(Vector& value, int bits) {
  if constexpr (Operation == lane_operation::product_wrap || Operation == lane_operation::cycle_wrap) {
    value = (value << (32 - bits)) >> (32 - bits);
  } else {
    const Vector high = Vector{} + static_cast<std::int32_t>((std::uint32_t{1} << (bits - 1)) - 1);
    const Vector low = ~high;
    value = value > high ? high : value;
    value = value < low ? low : value;
  }
}

/// Width: lanes of a vector, a divisor of the stride.
template <class Weight, int Width, lane_operation Operation>
[[gnu::always_inline]] inline bool iterate_lanes(const lane_iteration& it, int bits) {
  using vector = typename lanes<Width>::vector;
  constexpr bool by_product =
      Operation == lane_operation::product_wrap || Operation == lane_operation::product_saturate;
  vector all_events{};
  for (std::int64_t block = 0; block < it.stride; block += Width) {
    const Weight* weights = static_cast<const Weight*>(it.weights) + block;
    vector reg, sum{}, events{};
    load_lanes(it.before + block, reg);
    for (std::int64_t i = 0; i < it.input_count; ++i) {
      vector product;
      widen<Width>(weights + it.inputs[i].lane * it.stride, product);
      product *= it.inputs[i].value;
      sum += product;
      if constexpr (by_product) {
        const vector exact = reg + product;
        reg = exact;
        fit_lanes<Operation>(reg, bits);
        events -= reg != exact;
      }
    }
    add_lanes(it.exact + block, sum);
    if constexpr (Operation == lane_operation::sum) continue;
    if constexpr (!by_product) {
      const vector exact = reg + sum;
      reg = exact;
      fit_lanes<Operation>(reg, bits);
      events -= reg != exact;
    }
    store_lanes(it.after + block, reg);
    store_lanes(it.now + block, events);
    add_lanes(it.events + block, events);
    all_events |= events;
  }
  return any_lane(all_events);
}

constexpr int operation_count = 5;

/// The kernels of one target, by [int8 weights][width 16][operation].
struct kernel_table {
  lane_kernel at[2][2][operation_count];
};

// A target's instructions can't be a template parameter, so that each target has its own function template.
// `native` is how many lanes its vectors have: wider ones would be taken apart, badly.
#define SPILLWAY_LANE_TARGET(name, native, attributes)                                           \
  template <class Weight, int Width, lane_operation Operation>                                   \
  attributes bool run_##name(const lane_iteration& iteration, int bits) {                        \
    return iterate_lanes<Weight, (Width < native ? Width : native), Operation>(iteration, bits); \
  }                                                                                              \
  template <std::size_t... Operation>                                                            \
  constexpr kernel_table table_##name(std::index_sequence<Operation...>) {                       \
    return {{{{run_##name<std::int32_t, 4, static_cast<lane_operation>(Operation)>...},          \
              {run_##name<std::int32_t, 16, static_cast<lane_operation>(Operation)>...}},        \
             {{run_##name<std::int8_t, 4, static_cast<lane_operation>(Operation)>...},           \
              {run_##name<std::int8_t, 16, static_cast<lane_operation>(Operation)>...}}}};       \
  }                                                                                              \
  constexpr kernel_table name##_kernels = table_##name(std::make_index_sequence<operation_count>{});

SPILLWAY_LANE_TARGET(baseline, 4, )
#ifdef __x86_64__
SPILLWAY_LANE_TARGET(avx2, 8, __attribute__((target("avx2"))))
SPILLWAY_LANE_TARGET(avx512, 16, __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl"))))
#endif

const kernel_table& kernels_of(lane_target target) {
#ifdef __x86_64__
  if (target == lane_target::avx512) return avx512_kernels;
  if (target == lane_target::avx2) return avx2_kernels;
#endif
  static_cast<void>(target);
  return baseline_kernels;
}

lane_operation operation_of(const accumulator_format& format) {
  const bool wraps = format.overflow == overflow_mode::wrap;
  switch (format.scope) {
    case limit_scope::per_product:
      return wraps ? lane_operation::product_wrap : lane_operation::product_saturate;
    case limit_scope::per_cycle:
      return wraps ? lane_operation::cycle_wrap : lane_operation::cycle_saturate;
    case limit_scope::final:
      break;
  }
  return lane_operation::sum;
}

}  // namespace

std::string_view to_string(lane_target target) {
  switch (target) {
    case lane_target::baseline:
      return "baseline";
    case lane_target::avx2:
      return "avx2";
    case lane_target::avx512:
      return "avx512";
  }
  return "";
}

std::vector<lane_target> lane_targets() {
  std::vector<lane_target> targets{lane_target::baseline};
#ifdef __x86_64__
  if (__builtin_cpu_supports("avx2")) targets.push_back(lane_target::avx2);
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512vl"))
    targets.push_back(lane_target::avx512);
#endif
  return targets;
}

lane_kernel find_lane_kernel(lane_target target, bool int8_weights, int width, const accumulator_format& format) {
  return kernels_of(target).at[int8_weights][width == 16][static_cast<int>(operation_of(format))];
}

}  // namespace spillway::detail
