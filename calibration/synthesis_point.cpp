// SPDX-License-Identifier: Apache-2.0
#include "calibration/synthesis_point.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "calibration/network_points.h"
#include "models/error.h"
#include "models/networks/seeded_random.h"
#include "models/read_file.h"

namespace spillway {

namespace {

using nlohmann::json;

/// The keys of one point; those that nothing asks for are errors.
class keys {
 public:
  explicit keys(const json& object) : m_object(object) {
    if (!object.is_object()) throw input_error("a point is not a JSON object");
  }

  std::int64_t number(const char* key, std::int64_t otherwise) {
    m_known.insert(key);
    return m_object.contains(key) ? as_number(key) : otherwise;
  }
  std::int64_t number(const char* key) {
    m_known.insert(key);
    if (!m_object.contains(key)) throw input_error(fmt::format("{} is missing", key));
    return as_number(key);
  }
  /// One number or more.
  std::vector<std::int64_t> list(const char* key) {
    m_known.insert(key);
    if (!m_object.contains(key) || !m_object[key].is_array() || m_object[key].empty())
      throw input_error(fmt::format("{} is missing; right: a list of whole numbers", key));
    std::vector<std::int64_t> numbers;
    for (const json& value : m_object[key]) numbers.push_back(whole(key, value));
    return numbers;
  }
  std::string text(const char* key, const std::string& otherwise) {
    m_known.insert(key);
    if (!m_object.contains(key)) return otherwise;
    if (!m_object[key].is_string()) throw input_error(fmt::format("{} = {}; right: text", key, m_object[key].dump()));
    return m_object[key].get<std::string>();
  }
  integer_type type(const char* key, const std::string& otherwise) { return parse_integer_type(text(key, otherwise)); }
  int narrow(const char* key, std::int64_t otherwise) { return static_cast<int>(number(key, otherwise)); }

  const json& object(const char* key) {
    m_known.insert(key);
    return m_object.at(key);
  }

  void require_all_known() const {
    for (const auto& [key, value] : m_object.items())
      if (!m_known.contains(key)) throw input_error(fmt::format("{} is not a key of this point", key));
  }

 private:
  std::int64_t as_number(const char* key) const { return whole(key, m_object[key]); }

  static std::int64_t whole(const char* key, const json& value) {
    if (!value.is_number_integer() || std::abs(value.get<std::int64_t>()) > 1 << 24)
      throw input_error(fmt::format("{} = {}; right: a whole number below 2^24", key, value.dump()));
    return value.get<std::int64_t>();
  }

  const json& m_object;
  std::set<std::string> m_known;
};

/// Any values of a type; `zeros` of 100 are zero.
integer_tensor random_weights(integer_type type, std::vector<std::int64_t> shape, std::int64_t zeros,
                              seeded_random& random) {
  integer_tensor result = integer_tensor::zeros(type, std::move(shape));
  for (std::int64_t& word : result.words) {
    const bool is_zero = !type.is_bipolar && random.below(100) < zeros;
    const std::int64_t low = type.min64(), high = type.max64();
    const std::int64_t any = type.is_bipolar ? 2 * random.below(2) - 1 : low + random.below(high - low + 1);
    word = is_zero ? 0 : any;
  }
  return result;
}

/// Rows of thresholds that ascend, spread over a signed register.
integer_tensor random_thresholds(std::int64_t rows, std::int64_t steps, int bits, seeded_random& random) {
  integer_tensor result = integer_tensor::zeros(signed_type(bits), {rows, steps});
  for (std::int64_t row = 0; row < rows; ++row) {
    std::int64_t* first = result.at(row * steps);
    for (std::int64_t t = 0; t < steps; ++t)
      first[t] = random.below(std::int64_t{1} << bits) - (std::int64_t{1} << (bits - 1));
    std::sort(first, first + steps);
  }
  return result;
}

/// The same at distances of their own, as those of a quantizer that follows are.
integer_tensor even_thresholds(std::int64_t rows, std::int64_t steps, int bits, seeded_random& random) {
  integer_tensor result = integer_tensor::zeros(signed_type(bits), {rows, steps});
  const std::int64_t most = std::max<std::int64_t>(1, (std::int64_t{1} << (bits - 3)) / steps);
  for (std::int64_t row = 0; row < rows; ++row) {
    const std::int64_t distance = 1 + random.below(most), first = -random.below(1 + steps * distance / 2);
    for (std::int64_t t = 0; t < steps; ++t) *result.at(row * steps + t) = first + t * distance;
  }
  return result;
}

memory_style memory_of(keys& from) {
  const std::string style = from.text("memory", "auto");
  if (style == "auto") return memory_style::automatic;
  if (style == "distributed") return memory_style::distributed;
  if (style == "block") return memory_style::block;
  if (style == "constant") return memory_style::constant;
  throw input_error(fmt::format("memory = {}; right: auto, distributed, block or constant", style));
}

multiplier_style multipliers_of(keys& from) {
  const std::string style = from.text("multipliers", "lut");
  if (style == "lut") return multiplier_style::lut;
  if (style == "dsp") return multiplier_style::dsp;
  throw input_error(fmt::format("multipliers = {}; right: lut or dsp", style));
}

/// What units with accumulators share; `rows` x `columns` weights.
template <class Unit>
Unit dot_products(keys& from, std::int64_t rows, std::int64_t columns) {
  Unit unit;
  seeded_random random(static_cast<std::uint64_t>(from.number("seed", 1)));
  unit.input_type = from.type("input", "UINT4");
  unit.weights = random_weights(from.type("weight", "INT4"), {rows, columns}, from.number("zeros", 0), random);
  unit.accumulator = parse_accumulator_format(from.text("accumulator", "16"));
  unit.output_type = signed_type(unit.accumulator.bits);
  unit.vectors_per_frame = from.number("vectors", 1);
  unit.weight_memory = memory_of(from);
  unit.multipliers = multipliers_of(from);
  unit.pe = from.narrow("pe", 1);
  unit.simd = from.narrow("simd", 1);
  if (const std::string output = from.text("output", ""); !output.empty()) {
    unit.output_type = parse_integer_type(output);
    const std::int64_t steps = unit.output_type.max64() - unit.output_type.min64();
    const bool is_even = from.text("levels", "random") == "even";
    unit.thresholds = is_even ? even_thresholds(rows, steps, unit.accumulator.bits, random)
                              : random_thresholds(rows, steps, unit.accumulator.bits, random);
    unit.output_offset = unit.output_type.min64();
  }
  return unit;
}

dataflow_unit mvau_of(keys& from) {
  auto unit = dot_products<mvau>(from, from.number("mh"), from.number("mw"));
  unit.xnor_popcount = from.number("xnor", 0) != 0;
  return unit;
}

dataflow_unit vvau_of(keys& from) { return dot_products<vvau>(from, from.number("channels"), from.number("window")); }

dataflow_unit thresholding_of(keys& from) {
  thresholding unit;
  seeded_random random(static_cast<std::uint64_t>(from.number("seed", 1)));
  unit.input_type = from.type("input", "INT16");
  unit.output_type = from.type("output", "UINT4");
  unit.channels = from.number("channels");
  unit.pe = from.narrow("pe", 1);
  unit.vectors_per_frame = from.number("vectors", 1);
  unit.memory = memory_of(from);
  const std::int64_t steps = unit.output_type.max64() - unit.output_type.min64();
  const std::int64_t rows = from.number("per_tensor", 0) != 0 ? 1 : unit.channels;
  unit.thresholds = random_thresholds(rows, steps, unit.input_type.bits, random);
  unit.output_offset = unit.output_type.min64();
  unit.style =
      from.text("style", "parallel") == "binary_search" ? threshold_style::binary_search : threshold_style::parallel;
  return unit;
}

/// Units that take frames of height x width x channels.
template <class Unit>
Unit on_frames(keys& from) {
  Unit unit;
  unit.type = from.type("input", "UINT4");
  unit.height = from.number("height");
  unit.width = from.number("width", unit.height);
  unit.channels = from.number("channels");
  return unit;
}

dataflow_unit sliding_window_of(keys& from) {
  auto unit = on_frames<sliding_window>(from);
  unit.geometry.kernel_h = from.number("kernel");
  unit.geometry.kernel_w = from.number("kernel_w", unit.geometry.kernel_h);
  unit.geometry.stride_h = from.number("stride", 1);
  unit.geometry.stride_w = from.number("stride_w", unit.geometry.stride_h);
  unit.geometry.dilation_h = from.number("dilation", 1);
  unit.geometry.dilation_w = from.number("dilation_w", unit.geometry.dilation_h);
  unit.simd = from.narrow("simd", 1);
  const std::string style = from.text("style", "serial");
  unit.style = style == "parallel"    ? window_style::parallel
               : style == "depthwise" ? window_style::depthwise
                                      : window_style::serial;
  return unit;
}

dataflow_unit padding_of(keys& from) {
  auto unit = on_frames<padding>(from);
  unit.top = unit.left = unit.bottom = unit.right = from.number("border", 1);
  unit.bottom = from.number("bottom", unit.bottom);
  unit.right = from.number("right", unit.right);
  unit.stride_h = unit.stride_w = from.number("stride", 1);
  unit.value = from.number("value", 0);
  unit.simd = from.narrow("simd", 1);
  return unit;
}

dataflow_unit upsample_of(keys& from) {
  auto unit = on_frames<upsample>(from);
  unit.factor_h = from.number("factor", 2);
  unit.factor_w = from.number("factor_w", unit.factor_h);
  unit.pe = from.narrow("pe", 1);
  return unit;
}

dataflow_unit pool_of(keys& from) {
  pool unit;
  unit.input_type = from.type("input", "UINT4");
  unit.output_type = from.type("output", "UINT4");
  unit.kind = from.text("function", "max") == "sum" ? pool_kind::sum : pool_kind::max;
  unit.channels = from.number("channels");
  unit.window = from.number("window");
  unit.shift = from.narrow("shift", 0);
  unit.pe = from.narrow("pe", 1);
  unit.vectors_per_frame = from.number("vectors", 1);
  return unit;
}

dataflow_unit global_accumulate_of(keys& from) {
  global_accumulate unit;
  unit.input_type = from.type("input", "UINT4");
  unit.output_type = from.type("output", "UINT10");
  unit.channels = from.number("channels");
  unit.positions = from.number("positions");
  unit.pe = from.narrow("pe", 1);
  return unit;
}

dataflow_unit add_streams_of(keys& from) {
  add_streams unit;
  unit.a_type = from.type("input", "UINT4");
  unit.b_type = from.type("input_b", "UINT4");
  unit.output_type = from.type("output", "UINT5");
  unit.channels = from.number("channels");
  unit.pe = from.narrow("pe", 1);
  unit.vectors_per_frame = from.number("vectors", 1);
  return unit;
}

dataflow_unit duplicate_streams_of(keys& from) {
  duplicate_streams unit;
  unit.type = from.type("input", "UINT4");
  unit.channels = from.number("channels");
  unit.pe = from.narrow("pe", 1);
  unit.copies = from.narrow("copies", 2);
  unit.vectors_per_frame = from.number("vectors", 1);
  return unit;
}

/// Units that join streams of some channels each, or deal them out.
template <class Unit>
dataflow_unit by_turns(keys& from) {
  Unit unit;
  unit.type = from.type("input", "UINT4");
  unit.channels = from.list("channels");
  unit.pe = from.narrow("pe", 1);
  unit.vectors_per_frame = from.number("vectors", 1);
  return unit;
}

dataflow_unit width_converter_of(keys& from) {
  width_converter unit;
  unit.type = from.type("input", "UINT4");
  unit.from = from.narrow("from", 1);
  unit.to = from.narrow("to", 1);
  unit.elements = from.number("elements");
  return unit;
}

dataflow_unit label_select_of(keys& from) {
  label_select unit;
  unit.input_type = from.type("input", "INT16");
  unit.output_type = from.type("output", "UINT4");
  unit.labels = from.number("labels");
  unit.k = from.number("k", 1);
  unit.pe = from.narrow("pe", 1);
  return unit;
}

stream_point stream_of(keys& from) {
  const stream_point stream{from.number("bits"), from.number("depth")};
  if (stream.bits < 1) throw input_error(fmt::format("bits = {}; right: 1 or more", stream.bits));
  if (stream.depth < 2) throw input_error(fmt::format("depth = {}; right: 2 or more", stream.depth));
  return stream;
}

/// {"NAME": number, ...}
std::map<std::string, int> numbers_of(const json& object, const char* what) {
  std::map<std::string, int> result;
  for (const auto& [name, value] : object.items()) {
    if (!value.is_number_integer()) throw input_error(fmt::format("{}: {} is not a whole number", what, name));
    result[name] = value.get<int>();
  }
  return result;
}

component_point component_of(keys& from, const std::string& module) {
  return {module, numbers_of(from.object("parameters"), "parameters"), numbers_of(from.object("inputs"), "inputs"),
          numbers_of(from.object("outputs"), "outputs")};
}

dataflow network_of(keys& from) {
  network_point point;
  point.network = from.text("network", "");
  point.sizes.width_multiplier = 1.0 / static_cast<double>(from.number("width_divisor", 1));
  point.sizes.weight_bits = from.narrow("weight_bits", 4);
  point.sizes.activation_bits = from.narrow("activation_bits", 4);
  point.sizes.image_height = point.sizes.image_width = from.number("image", 32);
  point.sizes.calibration_images = from.narrow("calibration_images", 0);
  point.cycles = from.number("cycles", 1 << 24);
  point.accumulator = parse_accumulator_format(from.text("accumulator", "16"));
  point.stream_depth = from.narrow("stream_depth", 2);
  return accelerator_of(point);
}

using maker = dataflow_unit (*)(keys&);
const std::map<std::string, maker>& makers() {
  static const std::map<std::string, maker> known{{"mvau", mvau_of},
                                                  {"vvau", vvau_of},
                                                  {"thresholding", thresholding_of},
                                                  {"sliding_window", sliding_window_of},
                                                  {"padding", padding_of},
                                                  {"upsample", upsample_of},
                                                  {"pool", pool_of},
                                                  {"global_accumulate", global_accumulate_of},
                                                  {"add_streams", add_streams_of},
                                                  {"duplicate_streams", duplicate_streams_of},
                                                  {"concat_streams", by_turns<concat_streams>},
                                                  {"split_stream", by_turns<split_stream>},
                                                  {"width_converter", width_converter_of},
                                                  {"label_select", label_select_of}};
  return known;
}

synthesis_point point_of(const json& object) {
  keys from(object);
  synthesis_point point;
  point.name = from.text("name", "");
  if (point.name.empty()) throw input_error("a point has no name");
  point.stratum = from.text("stratum", "A");
  point.spec = object.dump();
  const std::string module = from.text("component", "");
  const std::string kind = from.text("unit", "");
  if (!module.empty()) {
    point.what = component_of(from, module);
  } else if (object.contains("network")) {
    point.what = network_of(from);
  } else if (kind == "stream") {
    point.what = stream_of(from);
  } else {
    const auto make = makers().find(kind);
    if (make == makers().end()) throw input_error(fmt::format("unit = {} is not a kind of unit", kind));
    dataflow_unit unit = make->second(from);
    std::visit(
        [&](auto& any) {
          any.name = point.name;
          validate(any, any.name);
        },
        unit);
    point.what = std::move(unit);
  }
  from.require_all_known();
  return point;
}

}  // namespace

std::vector<synthesis_point> read_points(const std::filesystem::path& file) {
  std::vector<synthesis_point> points;
  std::set<std::string> names;
  std::istringstream lines(read_file(file, 1 << 24));
  int number = 0;
  for (std::string line; std::getline(lines, line);) {
    ++number;
    if (line.empty()) continue;
    try {
      points.push_back(point_of(json::parse(line)));
      if (!names.insert(points.back().name).second) throw input_error(points.back().name + " is there twice");
    } catch (const json::exception& wrong) {
      throw input_error(fmt::format("{}:{}: not JSON: {}", file.string(), number, wrong.what()));
    } catch (const error& wrong) {
      throw input_error(fmt::format("{}:{}: {}", file.string(), number, wrong.what()));
    }
  }
  return points;
}

}  // namespace spillway
