// SPDX-License-Identifier: Apache-2.0
// What tools/train-on says of a work folder. That it starts, stops and goes on is the trainer's own test.
#include <doctest/doctest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "spillway/models/support/read_file.h"
#include "spillway/tests/cli/run_process.h"

using namespace spillway;
namespace fs = std::filesystem;

namespace {

/// A work folder, and a copy of the tool in a tree of its own, where nothing is committed but what a test writes there.
struct work_folder {
  fs::path path;

  work_folder() {
    std::string name = (fs::temp_directory_path() / "spillway-train-on-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path = name;
    ::setenv("SPILLWAY_TRAINING", (path / "work").c_str(), 1);
    for (const char* folder : {"work/runs", "work/program", "tree/tools", "tree/docs/training-logs/long"})
      fs::create_directories(path / folder);
    fs::copy_file(fs::path(SPILLWAY_SOURCE_DIR) / "tools/train-on", path / "tree/tools/train-on");
  }
  ~work_folder() {
    ::unsetenv("SPILLWAY_TRAINING");
    fs::remove_all(path);
  }
  work_folder(const work_folder&) = delete;
  work_folder& operator=(const work_folder&) = delete;

  void write(const std::string& file, const std::string& text) const { std::ofstream(path / file) << text; }

  process_result train_on(const std::string& argument) const {
    return run_process({(path / "tree/tools/train-on").string(), argument});
  }
};

}  // namespace

TEST_CASE("the state of the long runs: not begun, stopped, done, failed") {
  const work_folder work;
  const process_result first = work.train_on("status");
  REQUIRE(first.code == 0);
  CHECK(first.out.ends_with(" not begun; next: mobilenet_v1-float\n"));
  work.write("work/current", "mobilenet_v1-float\n");
  work.write("work/runs/mobilenet_v1-float.ckpt.csv", "epoch,loss\n1,2.5\n2,1.5\n");
  CHECK(work.train_on("status").out.starts_with("stopped  mobilenet_v1-float: epoch,loss 2,1.5\n"));
  work.write("work/runs/mobilenet_v1-float.score", "mobilenet_v1-float.ckpt: test top-1 90.00%\n");
  work.write("work/runs/mobilenet_v1-qat.failed", "spillway-train: training diverged in epoch 1\n");
  const process_result later = work.train_on("status");
  CHECK(
      later.out.starts_with("done     mobilenet_v1-float.ckpt: test top-1 90.00%\n"
                            "failed   mobilenet_v1-qat: spillway-train: training diverged in epoch 1\n"));
  CHECK(later.out.ends_with(" not begun; next: mobilenet_v1-a2q-p16\n"));
  CHECK(work.train_on("pause").out.starts_with("nothing runs in "));
}

TEST_CASE("long runs that are done are kept with their weights, and are not run again elsewhere") {
  const work_folder work;
  work.write("work/runs/mobilenet_v1-float.score", "mobilenet_v1-float.ckpt: test top-1 90.00%\n");
  work.write("work/runs/mobilenet_v1-float.ckpt.csv", "epoch,loss\n1,2.5\n");
  work.write("work/program/spillway-train", "#!/bin/sh\necho \"$1 $2\" >\"$4\"\n");
  fs::permissions(work.path / "work/program/spillway-train", fs::perms::owner_all);
  const process_result kept = work.train_on("keep");
  CHECK(kept.code == 0);
  CHECK(kept.out == "kept     mobilenet_v1-float\n");
  CHECK(read_file((work.path / "tree/models/zoo/starts/mobilenet_v1-float.ckpt").string(), 100) ==
        "weights runs/mobilenet_v1-float.ckpt\n");
  CHECK(read_file((work.path / "tree/docs/training-logs/long/mobilenet_v1-float.csv").string(), 100) ==
        "epoch,loss\n1,2.5\n");
  fs::remove_all(work.path / "work");
  const process_result elsewhere = work.train_on("status");
  CHECK(elsewhere.out.starts_with("done     mobilenet_v1-float.ckpt: test top-1 90.00%\n"));
  CHECK(elsewhere.out.ends_with(" not begun; next: mobilenet_v1-qat\n"));
}

TEST_CASE("tools/train-on takes no other words") {
  const work_folder work;
  const process_result result = work.train_on("stop");
  CHECK(result.code == 2);
  CHECK(result.err == "usage: tools/train-on [status|pause|keep]\n");
}
