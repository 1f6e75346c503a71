// SPDX-License-Identifier: Apache-2.0
#include "spillway/calibration/synthesis_point.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "spillway/calibration/described_units.h"
#include "spillway/calibration/file_points.h"
#include "spillway/calibration/network_points.h"
#include "spillway/calibration/point_keys.h"
#include "spillway/models/support/error.h"
#include "spillway/models/support/read_file.h"

namespace spillway {

namespace {

using nlohmann::json;

stream_point stream_of(point_keys& from) {
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

component_point component_of(point_keys& from, const std::string& module) {
  return {module, numbers_of(from.object("parameters"), "parameters"), numbers_of(from.object("inputs"), "inputs"),
          numbers_of(from.object("outputs"), "outputs")};
}

dataflow network_of(point_keys& from) {
  network_point point;
  point.network = from.text("network", "");
  point.sizes.width_multiplier = 1.0 / static_cast<double>(from.number("width_divisor", 1));
  point.sizes.weight_bits = from.small("weight_bits", 4);
  point.sizes.activation_bits = from.small("activation_bits", 4);
  point.sizes.image_height = point.sizes.image_width = from.number("image", 32);
  point.sizes.calibration_images = from.small("calibration_images", 0);
  point.cycles = from.number("cycles", 1 << 24);
  point.accumulator = parse_accumulator_format(from.text("accumulator", "16"));
  point.stream_depth = from.small("stream_depth", 2);
  return accelerator_of(point);
}

synthesis_point point_of(const json& object, const std::filesystem::path& root) {
  point_keys from(object);
  synthesis_point point;
  point.name = from.text("name", "");
  if (point.name.empty()) throw input_error("a point has no name");
  point.stratum = from.text("stratum", "A");
  point.spec = object.dump();
  const std::string module = from.text("component", "");
  const std::string kind = from.text("unit", "");
  if (!module.empty()) {
    point.what = component_of(from, module);
  } else if (object.contains("file")) {
    auto what = file_point(from, root);
    std::visit([&](auto& any) { point.what = std::move(any); }, what);
  } else if (object.contains("network")) {
    point.what = network_of(from);
  } else if (kind == "stream") {
    point.what = stream_of(from);
  } else {
    dataflow_unit unit = described_unit(from, kind);
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
  // The lists lie in calibration/points.
  const std::filesystem::path root = std::filesystem::absolute(file).parent_path().parent_path().parent_path();
  int number = 0;
  for (std::string line; std::getline(lines, line);) {
    ++number;
    if (line.empty()) continue;
    try {
      points.push_back(point_of(json::parse(line), root));
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
