// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>
#include <fmt/format.h>
#include <signal.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <thread>
#include <utility>

#include "spillway/models/data/dataset.h"
#include "spillway/models/onnx/read.h"
#include "spillway/models/streamline/streamline.h"
#include "spillway/models/support/read_file.h"
#include "spillway/tests/cli/run_process.h"
#include "spillway/tests/train/check_refusal.h"
#include "spillway/tests/train/small_cifar.h"

using namespace spillway;
namespace fs = std::filesystem;

namespace {

using texts = std::vector<std::string>;

texts command(const small_cifar& data, const texts& more) {
  texts arguments{(fs::path(SPILLWAY_BINARY_DIR) / "spillway-train").string(), "cifar10", "--data", data.path.string(),
                  "--quiet"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  const std::pair<const char*, const char*> small[] = {
      {"--width", "0.03125"}, {"--batch", "16"}, {"--learning-rate", "0.01"}, {"--validate", "20"}};
  for (const auto& [option, value] : small)
    if (std::find(more.begin(), more.end(), option) == more.end()) {
      arguments.emplace_back(option);
      arguments.emplace_back(value);
    }
  return arguments;
}

process_result train(const small_cifar& data, const texts& more, long max_file_bytes = 0) {
  return run_process(command(data, more), {}, max_file_bytes);
}

void check_success(const process_result& result) {
  CAPTURE(result.err);
  REQUIRE(result.code == 0);
  CHECK(result.err.empty());
  CHECK(result.out.find("test top-1") != std::string::npos);
}

void write(const std::string& path, const std::string& bytes) { std::ofstream(path, std::ios::binary) << bytes; }

const texts a2q12{"--method", "a2q", "--accumulator-width", "12", "--epochs", "2"};

texts joined(texts a, const texts& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

/// Waits until a checkpoint is there, and kills the process without warning.
void kill_after_checkpoint(int pid, const std::string& path) {
  for (int i = 0; i < 6000 && !fs::exists(path); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  ::kill(pid, SIGKILL);
}

}  // namespace

TEST_CASE("a training that is killed, and goes on, ends in the same bytes") {
  const small_cifar data;
  const std::string whole = data / "whole.onnx", killed = data / "killed.onnx";
  const texts recipe{"--method",      "qat",       "--epochs",  "2",           "--schedule", "one-cycle", "--layout",
                     "channels-last", "--average", "0.9",       "--warm-up",   "0.5",        "--cutout",  "8",
                     "--first-size",  "20",        "--network", "mobilenet_v1"};
  for (const texts& how : {a2q12, texts{"--method", "qat", "--optimizer", "adam", "--epochs", "2"}, recipe}) {
    check_success(train(data, joined(how, {"-o", whole})));
    const texts again = joined(how, {"--checkpoint-every", "0", "-o", killed});
    const process_result first =
        run_process(command(data, again), [&](int pid) { kill_after_checkpoint(pid, killed + ".ckpt"); });
    REQUIRE(first.code == 128 + SIGKILL);
    REQUIRE_FALSE(fs::exists(killed));
    check_success(train(data, again));
    // The network's name is that of its graph, whatever the file's: all bytes are the same.
    CHECK(read_file(whole, longest_tensor_file) == read_file(killed, longest_tensor_file));
    CHECK(read_file(whole + ".csv", longest_tensor_file) == read_file(killed + ".csv", longest_tensor_file));
    for (const std::string& path : {whole, killed})
      for (const char* end : {"", ".ckpt", ".csv"}) fs::remove(path + end);
  }
}

TEST_CASE("a training that is asked to stop does, keeps what it learned, and goes on to the same bytes") {
  const small_cifar data;
  const std::string whole = data / "whole.onnx", stopped = data / "stopped.onnx";
  check_success(train(data, joined(a2q12, {"-o", whole})));
  for (const int signal : {SIGTERM, SIGINT}) {
    // The first checkpoint says that training has begun: from then on a signal is a wish.
    texts again = joined(a2q12, {"-o", stopped});
    const process_result first = run_process(command(data, joined(again, {"--checkpoint-every", "0"})), [&](int pid) {
      for (int i = 0; i < 6000 && !fs::exists(stopped + ".ckpt"); ++i)
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
      ::kill(pid, signal);
    });
    check_refusal(first, 128 + signal, "the same command goes on from ");
    REQUIRE_FALSE(fs::exists(stopped));
    check_success(train(data, again));
    CHECK(read_file(whole, longest_tensor_file) == read_file(stopped, longest_tensor_file));
    for (const char* end : {"", ".ckpt", ".csv"}) fs::remove(stopped + end);
  }
}

TEST_CASE("a network learns from a float one, and the file says so") {
  const small_cifar data;
  const std::string real = data / "float.ckpt", net = data / "net.onnx";
  check_success(train(data, {"--method", "float", "--epochs", "1", "--average", "0.99", "-o", real}));
  check_success(train(data, {"--method", "qat", "--epochs", "1", "--from", real, "--teacher", real, "--distillation",
                             "0.75", "--label-smoothing", "0.1", "-o", net}));
  CHECK(read_qonnx(net)
            .metadata.at("spillway.training.command")
            .ends_with(" --validate 20 --label-smoothing 0.1 --distillation 0.75 --temperature 4 --teacher float.ckpt "
                       "--from float.ckpt"));
  check_refusal(train(data, {"--width", "0.0625", "--teacher", real, "-o", data / "other.onnx"}), 2,
                "float.ckpt: a checkpoint of another network");
}

TEST_CASE("a float network becomes one with proven accumulators, and says how") {
  const small_cifar data;
  const std::string real = data / "float.ckpt", net = data / "net.onnx";
  for (const char* name : {"resnet18", "mobilenet_v1"}) {
    check_success(train(data, {"--network", name, "--method", "float", "--epochs", "1", "-o", real}));
    const process_result result = train(data, {"--network", name, "--method", "a2q_plus", "--accumulator-width", "13",
                                               "--start", "centred", "--epochs", "1", "--from", real, "-o", net});
    check_success(result);
    const network file = read_qonnx(net);
    CHECK(file.metadata.at("spillway.training.command") ==
          fmt::format("cifar10 --network {} --width 0.03125 --method a2q_plus --weight-bits 4 --input-bits 4 "
                      "--accumulator-width 13 --start centred --penalty 0.001 --seed 1 --epochs 1 --batch 16 "
                      "--optimizer sgd --momentum 0.9 --learning-rate 0.01 --scale-learning-rate 0.01 --weight-decay "
                      "1e-05 --schedule step --decay 0.1 --decay-epochs 30 --validate 20 --from float.ckpt",
                      name));
    std::size_t claims = 0;
    for (const auto& [key, value] : file.metadata) claims += key.starts_with("spillway.accumulator.") ? 1 : 0;
    CHECK(claims == (std::string(name) == "resnet18" ? 19 : 26));
    CHECK(spillway_command({"check", net}).code == 0);
    // (Residual networks want deeper streams than the engine's default: docs/real-networks.md.)
    if (std::string(name) == "mobilenet_v1") {
      const auto run = spillway_command({"simulate", net, "--data", data / "test_batch.bin", "--frames", "1",
                                         "--accumulator", "24", "--compare", "-q"});
      CAPTURE(run.err);
      CHECK(run.code == 0);
      CHECK(run.out.find("with the integer network: 0 differ") != std::string::npos);
    }
    const std::string log = read_file(net + ".csv", longest_tensor_file);
    CHECK(log.starts_with("epoch,loss,training_top1,validation_top1,learning_rate\n1,"));
    CHECK(std::count(log.begin(), log.end(), '\n') == 2);
    for (const std::string& path : {real, real + ".csv", net, net + ".csv", net + ".ckpt"}) fs::remove(path);
  }
}

TEST_CASE("a network that wraps is trained, says how, and simulates in registers of its width") {
  const small_cifar data;
  const std::string net = data / "net.onnx";
  const process_result result =
      train(data, {"--network", "mobilenet_v1", "--method", "wrapnet", "--accumulator-width", "7", "--slope", "3",
                   "--scale-learning-rate", "0.0001", "--epochs", "1", "-o", net});
  check_success(result);
  CHECK(result.out.find("% of the sums overflow\n") != std::string::npos);
  const network file = read_qonnx(net);
  CHECK(file.metadata.at("spillway.training.command").find(" --accumulator-width 7 --slope 3 --penalty 0.001 --seed") !=
        std::string::npos);
  CHECK(file.metadata.at("spillway.training.method") == "wrapnet");
  CHECK(file.metadata.at("spillway.training.accumulator_bits") == "7");
  CHECK(file.metadata.at("spillway.training.slope") == "3");
  for (const auto& [key, value] : file.metadata) CHECK_FALSE(key.starts_with("spillway.accumulator."));
  CHECK(spillway_command({"check", net}).code == 0);
  const auto run = spillway_command({"simulate", net, "--data", data / "test_batch.bin", "--frames", "2",
                                     "--accumulator", "24", "--accumulator", "MVAU_5=7:wrap:final", "-q"});
  CAPTURE(run.err);
  CHECK(run.code == 0);
}

TEST_CASE("checkpoints of other networks and other recipes, and broken ones, are refused and kept") {
  const small_cifar data;
  const std::string real = data / "float.ckpt", net = data / "net.onnx", kept = net + ".ckpt";
  check_success(train(data, {"--method", "float", "--epochs", "1", "-o", real}));
  const std::string bytes = read_file(real, longest_tensor_file);
  const auto from = [&](const texts& more) { return train(data, joined(joined(a2q12, {"-o", net}), more)); };
  check_refusal(from({"--network", "mobilenet_v1", "--from", real}), 2, "float.ckpt: a checkpoint of another network");
  check_refusal(from({"--width", "0.0625", "--from", real}), 2, "a checkpoint of another network");
  check_refusal(from({"--from", data / "none.ckpt"}), 3, "none.ckpt");
  check_refusal(from({"--from", data / "test_batch.bin"}), 2, "test_batch.bin: no checkpoint");
  write(data / "short.ckpt", bytes.substr(0, bytes.size() / 2));
  check_refusal(from({"--from", data / "short.ckpt"}), 2, "short.ckpt: no checkpoint, or a truncated one");
  // Where the run's own checkpoint would be there is another's.
  fs::copy_file(real, kept);
  check_refusal(from({}), 2, "net.onnx.ckpt is a checkpoint of `cifar10 --network resnet18");
  CHECK(read_file(kept, longest_tensor_file) == bytes);
  CHECK_FALSE(fs::exists(net));
  check_success(from({"--restart"}));
}

TEST_CASE("weights alone are what a run starts from, an eighth of a checkpoint, and none goes on from them") {
  const small_cifar data;
  const std::string real = data / "float.ckpt", start = data / "start.ckpt", net = data / "net.onnx";
  check_success(train(data, {"--method", "float", "--width", "0.125", "--epochs", "1", "-o", real}));
  const auto weights = [&](const texts& more) {
    return run_process(joined({(fs::path(SPILLWAY_BINARY_DIR) / "spillway-train").string(), "weights"}, more));
  };
  const process_result written = weights({real, "-o", start});
  REQUIRE(written.code == 0);
  CHECK(written.out.find("start.ckpt: weights of `cifar10 --network resnet18") != std::string::npos);
  CHECK(fs::file_size(start) * 6 < fs::file_size(real));  // what is small is not halved
  check_refusal(weights({real, "-o", start}), 2, "start.ckpt exists; --force replaces it");
  check_refusal(weights({data / "test_batch.bin", "-o", net}), 2, "test_batch.bin: no checkpoint");
  check_success(train(data, joined(a2q12, {"--width", "0.125", "--from", start, "-o", net})));
  // A run of its own recipe finds it where its checkpoint would be.
  fs::copy_file(start, real, fs::copy_options::overwrite_existing);
  check_refusal(train(data, {"--method", "float", "--width", "0.125", "--epochs", "1", "-o", real}), 2,
                "float.ckpt: weights alone, from which no run goes on");
}

TEST_CASE("a diverging run stops, and a full disk too: one line, and what was there is there") {
  const small_cifar data;
  const std::string net = data / "net.onnx", kept = net + ".ckpt";
  check_refusal(train(data, joined(a2q12, {"--learning-rate", "1e30", "-o", net})), 1, "training diverged in epoch 1");
  CHECK_FALSE(fs::exists(net));
  check_success(train(data, joined(a2q12, {"-o", net})));
  const std::string checkpoint = read_file(kept, longest_tensor_file), file = read_file(net, longest_tensor_file);
  check_refusal(train(data, joined(a2q12, {"--restart", "--force", "-o", net}), 4096), 3, "net.onnx.ckpt");
  CHECK(read_file(kept, longest_tensor_file) == checkpoint);
  CHECK(read_file(net, longest_tensor_file) == file);
}

TEST_CASE("missing and truncated images, and usage that can't work, are refused before training") {
  const small_cifar data;
  const std::string net = data / "net.onnx";
  const auto refused = [&](const texts& more, int code, const std::string& part) {
    check_refusal(train(data, more), code, part);
  };
  refused({"--method", "a2q", "-o", net}, 2, "needs --accumulator-width");
  refused({"--method", "qat", "--accumulator-width", "12", "-o", net}, 2, "others know no accumulator");
  refused({"--method", "a2c", "-o", net}, 2, "nearest: a2q");
  refused({"--network", "resnet", "-o", net}, 2, "nearest: resnet18");
  refused({"--width", "0", "-o", net}, 2, "width_multiplier = 0");
  refused({"--epochs", "0", "-o", net}, 2, "epochs = 0");
  refused({"--batch", "1000", "-o", net}, 2, "batch = 1000, but there are 100 images");
  refused({"--validate", "120", "-o", net}, 2, "right: 0 to 119");
  refused({"--schedule", "cosin", "-o", net}, 2, "nearest: cosine");
  refused({"--label-smoothing", "1", "-o", net}, 2, "label-smoothing = 1");
  refused({"--average", "1", "-o", net}, 2, "average = 1");
  refused({"--warm-up", "2", "-o", net}, 2, "warm-up = 2");
  refused({"--layout", "last", "-o", net}, 2, "nearest: channels-last");
  refused({"--cutout", "8", "--no-augmentation", "-o", net}, 2, "--cutout is a part of the augmentation");
  refused({"--first-size", "40", "-o", net}, 2, "first-size = 40; right: at most 32");
  refused({"--network", "mobilenet_v1", "--first-size", "12", "-o", net}, 2, "first-size = 12: too small");
  refused({"--teacher", data / "none.ckpt", "-o", net}, 3, "none.ckpt");
  refused({"--accumulator-width", "1", "--method", "a2q", "-o", net}, 2, "accumulator_bits = 1");
  refused({"--method", "wrapnet", "-o", net}, 2, "needs --accumulator-width");
  refused({"--accumulator-width", "17", "--method", "wrapnet", "-o", net}, 2,
          "cyclic_reduction.bits = 17; right: 2 to 16");
  refused({"--method", "qat", "--slope", "3", "-o", net}, 2, "others reduce nothing");
  refused({"--method", "wrapnet", "--accumulator-width", "7", "--format", "qcdq", "-o", net}, 2,
          "--format qcdq has no form for the thresholds of wrapnet's reduction; right: qonnx");
  refused({"-o", data / "nowhere/net.onnx"}, 3, "there is no folder");
  refused({"-o", data.path.string()}, 2, "is a folder");
  write(net, "something of the user's");
  refused({"-o", net}, 2, "exists; --force replaces it");
  fs::remove(net);
  fs::resize_file(data / "data_batch_4.bin", 4000);
  refused({"-o", net}, 2, "data_batch_4.bin: 4000 bytes");
  fs::remove(data / "data_batch_4.bin");
  refused({"-o", net}, 3, "data_batch_4.bin");
  CHECK_FALSE(fs::exists(net));
}
