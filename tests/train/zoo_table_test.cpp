// SPDX-License-Identifier: Apache-2.0
#include "spillway/train/zoo_table.h"

#include <doctest/doctest.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>

#include "spillway/models/network/linear_export.h"
#include "spillway/models/onnx/write.h"
#include "spillway/models/support/error.h"
#include "spillway/tests/train/scratch_folder.h"

using namespace spillway;
using spillway::testing::scratch_folder;
namespace fs = std::filesystem;

namespace {

/// Two classes of three bits: [1 0 -1] and [0 100 27].
void write_network(const fs::path& path, std::optional<int> claim,
                   const std::map<std::string, std::string>& more = {}) {
  linear_layer layer;
  layer.weights = integer_tensor::from(signed_type(8), {2, 3}, {1, 0, -1, 0, 100, 27});
  layer.scale = {1, 0.01F};
  layer.claimed_bits = claim;
  network net = make_linear_network({"net", unsigned_type(1), 1.0F, {layer}});
  net.metadata["spillway.training.command"] = "make it";
  net.metadata.insert(more.begin(), more.end());
  write_qonnx(net, path);
}

/// Each of three features goes to an output of its own; of the first, the hidden layers' sums are 9 and 6, else 3.
network four_layers(std::optional<int> claim) {
  linear_export net{"net", unsigned_type(1), 1.0F, {}};
  for (int i = 0; i < 4; ++i) {
    linear_layer layer;
    layer.weights = integer_tensor::from(signed_type(8), {3, 3}, {1, 0, 0, 0, 1, 0, 0, 0, 1});
    layer.weights.words[0] = std::array{100, 3, 2, 90}[static_cast<std::size_t>(i)];
    if (i == 0) layer.weights.words[4] = layer.weights.words[8] = 24;
    layer.scale = {1};
    if (i < 3) layer.activation = activation_quantizer{unsigned_type(2), 1};
    if (i == 1 || i == 2) layer.claimed_bits = claim;
    net.layers.push_back(layer);
  }
  return make_linear_network(net);
}

dataset four_images() {
  return {"four", integer_tensor::from(unsigned_type(1), {4, 3}, {1, 0, 0, 0, 1, 0, 1, 1, 1, 0, 0, 1}), {0, 1, 0, 0}};
}

}  // namespace

TEST_CASE("a row says what was measured and what is proved") {
  const scratch_folder folder;
  write_network(folder.path / "claims.onnx", 9);
  write_network(folder.path / "plain.onnx", std::nullopt);
  std::ofstream(folder.path / "notes.txt") << "not a network\n";
  const auto rows = measure_zoo(folder.path, four_images());
  REQUIRE(rows.size() == 2);
  CHECK(rows[0].file == "plain.onnx");
  CHECK_FALSE(rows[0].claimed_bits);
  CHECK(rows[1].file == "claims.onnx");
  CHECK(rows[1].claimed_bits == 9);
  CHECK(rows[1].command == "make it");
  CHECK(rows[1].certified_bits == 8);  // 127 fits 8 bits
  CHECK(rows[1].l1_bits == 9);         // the published bound counts 2 * 127
  CHECK(rows[1].largest_l1 == 127);
  CHECK(rows[1].sparsity == doctest::Approx(2.0 / 6));
  // Logits (1, 0), (0, 1), (0, 1.27), (-1, 0.27): classes 0, 1, 1, 1, two of them right.
  CHECK(rows[1].accuracy == 0.5);
  CHECK(markdown_table({rows[1]}, 4).find("| claims.onnx | 50.00% | 9 | 8 | 9 | 127 | 33.3% | `make it` |\n") !=
        std::string::npos);
}

TEST_CASE("of a network of many layers, a row has the hidden layers' width and how many claims are proved") {
  const scratch_folder folder;
  network file = four_layers(6);
  file.metadata["spillway.training.command"] = "make it";
  file.metadata["spillway.training.test_top1"] = "0.5150";
  write_qonnx(file, folder.path / "net.onnx");
  const auto rows = measure_zoo(folder.path, four_images());
  REQUIRE(rows.size() == 1);
  CHECK(rows[0].layers == 4);
  CHECK(rows[0].claims == 2);
  CHECK(rows[0].certified_bits == 5);  // 3 * 3 = 9; the first and the last layer need more
  // Each feature reaches its own output, the first of them by far: image 3 lights up the third, and is said to be a 0.
  CHECK(rows[0].accuracy == 0.75);
  CHECK(markdown_table(rows, 4) ==
        "| file | test top-1 | top-1 of the first 4 | P | claims proved | certified bits | zeros | made by "
        "`spillway-train` |\n|---|---|---|---|---|---|---|---|\n"
        "| net.onnx | 51.50% | 75.0% | 6 | 2 of 2 | 5 | 66.7% | `make it` |\n");
}

TEST_CASE("a super-resolution network has no classes: its row is the PSNR after training, and what is proved") {
  const scratch_folder folder;
  network file = four_layers(6);
  file.metadata["spillway.training.command"] = "make it";
  file.metadata["spillway.training.test_psnr"] = "33.456";
  file.metadata["spillway.training.bicubic_psnr"] = "34.774";
  write_qonnx(file, folder.path / "net.onnx");
  CHECK(markdown_table(measure_zoo(folder.path, four_images()), 4) ==
        "| file | test PSNR | bicubic | P | claims proved | certified bits | zeros | made by "
        "`spillway-train` |\n|---|---|---|---|---|---|---|---|\n"
        "| net.onnx | 33.46 dB | 34.77 dB | 6 | 2 of 2 | 5 | 66.7% | `make it` |\n");
}

TEST_CASE("a WrapNet is scored in the registers that it was trained to wrap in, and they alone wrap") {
  const scratch_folder folder;
  const std::map<std::string, std::string> wraps{{"spillway.training.method", "wrapnet"},
                                                 {"spillway.training.accumulator_bits", "7"}};
  write_network(folder.path / "one.onnx", std::nullopt, wraps);
  dataset data = four_images();
  data.labels = {0, 0, 0, 0};
  const zoo_row one = measure_zoo(folder.path, data).at(0);
  CHECK(one.wrapping_bits == 7);
  CHECK(one.certified_bits == 8);
  // Sums 100 and 127 are -28 and -1 there: images 0, 1 and 2 are zeros, and only the first would be else.
  CHECK(one.accuracy == 0.75);
  CHECK(markdown_table({one}, 4).find("| one.onnx | 75.00% | 7, wraps | 8 | 9 |") != std::string::npos);
  fs::remove(folder.path / "one.onnx");

  network file = four_layers(std::nullopt);
  file.metadata = wraps;
  file.metadata["spillway.training.accumulator_bits"] = "4";
  write_qonnx(file, folder.path / "net.onnx");
  const auto rows = measure_zoo(folder.path, four_images());
  // The first hidden layer's 9 is -7, so that image 2 lights up the second output. Were the first layer wrapped, too,
  // its 24 would be -8, and no output lit up.
  CHECK(rows.at(0).accuracy == 0.5);
  CHECK(markdown_table(rows, 4).find("| net.onnx | - | 50.0% | 4, wraps | none | 5 | 66.7% |") != std::string::npos);

  file.metadata["spillway.training.accumulator_bits"] = "many";
  write_qonnx(file, folder.path / "net.onnx");
  CHECK_THROWS_WITH_AS(
      measure_zoo(folder.path, four_images()),
      doctest::Contains("net.onnx: metadata spillway.training.accumulator_bits: many; right: the 2 to 16 "
                        "bits in which a WrapNet was trained to wrap"),
      input_error);
}

TEST_CASE("a file that claims more than is true has no row") {
  const scratch_folder folder;
  write_network(folder.path / "liar.onnx", 7);
  CHECK_THROWS_WITH_AS(measure_zoo(folder.path, four_images()),
                       doctest::Contains("liar.onnx: claims 7 accumulator bits, but needs 8"), input_error);
  CHECK_THROWS_AS(measure_zoo(folder.path / "nowhere", four_images()), io_error);
}

TEST_CASE("the table goes between its two lines, and nowhere else") {
  const std::string page =
      "before\n<!-- zoo-table a -->\nold\n<!-- /zoo-table a -->\nafter\n<!-- zoo-table b -->\n<!-- /zoo-table b -->\n";
  const std::string now = replace_table(page, "a", "new\n", "page.md");
  CHECK(
      now ==
      "before\n<!-- zoo-table a -->\nnew\n<!-- /zoo-table a -->\nafter\n<!-- zoo-table b -->\n<!-- /zoo-table b -->\n");
  CHECK(replace_table(now, "a", "new\n", "page.md") == now);
  for (const char* bad : {"", "<!-- zoo-table a -->\n", "<!-- /zoo-table a -->\n<!-- zoo-table a -->\n",
                          "<!-- zoo-table b -->\n<!-- /zoo-table b -->\n"})
    CHECK_THROWS_AS(replace_table(bad, "a", "new\n", "page.md"), input_error);
  CHECK_THROWS_AS(replace_table(page + page, "a", "new\n", "page.md"), input_error);
}
