// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>
#include <signal.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <thread>

#include "spillway/models/onnx/read.h"
#include "spillway/models/support/read_file.h"
#include "spillway/tests/cli/run_process.h"
#include "spillway/tests/train/check_refusal.h"
#include "spillway/tests/train/small_photographs.h"

using namespace spillway;
namespace fs = std::filesystem;

namespace {

using texts = std::vector<std::string>;

texts command(const small_photographs& images, const texts& more) {
  texts result{(fs::path(SPILLWAY_BINARY_DIR) / "spillway-train").string(),
               "super-resolution",
               "--images",
               images.path.string(),
               "--quiet",
               "--width",
               "0.0625",
               "--patch",
               "8",
               "--patches",
               "32",
               "--batch",
               "8",
               "--test",
               "1"};
  // What a test asks for takes the place of these.
  for (std::size_t i = 0; i + 1 < more.size(); ++i)
    if (const auto found = std::find(result.begin() + 2, result.end(), more[i]);
        more[i].starts_with("--") && found != result.end())
      result.erase(found, found + 2);
  result.insert(result.end(), more.begin(), more.end());
  return result;
}

}  // namespace

TEST_CASE("both networks learn to enlarge, from a float network and with proven accumulators") {
  const small_photographs images;
  fs::create_directory(images / "out");
  for (const char* name : {"espcn", "unet"}) {
    CAPTURE(name);
    const std::string real = images / "float.ckpt", net = images / "net.onnx", shown = images / "out/shown.png";
    const process_result first = run_process(
        command(images, {"--network", name, "--method", "float", "--epochs", "1", "-o", real, "--picture", shown}));
    CAPTURE(first.err);
    REQUIRE(first.code == 0);
    CHECK(read_file(shown, longest_tensor_file).starts_with("\x89PNG"));
    CHECK(first.out.find("dB, bicubic ") != std::string::npos);
    const process_result second =
        run_process(command(images, {"--network", name, "--method", "a2q_plus", "--accumulator-width", "14", "--epochs",
                                     "1", "--from", real, "-o", net}));
    CAPTURE(second.err);
    REQUIRE(second.code == 0);
    const network file = read_qonnx(net);
    CHECK(file.metadata.contains("spillway.training.test_psnr"));
    CHECK(run_process({(fs::path(SPILLWAY_BINARY_DIR) / "spillway").string(), "check", net}).code == 0);
    for (const std::string& path : {real, net, net + ".ckpt", shown}) fs::remove(path);
  }
}

TEST_CASE("a super-resolution training that is killed, and goes on, ends in the same bytes") {
  const small_photographs images;
  const std::string whole = images / "whole.onnx", killed = images / "killed.onnx";
  const texts how{"--method", "a2q", "--accumulator-width", "12", "--epochs", "12", "-o"};
  const auto with = [&](const std::string& path, texts more) {
    more.insert(more.begin(), how.begin(), how.end());
    more.insert(more.begin() + static_cast<std::ptrdiff_t>(how.size()), path);
    return command(images, more);
  };
  REQUIRE(run_process(with(whole, {})).code == 0);
  const process_result first = run_process(with(killed, {"--checkpoint-every", "0"}), [&](int pid) {
    for (int i = 0; i < 6000 && !fs::exists(killed + ".ckpt"); ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    ::kill(pid, SIGKILL);
  });
  REQUIRE(first.code == 128 + SIGKILL);
  REQUIRE(run_process(with(killed, {"--checkpoint-every", "0"})).code == 0);
  CHECK(read_file(whole, longest_tensor_file) == read_file(killed, longest_tensor_file));
  CHECK(read_file(whole + ".csv", longest_tensor_file) == read_file(killed + ".csv", longest_tensor_file));
}

TEST_CASE("a super-resolution command refuses bad images and options in one line") {
  const small_photographs images;
  const std::string out = images / "out.ckpt";
  const auto refused = [&](texts more, int code, const std::string& part) {
    more.insert(more.end(), {"--method", "float", "--epochs", "1", "-o", out});
    check_refusal(run_process(command(images, more)), code, part);
    CHECK_FALSE(fs::exists(out));
  };
  refused({"--reduction", "0"}, 2, "reduction = 0; right: 1 to 64");
  refused({"--reduction", "9"}, 2, "a.png: 80 x 50 pixels; right: at least 216 x 216");
  refused({"--test", "4"}, 2, "test = 4, but");
  refused({"--patches", "7"}, 2, "patches = 7; right: the batch to");
  refused({"--norms", "batches"}, 2, "there are no batches statistics of batch norms; nearest: batch");
  refused({"--init", "interpolate"}, 2, "there is no init interpolate; nearest: interpolation");
  refused({"--network", "resnet"}, 2, "there is no network resnet");
  refused({"--picture", images / "none/p.png"}, 3, images / "none");
  refused({"--picture", images / "a.png"}, 2, "a.png");
  refused({"--images", images / "none"}, 3, images / "none");
  std::ofstream(images / "e.png") << "no image";
  refused({}, 2, "e.png: neither a PNG nor a JPEG file");
}
