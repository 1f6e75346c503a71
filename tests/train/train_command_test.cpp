// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <utility>

#include "spillway/models/data/dataset.h"
#include "spillway/models/data/load_dataset.h"
#include "spillway/models/integer_network/same_integers.h"
#include "spillway/models/onnx/read.h"
#include "spillway/models/onnx/write.h"
#include "spillway/models/streamline/streamline.h"
#include "spillway/models/support/read_file.h"
#include "spillway/tests/cli/run_process.h"
#include "spillway/tests/train/check_refusal.h"

using namespace spillway;
namespace fs = std::filesystem;

namespace {

std::string big_endian(std::uint32_t value) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(value >> shift & 0xff);
  return bytes;
}

void write(const fs::path& path, const std::string& bytes) { std::ofstream(path, std::ios::binary) << bytes; }

/// A folder with MNIST's four files, of a few images: the class lights up its own rows.
struct small_mnist {
  fs::path path;

  small_mnist() {
    std::string name = (fs::temp_directory_path() / "spillway-mnist-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path = name;
    write_part("train", 400);
    write_part("t10k", 60);
  }
  ~small_mnist() { fs::remove_all(path); }

  void write_part(const std::string& part, std::uint32_t frames) const {
    std::mt19937_64 bits(frames);
    std::string images = std::string("\0\0\x08\x03", 4) + big_endian(frames) + big_endian(28) + big_endian(28);
    std::string labels = std::string("\0\0\x08\x01", 4) + big_endian(frames);
    for (std::uint32_t frame = 0; frame < frames; ++frame) {
      const auto label = bits() % 10;
      labels += static_cast<char>(label);
      for (std::uint32_t i = 0; i < 784; ++i)
        images += static_cast<char>(bits() % 100 < (i / 56 == label ? 70U : 10U) ? 128 + bits() % 128 : bits() % 128);
    }
    write(path / (part + "-images-idx3-ubyte"), images);
    write(path / (part + "-labels-idx1-ubyte"), labels);
  }

  std::string operator/(const std::string& file) const { return (path / file).string(); }
};

process_result train_command(std::vector<std::string> arguments, long max_file_bytes = 0) {
  arguments.insert(arguments.begin(), (fs::path(SPILLWAY_BINARY_DIR) / "spillway-train").string());
  return run_process(arguments, {}, max_file_bytes);
}

std::vector<std::string> recipe(const small_mnist& mnist, std::vector<std::string> more) {
  std::vector<std::string> arguments{"mnist-linear", "--mnist", mnist.path.string(), "--epochs", "3", "--batch", "50"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

}  // namespace

TEST_CASE("the command trains, and the same command makes the same bytes, whatever the threads") {
  const small_mnist mnist;
  for (const std::vector<std::string>& method :
       {std::vector<std::string>{"--method", "qat"}, std::vector<std::string>{"--method", "a2q", "--bits", "9"}}) {
    std::string bytes[2];
    for (int i = 0; i < 2; ++i) {
      ::setenv("OMP_NUM_THREADS", i == 0 ? "1" : "4", 1);
      ::setenv("ATEN_CPU_CAPABILITY", i == 0 ? "default" : "avx2", 1);
      auto arguments = recipe(mnist, method);
      arguments.insert(arguments.end(), {"-o", mnist / "net.onnx", "--force"});
      const process_result result = train_command(arguments);
      CAPTURE(result.err);
      REQUIRE(result.code == 0);
      CHECK(result.out.find("training top-1") != std::string::npos);
      bytes[i] = read_file(mnist / "net.onnx", 1 << 20);
    }
    CHECK(bytes[0] == bytes[1]);
  }
  const network file = read_qonnx(mnist / "net.onnx");
  CHECK(matrix_layers(streamline(file)).at(0)->claimed_bits == 9);
  CHECK(file.metadata.at("spillway.training.command") ==
        "mnist-linear --method a2q --bits 9 --seed 1 --epochs 3 --batch 50");
}

TEST_CASE("A2Q+, other starts and other limits are trained, certified and said") {
  const small_mnist mnist;
  const std::vector<std::vector<std::string>> hows{{"--method", "a2q_plus", "--bits", "8"},
                                                   {"--method", "a2q_plus", "--bits", "8", "--start", "centred"},
                                                   {"--method", "a2q", "--bits", "8", "--limit", "tight"},
                                                   {"--method", "a2q", "--bits", "8", "--format", "qcdq"}};
  const std::string texts[] = {"--method a2q_plus --bits 8 --seed 1 --epochs 3 --batch 50",
                               "--method a2q_plus --bits 8 --seed 1 --epochs 3 --batch 50 --start centred",
                               "--method a2q --bits 8 --seed 1 --epochs 3 --batch 50 --limit tight",
                               "--method a2q --bits 8 --seed 1 --epochs 3 --batch 50 --format qcdq"};
  for (std::size_t i = 0; i < hows.size(); ++i) {
    auto arguments = recipe(mnist, hows[i]);
    arguments.insert(arguments.end(), {"-o", mnist / "net.onnx", "--force"});
    const process_result result = train_command(arguments);
    CAPTURE(result.err);
    REQUIRE(result.code == 0);
    const network file = read_qonnx(mnist / "net.onnx");
    CHECK(matrix_layers(streamline(file)).at(0)->claimed_bits == 8);
    CHECK(file.metadata.at("spillway.training.command") == "mnist-linear " + texts[i]);
  }
}

TEST_CASE("tiles are trained by the command, and check proves what their file claims") {
  const small_mnist mnist;
  const std::string net = mnist / "net.onnx";
  const process_result result =
      train_command(recipe(mnist, {"--method", "a2q_plus", "--bits", "8", "--tile", "56", "-o", net}));
  CAPTURE(result.err);
  REQUIRE(result.code == 0);
  CHECK(result.out.find("tiles 8x56:") != std::string::npos);
  network file = read_qonnx(net);
  CHECK(file.metadata.at("spillway.training.command") ==
        "mnist-linear --method a2q_plus --bits 8 --tile 56 --seed 1 --epochs 3 --batch 50");
  const std::string check = (fs::path(SPILLWAY_BINARY_DIR) / "spillway").string();
  const process_result proof = run_process({check, "check", net});
  CHECK(proof.code == 0);
  CHECK(proof.out.find("claims of the file: 2 of 2 proved\n") != std::string::npos);
  file.metadata.at("spillway.tiled_accumulator.MatMul_0") = "2x56:12";
  write_qonnx(file, net);
  CHECK(run_process({check, "check", net}).code == 1);
}

TEST_CASE("TFC is trained on 8-bit pixels, and its hidden layers are certified") {
  const small_mnist mnist;
  const std::string net = mnist / "tfc.onnx";
  const std::vector<std::string> arguments{"mnist",
                                           "--data",
                                           mnist.path.string(),
                                           "--method",
                                           "a2q_plus",
                                           "--accumulator-width",
                                           "10",
                                           "--width",
                                           "0.25",
                                           "--epochs",
                                           "2",
                                           "--batch",
                                           "50",
                                           "--validate",
                                           "50",
                                           "--learning-rate",
                                           "0.02",
                                           "-o",
                                           net};
  const process_result result = train_command(arguments);
  CAPTURE(result.err);
  REQUIRE(result.code == 0);
  const network file = read_qonnx(net);
  int claims = 0;
  for (const auto& [key, value] : file.metadata) claims += key.starts_with("spillway.accumulator.") ? 1 : 0;
  CHECK(claims == 2);
  CHECK(file.metadata.at("spillway.training.command").rfind("mnist --network tfc --width 0.25 --method a2q_plus", 0) ==
        0);
  // OpenBLAS takes a thread a core by itself, and then sums in another order: --threads decides for it, too.
  const std::string bytes = read_file(net, 1 << 24);
  for (const char* threads : {"1", "4"}) {
    ::setenv("OPENBLAS_NUM_THREADS", threads, 1);
    std::vector<std::string> anew = arguments;
    anew.insert(anew.end(), {"--force", "--restart"});
    REQUIRE(train_command(anew).code == 0);
    CHECK(read_file(net, 1 << 24) == bytes);
  }
  ::unsetenv("OPENBLAS_NUM_THREADS");
  // A finished checkpoint goes straight to the file, in another format with the same integers.
  std::vector<std::string> as_qcdq = arguments;
  as_qcdq.insert(as_qcdq.end(), {"--force", "--format", "qcdq"});
  REQUIRE(train_command(as_qcdq).code == 0);
  const network qcdq = read_qonnx(net);
  CHECK(same_integers(streamline(qcdq), streamline(file)));
  CHECK(qcdq.metadata.at("spillway.training.command") ==
        file.metadata.at("spillway.training.command") + " --format qcdq");
  as_qcdq.insert(as_qcdq.end(), {"--restart", "--weight-bits", "9"});
  check_refusal(train_command(as_qcdq), 2, "QCDQ has 8 bits at most, it has 9; right: QONNX");
  fs::resize_file(mnist.path / "t10k-images-idx3-ubyte", 1000);
  std::vector<std::string> again = arguments;
  again.insert(again.end(), {"--force", "--restart"});
  check_refusal(train_command(again), 2, "t10k-images-idx3-ubyte");
}

TEST_CASE("validation holds images out and scores them") {
  const small_mnist mnist;
  const auto result = train_command(recipe(mnist, {"--validate", "100", "-o", mnist / "net.onnx", "--quiet"}));
  CHECK(result.code == 0);
  CHECK(result.out.find("validation top-1") != std::string::npos);
  CHECK(result.err.empty());
  const std::string log = read_file(mnist / "net.onnx.csv", 1 << 16),
                    head = "epoch,loss,validation_top1,learning_rate\n";
  CHECK(log.starts_with(head + "1,"));
  CHECK(std::count(log.begin(), log.end(), '\n') == 4);
  // The last epoch's score is the one that is printed.
  const auto last = log.rfind("\n3,"), first = log.find(',', last + 3) + 1;
  REQUIRE(last != std::string::npos);
  const double validated = std::stod(log.substr(first));
  CHECK(result.out.find(fmt::format("validation top-1 {:.2f}%", 100 * validated)) != std::string::npos);
  check_refusal(train_command(recipe(mnist, {"--validate", "400", "-o", mnist / "other.onnx"})), 2, "right: 0 to 399");
}

TEST_CASE("WrapNet is trained, scored in its register, and simulated with the same wrapped sums") {
  const small_mnist mnist;
  const std::string net = mnist / "net.onnx";
  const auto result = train_command(
      recipe(mnist, {"--method", "wrapnet", "--bits", "5", "--slope", "3", "--test", "-o", net, "--quiet"}));
  CAPTURE(result.err);
  REQUIRE(result.code == 0);
  CHECK(read_qonnx(net).metadata.at("spillway.training.command") ==
        "mnist-linear --method wrapnet --bits 5 --seed 1 --epochs 3 --batch 50 --slope 3");
  REQUIRE(train_command({"binarize", "--mnist", mnist.path.string(), "-o", mnist / "data"}).code == 0);
  const auto simulated = run_process({(fs::path(SPILLWAY_BINARY_DIR) / "spillway").string(), "simulate", net, "--data",
                                      mnist / "data", "--accumulator", "5:wrap:final", "--engine", "fast"});
  CAPTURE(simulated.out);
  REQUIRE(simulated.code == 0);
  CAPTURE(result.out);
  const auto after = [&](const std::string& mark) {
    const auto at = result.out.find(mark, result.out.find("test top-1 ")) + mark.size();
    return result.out.substr(at, result.out.find('%', at) - at);
  };
  CHECK(simulated.out.find("top-1                " + after("(wrapped sums alone ") + "%") != std::string::npos);
  CHECK(std::stod(after("%, ")) > 0);
  CHECK(simulated.out.find("(" + after("%, ") + "%)") != std::string::npos);
  std::vector<std::string> refused{"--method", "wrapnet", "-o", mnist / "other.onnx"};
  check_refusal(train_command(recipe(mnist, refused)), 2, "needs --bits");
  refused.insert(refused.end(), {"--bits", "33"});
  check_refusal(train_command(recipe(mnist, refused)), 2, "bits = 33; right: 2 to 32");
  refused.back() = "8";
  refused.insert(refused.end(), {"--slope", "0"});
  check_refusal(train_command(recipe(mnist, refused)), 2, "slope = 0; right: 0.001 to 1e9");
  refused.back() = "1";
  refused.insert(refused.end(), {"--overflow-penalty", "-1"});
  check_refusal(train_command(recipe(mnist, refused)), 2, "overflow-penalty = -1; right: 0 or more");
}

TEST_CASE("missing, truncated and contradictory data are refused") {
  const auto with = [](auto spoil) {
    const small_mnist mnist;
    spoil(mnist);
    auto result = train_command(recipe(mnist, {"-o", mnist / "net.onnx"}));
    CHECK_FALSE(fs::exists(mnist.path / "net.onnx"));
    return result;
  };
  const std::string images = "train-images-idx3-ubyte", labels = "train-labels-idx1-ubyte";
  check_refusal(with([&](const small_mnist& m) { fs::remove(m.path / images); }), 3, images);
  check_refusal(with([&](const small_mnist& m) { fs::resize_file(m.path / images, 1000); }), 2, images);
  check_refusal(with([&](const small_mnist& m) { fs::resize_file(m.path / labels, 100); }), 2, labels);
  check_refusal(with([&](const small_mnist& m) {
                  fs::copy_file(m.path / "t10k-labels-idx1-ubyte", m.path / labels,
                                fs::copy_options::overwrite_existing);
                }),
                2, "not one label for each of 400 images");
  check_refusal(with([&](const small_mnist& m) {
                  fs::copy_file(m.path / labels, m.path / images, fs::copy_options::overwrite_existing);
                }),
                2, "[n, 28, 28]");
  check_refusal(with([&](const small_mnist& m) {
                  std::fstream file(m.path / labels, std::ios::in | std::ios::out | std::ios::binary);
                  file.seekp(8 + 5);
                  file.put('\x0a');
                }),
                2, "label 10 of image 5 is not a digit");
}

TEST_CASE("usage that can't work is refused before training") {
  const small_mnist mnist;
  const auto refused = [&](std::vector<std::string> more, int code, const std::string& part) {
    check_refusal(train_command(recipe(mnist, std::move(more))), code, part);
  };
  const std::string net = mnist / "net.onnx";
  refused({"--method", "qat", "--bits", "12", "-o", net}, 2, "--bits is for --method a2q and a2q_plus");
  refused({"--method", "a2q", "-o", net}, 2, "needs --bits");
  refused({"--method", "a2c", "-o", net}, 2, "nearest: a2q");
  refused({"--method", "a2q", "--bits", "9", "--start", "centred", "-o", net}, 2, "centred");
  refused({"--method", "a2q", "--bits", "9", "--limit", "thigt", "-o", net}, 2, "nearest: tight");
  refused({"--format", "qcd", "-o", net}, 2, "nearest: qcdq");
  refused({"--format", "qcdq", "--weight-bits", "12", "-o", net}, 2, "8 bits at most; right: qonnx");
  refused({"--method", "a2q", "--bits", "1", "-o", net}, 2, "accumulator_bits = 1");
  refused({"--method", "a2q", "--bits", "5000", "-o", net}, 2, "accumulator_bits = 5000");
  refused({"--learning-rate", "nan", "-o", net}, 2, "learning-rate = nan");
  refused({"--learning-rate", "1e308", "--scale-learning-rate", "1e308", "-o", net}, 1, "training diverged");
  refused({"-o", mnist / "nowhere/net.onnx"}, 3, "there is no folder");
  refused({"-o", mnist.path.string()}, 2, "is a folder");
  refused({}, 2, "--output is required");
  refused({"--seeds", "1", "-o", net}, 2, "--seeds");
  CHECK_FALSE(fs::exists(net));
  write(net, "something of the user's");
  refused({"-o", net}, 2, "exists; --force replaces it");
  CHECK(read_file(net, 100) == "something of the user's");
  check_refusal(train_command({}), 2, "subcommand is required");
}

TEST_CASE("a full disk leaves what was there") {
  const small_mnist mnist;
  write(mnist / "net.onnx", "old");
  check_refusal(train_command(recipe(mnist, {"-o", mnist / "net.onnx", "--force"}), 4096), 3, "net.onnx");
  CHECK(read_file(mnist / "net.onnx", 100) == "old");
}

TEST_CASE("binarize writes a dataset whose bits are the pixels of at least 128") {
  const small_mnist mnist;
  const std::string folder = mnist / "binary";
  REQUIRE(train_command({"binarize", "--mnist", mnist.path.string(), "-o", folder}).code == 0);
  const dataset data = load_dataset(folder);
  const std::string images = read_file(mnist / "t10k-images-idx3-ubyte", 1 << 20);
  const std::string labels = read_file(mnist / "t10k-labels-idx1-ubyte", 1 << 20);
  REQUIRE(data.frames() == 60);
  REQUIRE(data.features() == 784);
  for (std::size_t i = 0; i < 60 * 784; ++i)
    REQUIRE(*data.inputs.at(static_cast<std::int64_t>(i)) ==
            (static_cast<unsigned char>(images[16 + i]) >= 128 ? 1 : 0));
  for (std::size_t i = 0; i < 60; ++i) CHECK(data.labels[i] == labels[8 + i]);
  CHECK(read_file(folder + "/dataset.json", 1 << 20).find("Yann LeCun, Corinna Cortes") != std::string::npos);
  const std::vector<std::string> again{"binarize", "--mnist", mnist.path.string(), "-o", folder};
  check_refusal(train_command(again), 2, "--force replaces it");
  fs::remove(mnist.path / "t10k-images-idx3-ubyte");
  check_refusal(train_command({"binarize", "--mnist", mnist.path.string(), "-o", mnist / "x"}), 3, "t10k-images");
}

TEST_CASE("the page's table is what the files say; a page that says otherwise is found") {
  const fs::path zoo = fs::path(SPILLWAY_SOURCE_DIR) / "models" / "zoo";
  const std::string data = (fs::path(SPILLWAY_SOURCE_DIR) / "models" / "data" / "binary-mnist").string();
  const small_mnist scratch;
  const std::string page = scratch / "README.md";
  fs::copy_file(zoo / "README.md", page);
  for (const auto& [networks, images] :
       {std::pair("tfc-mnist/", "mnist-first-500"), std::pair("mobilenet_v1-cifar10-long", "cifar10-first-200")}) {
    const process_result table =
        train_command({"zoo-table", "--zoo", (zoo / networks).string(), "--data",
                       (zoo.parent_path() / "data" / images).string(), "--page", page, "--check"});
    CHECK(table.err == "");
    CHECK(table.code == 0);
  }
  const std::vector<std::string> check{"zoo-table", "--zoo",  (zoo / "mnist-linear").string(), "--data", data, "--page",
                                       page,        "--check"};
  const process_result same = train_command(check);
  CHECK(same.err == "");
  CHECK(same.code == 0);
  std::string text = read_file(page, 1 << 20);
  text.replace(text.find("| qat-w8a1.onnx | 9"), 19, "| qat-w8a1.onnx | 8");
  write(page, text);
  check_refusal(train_command(check), 1, "does not say what is measured");
  CHECK(read_file(page, 1 << 20) == text);
}
