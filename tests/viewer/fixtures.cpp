// SPDX-License-Identifier: Apache-2.0
#include "spillway/tests/viewer/fixtures.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <string>
#include <tuple>
#include <vector>

#include "spillway/traces/run_store.h"
#include "spillway/traces/sqlite.h"

namespace fixtures {
namespace {

using namespace spillway;

constexpr std::uint64_t frames = 200;
constexpr int channels = 4, safe_bits = 6;

run_info information(const std::string& model) {
  return {"0.0.0", "a test", model, hostile_text, "fast", "2026-01-02T03:04:05Z"};
}

/// More for fewer bits; none where the network is safe, and none either in the final sum one bit below.
std::vector<channel_counts> counts(int bits, const std::string& overflow, const std::string& scope) {
  std::vector<channel_counts> result(channels);
  const std::uint64_t missing = std::max(0, safe_bits - bits - (scope == "final" ? 1 : 0));
  for (std::uint64_t channel = 0; channel < channels; ++channel) {
    channel_counts& row = result[channel];
    row.dot_products = frames;
    row.overflowing_dot_products = std::min<std::uint64_t>(frames, missing * missing * (3 + 7 * channel));
    row.persistent_dot_products = row.overflowing_dot_products / 2;
    row.events = row.overflowing_dot_products * (scope == "final" ? 1 : overflow == "wrap" ? 5 : 3);
  }
  return result;
}

/// Two events in each frame, the first of them wider than int64.
std::vector<overflow_event> some_events() {
  std::vector<overflow_event> events;
  for (std::uint64_t i = 0; i < 30; ++i) {
    overflow_event event;
    event.frame = i / 2;
    event.unit = static_cast<std::uint32_t>(i % 2);
    event.channel = static_cast<std::uint32_t>(i % 3);
    event.step = static_cast<std::uint32_t>((i * i) % 17);
    event.cycle = 10 * i;
    event.persistent = i % 3 == 0;
    const auto base = static_cast<std::int64_t>(i);
    event.narrow = {100 + base, 50, 150 + base, -106 + base};
    events.push_back(event);
  }
  const big_int wide = big_int(1) << 80;
  events[0].wide = std::make_shared<const std::array<big_int, 4>>(std::array<big_int, 4>{wide, wide, 2 * wide, 0});
  events[1].narrow[overflow_event::exact] = (std::int64_t{1} << 53) + 1;  // beyond what a double holds
  return events;
}

}  // namespace

void write_run(const std::filesystem::path& directory) {
  std::filesystem::create_directories(directory);
  run_store store((directory / "run.sqlite").string(), information("made-up/two-units"));
  std::array<unit_row, 2> units{};
  units[0] = {0, "mvau_0", "mvau", 4, 16, 2, 4, 8, "UINT1", 9, "wrap", "per_product", 7};
  units[1] = {1, "mvau_1", "mvau", 3, 4, 1, 1, 8, "UINT4", 11, "saturate", "per_cycle", 5};
  for (unit_row& unit : units) {
    unit.layer = unit.unit == 0 ? "Conv_0" : "a_layer_with_a_rather_long_name/of_its_own/MatMul_1";
    unit.weight_type = "INT8";
    unit.output_type = "UINT4";
    unit.claimed_bits = 9;
    unit.l1_bound = 12;
    unit.data_type_bound = 14;
    unit.zeros = 3;
    unit.cycles_per_frame = unit.unit == 0 ? 16 : 12;
  }
  store.write_units(units);
  const std::array<stream_row, 4> streams{
      {{0, {}, 0, 4, 4, 2, 2}, {1, 0, 1, 8, 2, 40, 33}, {2, 0, 1, 8, 2, 2, 2}, {3, 1, {}, 4, 3, 2, {}}}};
  store.write_streams(streams);
  const std::array<int, 4> first_bits{8, 9, 10, 11};
  const std::array<int, 3> second_bits{12, 12, 11};
  store.write_counts(0, counts(4, "wrap", "per_product"), first_bits);
  std::vector<channel_counts> second = counts(5, "saturate", "per_cycle");
  second.resize(3);
  store.write_counts(1, second, second_bits);
  store.write_events(some_events());
  std::vector<frame_row> rows;
  for (std::uint64_t frame = 0; frame < 40; ++frame) {
    const auto label = static_cast<std::int64_t>(frame % 10);
    frame_row row{frame, label, label, label, frame % 4, 0.25 * static_cast<double>(frame % 4)};
    if (frame == 3) row.simulated_class = 9;                       // became wrong
    if (frame == 5) row.exact_class = 0;                           // became right
    if (frame == 7) row.simulated_class = 1, row.exact_class = 2;  // stayed wrong
    if (frame == 9) row.simulated_class = 4, row.label.reset();    // unknown
    rows.push_back(row);
  }
  store.write_frames(rows);
  const std::array<activity_row, 2> activity{{{0, 640, 20, 30, 10}, {1, 480, 200, 0, 20}}};
  store.write_activity(activity);
  const std::array<cost_row, 5> costs{{{0, "base", 300, "300"},
                                       {0, "mult", 1234.5, "a formula"},
                                       {0, "bram18", 2, ""},
                                       {1, "base", 300, "300"},
                                       {1, "mult", 77.25, "a formula"}}};
  store.write_costs(costs);
  store.write_totals({40, 0.85, 0.9, 1400, 321, 123, 61, 700, 33, 0.375});
  store.write_meta("log_capped", "1");
}

void write_changed_large_run(const std::filesystem::path& directory) {
  write_large_run(directory);
  sqlite_database((directory / "run.sqlite").string(), sqlite_database::access::update)
      .execute(
          "UPDATE units SET accumulator_bits = accumulator_bits + 1 WHERE unit % 3 = 0;"
          "UPDATE costs SET luts = luts * (1 + 0.01 * (unit % 7 - 3))");
}

void write_profile(const std::filesystem::path& directory) {
  std::filesystem::create_directories(directory);
  const auto sums = [](int channel, int part) {
    return fmt::format(R"({{"low": -{0}, "high": {0}, "bits": {1}}})", 10 * (channel + 1) / part, 5 + channel);
  };
  std::string units;
  for (const auto& [name, rows, columns, simd] : {std::tuple{"mvau_0", 4, 16, 4}, std::tuple{"mvau_1", 3, 4, 1}}) {
    std::string all;
    for (int channel = 0; channel < rows; ++channel)
      all += fmt::format(R"({}{{"sums": {{"per_product": {}, "per_cycle": {}, "final": {}}}}})",
                         channel == 0 ? "" : ", ", sums(channel, 1), sums(channel, 1), sums(channel, 2));
    const auto total = [rows](int bits) {
      return fmt::format(R"({{"bits": {}, "dot_products_by_bits": {{"5": {}, "{}": 10}}}})", bits, 100 * rows, bits);
    };
    units += fmt::format(
        R"({}{{"name": "{}", "layer": "layer of {}", "rows": {}, "columns": {}, "simd": {}, "certified_bits": 12, )"
        R"("claimed_bits": {}, "sums": {{"per_product": {}, "per_cycle": {}, "final": {}}}, "channels": [{}]}})",
        units.empty() ? "" : ", ", name, name, rows, columns, simd, units.empty() ? "null" : "9", total(10), total(9),
        total(7), all);
  }
  std::ofstream(directory / "profile.json")
      << fmt::format(R"({{"dataset": "made-up", "frames": 30, "units": [{}]}})", units);
}

void write_wider_run(const std::filesystem::path& directory) {
  write_run(directory);
  sqlite_database((directory / "run.sqlite").string(), sqlite_database::access::update)
      .execute(
          "UPDATE units SET accumulator_bits = accumulator_bits + 2;"
          "UPDATE channels SET overflowing = 0, events = 0, persistent = 0 WHERE unit = 0;"
          "UPDATE costs SET luts = luts + 50 WHERE term = 'mult';"
          "UPDATE totals SET value = 0.875 WHERE key = 'accuracy';"
          "UPDATE frames SET class = label WHERE frame = 3; UPDATE frames SET class = 8 WHERE frame = 5;"
          "DELETE FROM frames WHERE frame >= 36");
}

void write_large_run(const std::filesystem::path& directory) {
  constexpr std::uint32_t unit_count = 130, channel_count = 1024;
  std::filesystem::create_directories(directory);
  run_store store((directory / "run.sqlite").string(), information("made-up/large"));
  std::vector<unit_row> units;
  std::vector<stream_row> streams;
  std::vector<cost_row> costs;
  std::vector<activity_row> activity;
  for (std::uint32_t u = 0; u < unit_count; ++u) {
    unit_row& unit = units.emplace_back();
    unit = {u,       "a_unit_with_a_rather_long_name_MVAU_" + std::to_string(u),
            "mvau",  channel_count,
            576,     1,
            1,       4,
            "UINT4", 12,
            "wrap",  "per_product",
            3};
    unit.layer = "features/stage_" + std::to_string(u) + "/Conv";
    unit.cycles_per_frame = 1000 + 37 * (u % 7);
    streams.push_back({u, u == 0 ? std::nullopt : std::optional(static_cast<int>(u) - 1), static_cast<int>(u), 16, 100,
                       2 + static_cast<int>(u % 5), 2});
    costs.push_back({u, "multipliers", 100.0 + u, ""});
    activity.push_back({u, 900, 50 + u % 13, 40, 10});
  }
  store.write_units(units);
  store.write_streams(streams);
  store.write_costs(costs);
  store.write_activity(activity);
  std::vector<channel_counts> counts(channel_count);
  std::vector<int> bits(channel_count);
  for (std::uint32_t u = 0; u < unit_count; ++u) {
    for (std::uint32_t c = 0; c < channel_count; ++c) {
      const std::uint64_t overflowing = (u * 31 + c * 17) % 11 == 0 ? (u * 7 + c * 13) % 5000 : 0;
      counts[c] = {50000, 3 * overflowing, overflowing, overflowing / 2};
      bits[c] = 9 + static_cast<int>((u + c * 5) % 6);
    }
    store.write_counts(u, counts, bits);
  }
  store.write_totals({200, 0.5, 0.75, 50000ULL * unit_count * channel_count, 1, 1, 1, 250000, 4000, 1.5});
  store.finish(1, false);
}

}  // namespace fixtures
