// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <algorithm>
#include <optional>
#include <random>
#include <vector>

#include "spillway/models/data/load_dataset.h"
#include "spillway/models/data/score.h"
#include "spillway/models/integer_network/minimal_widths.h"
#include "spillway/models/integer_network/ranges.h"
#include "spillway/models/numbers/big_int.h"
#include "spillway/models/onnx/read.h"
#include "spillway/models/streamline/differences.h"
#include "spillway/models/streamline/streamline.h"
#include "spillway/tests/models/real_data.h"

// Networks that others made, in integers, against their files in float32.

using namespace spillway;
using namespace spillway::testing;

namespace {

void print(const char* name, const difference_report& differences) {
  MESSAGE(name << ": " << differences.frames << " frames, " << differences.outputs << " outputs, largest difference "
               << differences.largest << " steps, " << differences.differing_outputs << " outputs and "
               << differences.differing_classes << " classes differ, in " << differences.frames_that_differ.size()
               << " frames");
  for (std::size_t i = 0; i < std::min<std::size_t>(5, differences.frames_that_differ.size()); ++i)
    MESSAGE(to_string(differences.frames_that_differ[i].cause));
}

}  // namespace

TEST_CASE("the integers of the zoo's fully connected networks say what their files say on MNIST") {
  const auto data = mnist();
  for (const auto& [name, expected] : {std::pair{"TFC_1W1A.onnx", 0.9296}, {"TFC_2W2A.onnx", 0.9660}}) {
    const auto path = shared(name);
    if (!path || !data) continue;
    const network file = read_qonnx(*path);
    for (const bool xnor : {false, true}) {
      streamline_report report;
      streamline_options options;
      options.xnor_popcount = xnor;
      const integer_network net = streamline(file, &report, options);
      CHECK(matrix_layers(net).size() == 4);
      CHECK(net.nodes.size() == 4);
      const integer_tensor logits = evaluate(net, quantize_dataset(net, *data));
      CHECK(score_run(net, logits, logits, data->labels).accuracy == expected);
      if (xnor) continue;
      const difference_report differences = explain_differences(file, net, report, real_inputs(*data));
      print(name, differences);
      CHECK(differences.differing_classes == 0);
      CHECK(differences.differing_outputs == 0);
      CHECK(differences.frames_that_differ.empty());
    }
  }
}

TEST_CASE("neither ties nor another threshold of the pixels make 93.17% of TFC_1W1A") {
  const auto path = shared("TFC_1W1A.onnx");
  auto data = mnist();
  if (!path || !data) return;
  streamline_options options;
  options.xnor_popcount = true;  // the last layer's counts are its logits, but for a common scale and offset
  const integer_network net = streamline(read_qonnx(*path), nullptr, options);
  const std::vector<std::int64_t> pixels = data->inputs.words;
  int best = 0;
  for (const int threshold : {64, 96, 112, 120, 126, 127, 128, 129, 130, 136, 144}) {
    for (std::size_t i = 0; i < pixels.size(); ++i) data->inputs.words[i] = pixels[i] >= threshold ? 255 : 0;
    const integer_tensor counts = evaluate(net, quantize_dataset(net, *data));
    int right = 0;  // were every tie broken as the label wants
    for (std::size_t frame = 0; frame < data->labels.size(); ++frame) {
      const auto* row = counts.words.data() + 10 * frame;
      right += row[data->labels[frame]] == *std::max_element(row, row + 10) ? 1 : 0;
    }
    MESSAGE("pixels from " << threshold << " on are 1: at most " << right << " of 10,000");
    best = std::max(best, right);
  }
  CHECK(best == 9306);
}

TEST_CASE("a super-resolution network's integers say what its file says on a real image") {
  const auto path = shared("espcn_nn_resize_quant.onnx"), image = shared("espcn_input_0.pb");
  if (!path || !image) return;
  const network file = read_qonnx(*path);
  streamline_report report;
  const integer_network net = streamline(file, &report);
  const difference_report differences =
      explain_differences(file, net, report, real_inputs(load_dataset(image->string())));
  print("espcn", differences);
  CHECK(differences.outputs == 3 * 256 * 256);
  // Every difference begins where float32 rounding crosses a boundary.
  for (const frame_difference& frame : differences.frames_that_differ) {
    CHECK(frame.cause.step == difference_step::sum);
    CHECK(frame.cause.file_level != frame.cause.exact_level);
    CHECK(std::abs(frame.cause.file_value / frame.cause.exact_value - 1) < 1e-5);
  }
}

TEST_CASE("a network with real inputs is taken on fixed-point inputs, and says so") {
  const auto path = shared("qkeras_jettagging.onnx");
  if (!path) return;
  const network file = read_qonnx(*path);
  streamline_report report;
  const integer_network net = streamline(file, &report);
  REQUIRE(report.assumptions.size() == 2);
  CHECK(report.assumptions[0].what == "input format");
  CHECK(report.assumptions[0].value == "FIXED<16,6>");
  CHECK(report.assumptions[1].what == "left to the host");
  CHECK(report.assumptions[1].value == "Softmax");
  CHECK(net.input.type == signed_type(16));
  // Inputs that FIXED<16,6> holds: steps of 1/1024.
  std::mt19937 random(1);
  float_tensor inputs{{2000, 16}, {}};
  for (int i = 0; i < 2000 * 16; ++i)
    inputs.values.push_back(static_cast<float>(static_cast<int>(random() % 8192) - 4096) / 1024);
  const difference_report differences = explain_differences(file, net, report, inputs);
  print("jets", differences);
  CHECK(differences.differing_outputs == 0);
  CHECK(differences.differing_classes == 0);
}

TEST_CASE("a popcount in the register that FINN gives it wraps on a legal input, and takes the wrong side") {
  const auto path = shared("TFC_1W1A.onnx");
  if (!path) return;
  streamline_options options;
  options.xnor_popcount = true;
  const integer_network net = streamline(read_qonnx(*path), nullptr, options);
  const integer_layer& first = *matrix_layers(net).at(0);
  REQUIRE(first.xnor_popcount);
  REQUIRE(first.columns() == 784);
  CHECK(minimal_accumulator_bits(first) == 11);  // 0 to 784, and a sign
  const int finn_bits = finn_accumulator_bits(first);
  MESSAGE("the sums of TFC_1W1A's first layer need " << finn_bits << " bits, its counts 11");
  CHECK(finn_bits == 10);
  CHECK_FALSE(find_accumulator_witness(first, 0, 11));
  const std::optional<witness> found = find_accumulator_witness(first, 0, finn_bits);
  REQUIRE(found);
  // The input is legal, and its count is what the evaluation finds, too; 10 bits keep 784 - 1024.
  const integer_tensor input = integer_tensor::from(unsigned_type(1), {1, 784}, found->input);
  integer_layer bare = first;
  bare.thresholds.reset();
  const integer_network alone = make_chain("first", net.input, {bare});
  CHECK(*evaluate(alone, input).at(0) == 784);
  CHECK(fit(big_int(784), finn_bits, overflow_mode::wrap).stored == 784 - 1024);
  const std::int64_t threshold = *first.thresholds->at(0);
  CHECK(784 >= threshold);
  CHECK_FALSE(784 - 1024 >= threshold);
}

TEST_CASE("widths are minimal at their boundaries") {
  CHECK(minimal_weight_type(integer_tensor::from(signed_type(8), {1, 2}, {-4, 3})) == signed_type(3));
  CHECK(minimal_weight_type(integer_tensor::from(signed_type(8), {1, 2}, {-4, 4})) == signed_type(4));
  CHECK(minimal_weight_type(integer_tensor::from(signed_type(8), {1, 2}, {0, 4})) == unsigned_type(3));
  CHECK(minimal_weight_type(integer_tensor::from(bipolar_type(), {1, 2}, {1, -1})) == bipolar_type());
  integer_layer layer;
  layer.name = "fc";
  layer.input_type = unsigned_type(1);
  layer.weights = integer_tensor::from(bipolar_type(), {1, 8}, {1, 1, 1, 1, -1, -1, -1, -1});
  CHECK(minimal_accumulator_bits(layer) == 4);  // -4 to 4
  layer.xnor_popcount = true;
  CHECK(minimal_accumulator_bits(layer) == 5);  // 0 to 8
  CHECK(finn_accumulator_bits(layer) == 4);
  CHECK_FALSE(find_accumulator_witness(layer, 0, 5));
  REQUIRE(find_accumulator_witness(layer, 0, 4));
  CHECK(find_accumulator_witness(layer, 0, 4)->input == std::vector<std::int64_t>{1, 1, 1, 1, 0, 0, 0, 0});
}
