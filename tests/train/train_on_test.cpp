// SPDX-License-Identifier: Apache-2.0
// What tools/train-on says of a work folder. That it starts, stops and goes on is the trainer's own test.
#include <doctest/doctest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "spillway/tests/cli/run_process.h"

using namespace spillway;
namespace fs = std::filesystem;

namespace {

struct work_folder {
  fs::path path;

  work_folder() {
    std::string name = (fs::temp_directory_path() / "spillway-train-on-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path = name;
    ::setenv("SPILLWAY_TRAINING", name.c_str(), 1);
    fs::create_directory(path / "runs");
  }
  ~work_folder() {
    ::unsetenv("SPILLWAY_TRAINING");
    fs::remove_all(path);
  }
  work_folder(const work_folder&) = delete;
  work_folder& operator=(const work_folder&) = delete;

  void write(const std::string& file, const std::string& text) const { std::ofstream(path / file) << text; }
};

process_result train_on(const std::string& argument) {
  return run_process({(fs::path(SPILLWAY_SOURCE_DIR) / "tools/train-on").string(), argument});
}

}  // namespace

TEST_CASE("the state of the long runs: not begun, stopped, done, failed") {
  const work_folder work;
  const process_result first = train_on("status");
  REQUIRE(first.code == 0);
  CHECK(first.out.ends_with(" not begun; next: mobilenet_v1-float\n"));
  work.write("current", "mobilenet_v1-float\n");
  work.write("runs/mobilenet_v1-float.ckpt.csv", "epoch,loss\n1,2.5\n2,1.5\n");
  CHECK(train_on("status").out.starts_with("stopped  mobilenet_v1-float: epoch,loss 2,1.5\n"));
  work.write("runs/mobilenet_v1-float.score", "mobilenet_v1-float.ckpt: test top-1 90.00%\n");
  work.write("runs/mobilenet_v1-qat.failed", "spillway-train: training diverged in epoch 1\n");
  const process_result later = train_on("status");
  CHECK(
      later.out.starts_with("done     mobilenet_v1-float.ckpt: test top-1 90.00%\n"
                            "failed   mobilenet_v1-qat: spillway-train: training diverged in epoch 1\n"));
  CHECK(later.out.ends_with(" not begun; next: mobilenet_v1-a2q-p16\n"));
  CHECK(train_on("pause").out.starts_with("nothing runs in "));
}

TEST_CASE("tools/train-on takes no other words") {
  const work_folder work;
  const process_result result = train_on("stop");
  CHECK(result.code == 2);
  CHECK(result.err == "usage: tools/train-on [status|pause]\n");
}
