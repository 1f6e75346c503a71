// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <random>

#include "spillway/models/support/read_file.h"
#include "spillway/tests/faults/fault.h"
#include "spillway/tests/train/small_cifar.h"

// kill -9 to a training. Epochs that were finished are not trained again, and the end has the bytes of one that nobody
// disturbed.

using namespace spillway;
using namespace spillway::faults;
namespace fs = std::filesystem;

namespace {

std::string bytes_of(const std::string& path) {
  return fs::exists(path) ? read_file(path, std::size_t{1} << 28) : std::string();
}

std::int64_t epochs(const std::string& log) { return std::count(log.begin(), log.end(), '\n'); }

/// A training with a checkpoint after each step; some 10 s in the long tests.
subject training(const small_cifar& data) {
  const bool is_long = faults::is_long();
  return {"training",
          {SPILLWAY_BINARY_DIR "/spillway-train",
           "cifar10",
           "--data",
           data.path.string(),
           "--network",
           "mobilenet_v1",
           "--width",
           is_long ? "0.25" : "0.03125",
           "--batch",
           is_long ? "8" : "16",
           "--epochs",
           is_long ? "36" : "2",
           "--learning-rate",
           "0.01",
           "--validate",
           "20",
           "--method",
           "a2q_plus",
           "--accumulator-width",
           "12",
           "--checkpoint-every",
           "0",
           "--quiet"}};
}

struct trained {
  std::string network, log;
};

trained result_of(const std::string& path) { return {bytes_of(path), bytes_of(path + ".csv")}; }

/// What a kill has left, against the whole result.
std::string wrong_remains(const std::string& path, const trained& whole) {
  const trained now = result_of(path);
  if (!now.network.empty() && now.network != whole.network) return "a network of other bytes";
  if (!whole.log.starts_with(now.log)) return "a log that is not the beginning of the whole one";
  return {};
}

}  // namespace

TEST_CASE("a training that is killed at any moment goes on, and ends in the same bytes") {
  const small_cifar data;
  const subject of = training(data);
  const std::string expected = data / "expected.onnx";
  const auto time = time_of([&] { REQUIRE(run_process(of.into(expected)).code == 0); });
  const trained whole = result_of(expected);
  REQUIRE(epochs(whole.log) > 2);
  tally all(title("kill -9, twice, training", time));
  std::mt19937_64 random(6);
  std::uniform_int_distribution<std::int64_t> moment(0, time.count());
  for (int i = 0; i < tries(2); ++i) {
    const std::string path = data / "killed.onnx";
    std::string wrong;
    std::int64_t before = 0;
    for (int kills = 0; kills < 2 && wrong.empty(); ++kills) {
      kill_after(of.into(path), std::chrono::milliseconds(moment(random)));
      wrong = wrong_remains(path, whole);
      const std::int64_t now = epochs(result_of(path).log);
      if (wrong.empty() && now < before) wrong = fmt::format("{} lines of the log became {}", before, now);
      before = now;
    }
    if (wrong.empty()) {
      const process_result end = run_process(of.into(path));
      const trained got = result_of(path);
      if (end.code != 0 && got.network.empty()) wrong = fmt::format("exit code {}: {}", end.code, end.err);
      if (got.network != whole.network || got.log != whole.log) wrong += "another end";
      for (const auto& entry : fs::directory_iterator(data.path))
        if (entry.path().extension() == ".part") wrong += "; a draft is left: " + entry.path().filename().string();
    }
    all.add(wrong);
    for (const char* end : {"", ".ckpt", ".csv"}) fs::remove(path + end);
  }
}
