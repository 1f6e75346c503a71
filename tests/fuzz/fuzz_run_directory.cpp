// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <fuzzer/FuzzedDataProvider.h>
#include <sqlite3.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>
#include <string>
#include <vector>

#include "spillway/models/support/error.h"
#include "spillway/report/report_data.h"
#include "spillway/tests/fuzz/checks.h"
#include "spillway/traces/query.h"
#include "spillway/traces/run_store.h"
#include "spillway/traces/table.h"

// A run directory with anything changed in its database, in rows, in tables and in bytes, is answered from, or refused.
// The input is the list of changes.

namespace {

using namespace spillway;
using namespace spillway::fuzz;
namespace fs = std::filesystem;

const fs::path& folder() {
  static const fs::path made = [] {
    std::string name = (fs::exists("/dev/shm") ? fs::path("/dev/shm") : fs::temp_directory_path()) / "fuzz_run_XXXXXX";
    check(::mkdtemp(name.data()) != nullptr, "no folder");
    std::atexit([] {
      std::error_code ignored;
      fs::remove_all(folder(), ignored);
    });
    return fs::path(name);
  }();
  return made;
}

std::string file() { return (folder() / "run.sqlite").string(); }

/// A small run of two units: every table has rows.
std::string made_run() {
  run_store store(file(), {"1.0", "spillway simulate", "net.onnx", "data", "cycle", "2026-01-01T00:00:00Z"});
  std::vector<unit_row> units(2);
  for (std::uint32_t u = 0; u < 2; ++u) {
    units[u].unit = u;
    units[u].name = fmt::format("MVAU_{}", u);
    units[u].kind = "mvau";
    units[u].mh = 2;
    units[u].mw = 4;
    units[u].accumulator_bits = 8;
  }
  store.write_units(units);
  const std::vector<channel_counts> counts(2);
  const std::vector<int> bits{9, 8};
  for (std::uint32_t u = 0; u < 2; ++u) store.write_counts(u, counts, bits);
  std::vector<overflow_event> events(3);
  for (std::size_t i = 0; i < events.size(); ++i) {
    events[i].frame = i;
    events[i].step = static_cast<std::uint32_t>(i);
    events[i].narrow = {100, 100, 200, -56};
  }
  store.write_events(events);
  const std::vector<frame_row> frames{{0, 1, 1, 0, 2, 0.5}, {1, 0, 0, 1, 1, 0}, {2, std::nullopt, 1, 1, 0, 0}};
  store.write_frames(frames);
  const std::vector<activity_row> activity{{0, 1, 2, 3, 4}, {1, 4, 3, 2, 1}};
  store.write_activity(activity);
  const std::vector<cost_row> costs{{0, "compute", 12, "a + b"}};
  store.write_costs(costs);
  store.write_totals({});
  store.finish(1.5, false);
  return "made";
}

std::string image() {
  static const std::string bytes = [] {
    made_run();
    std::ifstream in(file(), std::ios::binary);
    return std::string{std::istreambuf_iterator<char>(in), {}};
  }();
  return bytes;
}

constexpr std::array<const char*, 10> tables{"meta",  "units",  "channels", "events", "frames",
                                             "costs", "totals", "activity", "orders", "sqlite_sequence"};
constexpr std::array<const char*, 26> columns{
    "key",    "value", "unit",   "name",        "kind",           "channel", "dot_products", "events", "overflowing",
    "frame",  "label", "class",  "exact_class", "abs_error",      "step",    "cycle",        "pe",     "before",
    "addend", "exact", "stored", "persistent",  "certified_bits", "term",    "luts",         "mh"};

std::string some_value(FuzzedDataProvider& input) {
  switch (input.ConsumeIntegralInRange(0, 6)) {
    case 0:
      return "NULL";
    case 1:
      return fmt::format("{}", input.ConsumeIntegral<std::int64_t>());
    case 2:
      return "-9223372036854775808";
    case 3:
      return "1e999";
    case 4:
      return "'123456789012345678901234567890'";
    case 5:
      return "x'FF00C29B1B'";
    default:
      return fmt::format("'{}'", input.ConsumeIntegral<int>());
  }
}

std::string some_change(FuzzedDataProvider& input) {
  const char* table = input.PickValueInArray(tables);
  const char* column = input.PickValueInArray(columns);
  switch (input.ConsumeIntegralInRange(0, 7)) {
    case 0:
      return fmt::format("DROP TABLE {}", table);
    case 1:
      return fmt::format("ALTER TABLE {} RENAME COLUMN {} TO other", table, column);
    case 2:
      return fmt::format("DELETE FROM {} WHERE rowid % 2 = {}", table, input.ConsumeIntegralInRange(0, 1));
    case 3:
      return fmt::format("ALTER TABLE {} ADD COLUMN more TEXT", table);
    case 4:
      return fmt::format(
          "CREATE VIEW v AS SELECT * FROM {0}; ALTER TABLE {0} RENAME TO was; CREATE VIEW {0} AS SELECT * FROM was",
          table);
    default:
      return fmt::format("UPDATE OR IGNORE {} SET {} = {} WHERE rowid <= {}", table, column, some_value(input),
                         input.ConsumeIntegralInRange(0, 4));
  }
}

void change_rows(FuzzedDataProvider& input) {
  sqlite3* database = nullptr;
  check(sqlite3_open(file().c_str(), &database) == SQLITE_OK, "no database");
  sqlite3_exec(database, "PRAGMA synchronous = OFF; PRAGMA journal_mode = MEMORY", nullptr, nullptr, nullptr);
  for (int left = input.ConsumeIntegralInRange(0, 6); left > 0; --left)
    sqlite3_exec(database, some_change(input).c_str(), nullptr, nullptr, nullptr);
  sqlite3_close(database);
}

void change_bytes(FuzzedDataProvider& input) {
  std::fstream bytes(file(), std::ios::binary | std::ios::in | std::ios::out);
  const std::size_t size = image().size();
  for (int left = input.ConsumeIntegralInRange(0, 4); left > 0; --left) {
    bytes.seekp(static_cast<std::streamoff>(input.ConsumeIntegralInRange<std::size_t>(0, size - 1)));
    bytes.put(input.ConsumeIntegral<char>());
  }
}

template <class Ask>
void tried(Ask&& ask) {
  try {
    ask();
  } catch (const error& refusal) {
    check_message(refusal.what());
  }
}

void ask_everything() {
  const query run(folder().string());
  tried([&] { to_text(run.summary()); });
  tried([&] { to_json(run.channels()); });
  tried([&] { to_csv(run.steps()); });
  tried([&] { to_text(run.flips()); });
  tried([&] { to_json(run.events()); });
  tried([&] { run.load_events(); });
  tried([&] { run.log_note(); });
  tried([&] { run.finished(); });
  tried([&] { run.events({.unit = "MVAU_1"}); });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string whole = image();
  FuzzedDataProvider input(data, size);
  std::ofstream(file(), std::ios::binary) << whole;
  change_rows(input);
  if (input.ConsumeBool()) change_bytes(input);
  tried(ask_everything);
  tried([] { read_report_data(folder(), "fuzz", 100); });
  return 0;
}
