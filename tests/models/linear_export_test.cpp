// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/network/linear_export.h"

#include <doctest/doctest.h>

#include <bit>
#include <cmath>
#include <filesystem>
#include <limits>
#include <random>

#include "spillway/models/numbers/big_int.h"
#include "spillway/models/onnx/read.h"
#include "spillway/models/onnx/write.h"
#include "spillway/models/streamline/streamline.h"
#include "spillway/models/support/error.h"
#include "spillway/tests/traces/temporary_directory.h"

using namespace spillway;
using namespace spillway::testing;

namespace {

linear_export small_export() {
  linear_export file;
  file.layers.push_back({"", integer_tensor::from(signed_type(8), {2, 3}, {1, -2, 3, -4, 5, -6}), {0.5F}, {}, {}, {}});
  return file;
}

/// Through a file and back into integers.
integer_network through_a_file(const linear_export& from) {
  const temporary_directory folder;
  write_qonnx(make_linear_network(from), folder.file("n.onnx"));
  return streamline(read_qonnx(folder.file("n.onnx")));
}

template <class Change>
std::string refusal_of_change(Change&& change) {
  linear_export file = small_export();
  change(file);
  return message_of<config_error>([&] { make_linear_network(file); });
}

}  // namespace

TEST_CASE("every integer of up to 22 bits survives the file, whatever the scale") {
  std::mt19937 random(1);
  for (int bits = 2; bits <= 22; ++bits) {
    for (int repeat = 0; repeat < 20; ++repeat) {
      const integer_type type{bits, random() % 2 == 0, false};
      std::vector<std::int64_t> q;
      for (int i = 0; i < 60; ++i)
        q.push_back(type.min64() + static_cast<std::int64_t>(random() % (std::uint64_t{1} << bits)));
      q[0] = type.min64(), q[1] = type.max64(), q[2] = 0;
      linear_export file = small_export();
      file.layers[0].weights = integer_tensor::from(type, {3, 20}, q);
      file.layers[0].scale.clear();
      for (int row = 0; row < 3; ++row) {
        // Any significand, exponents from 2^-90 to 2^90.
        const auto exponent = static_cast<std::uint32_t>(37 + random() % 181);
        file.layers[0].scale.push_back(
            std::bit_cast<float>((static_cast<std::uint32_t>(random()) & 0x7FFFFFU) | exponent << 23));
      }
      const integer_network net = through_a_file(file);
      CAPTURE(bits);
      CHECK(matrix_layers(net).at(0)->weights == file.layers[0].weights);
      for (std::size_t row = 0; row < 3; ++row)
        CHECK(net.output_scale[row] == static_cast<double>(file.layers[0].scale[row]));
    }
  }
}

TEST_CASE("integers that float32 would not bring back are refused, and never written") {
  linear_export file = small_export();
  file.layers[0].weights = integer_tensor::from(signed_type(40), {1, 2}, {1, (std::int64_t{1} << 30) + 1});
  file.layers[0].scale = {1};
  CHECK(
      message_of<config_error>([&] { make_linear_network(file); }) ==
      "layers[0].weights[0, 1] = 1073741825 would not survive as the float32 1073741824 with scale 1; right: less than "
      "2^22, and a product within float32's range");
  file.layers[0].weights = integer_tensor::from(signed_type(40), {1, 2}, {1, std::int64_t{1} << 30});
  CHECK(matrix_layers(through_a_file(file))[0]->weights == file.layers[0].weights);
  CHECK(refusal_of_change([](linear_export& f) {
          f.layers[0].scale = {3e38F};
        }).starts_with("layers[0].weights[0, 1] = -2"));
}

TEST_CASE("scales at float32's small end lose nothing: multiples of a subnormal are exact") {
  linear_export file = small_export();
  file.layers[0].weights = integer_tensor::from(signed_type(22), {1, 3}, {2000001, -5, 1});
  for (const float scale : {0x1p-149F, 0x1.8p-148F, 0x1.fffffcp-127F, 0x1p-126F}) {
    file.layers[0].scale = {scale};
    CHECK(matrix_layers(through_a_file(file))[0]->weights == file.layers[0].weights);
  }
}

TEST_CASE("the network has the nodes and names that the header promises") {
  linear_export file = small_export();
  file.layers[0].bias = {1, -1};
  file.layers[0].activation = activation_quantizer{unsigned_type(4), 0.5F};
  file.layers[0].claimed_bits = 14;
  file.layers.push_back({"head", integer_tensor::from(bipolar_type(), {1, 2}, {1, -1}), {0.5F}, {}, {}, 3});
  const network net = make_linear_network(file);
  std::vector<std::string> names;
  for (const network_node& node : net.nodes) names.push_back(node.name);
  CHECK(names == std::vector<std::string>{"Quant_input", "Quant_MatMul_0_weights", "MatMul_0", "Add_MatMul_0",
                                          "Quant_MatMul_0", "BipolarQuant_head_weights", "head"});
  CHECK(net.input_shape == std::vector<std::int64_t>{1, 3});
  CHECK(net.metadata == std::map<std::string, std::string>{{"spillway.accumulator.MatMul_0", "14"},
                                                           {"spillway.accumulator.head", "3"}});
  const integer_network integers = through_a_file(file);
  REQUIRE(matrix_layers(integers).size() == 2);
  CHECK(matrix_layers(integers)[0]->claimed_bits == 14);
  CHECK(matrix_layers(integers)[1]->claimed_bits == 3);
  CHECK(matrix_layers(integers)[1]->weights == file.layers[1].weights);
}

TEST_CASE("a quantizer is narrow exactly when its least value is not used") {
  const auto narrow = [](integer_type type, std::int64_t least) {
    linear_export file;
    file.layers.push_back({"", integer_tensor::from(type, {1, 2}, {least, 1}), {1}, {}, {}, {}});
    return std::get<quant_op>(make_linear_network(file).nodes[1].op).narrow;
  };
  CHECK(narrow(signed_type(8), -127));
  CHECK_FALSE(narrow(signed_type(8), -128));
  CHECK_FALSE(narrow(unsigned_type(8), 0));
}

TEST_CASE("bipolar inputs, one-bit inputs and wide activations") {
  for (const integer_type type : {bipolar_type(), unsigned_type(1), signed_type(8)}) {
    linear_export file = small_export();
    file.input_type = type;
    file.input_scale = 0.25F;
    const integer_network net = through_a_file(file);
    CHECK(net.input.type == type);
    CHECK(net.input.scale == 0.25);
    CHECK(matrix_layers(net)[0]->input_type == type);
    CHECK(net.output_scale[0] == 0.125);
  }
}

TEST_CASE("illegal layers are refused by their path") {
  CHECK(refusal_of_change([](linear_export& f) { f.layers.clear(); }) == "layers: there are none; right: at least 1");
  CHECK(refusal_of_change([](linear_export& f) { f.layers[0].scale = {0}; }) ==
        "layers[0].scale[0] = 0; right: finite and greater than 0");
  CHECK(refusal_of_change([](linear_export& f) { f.layers[0].scale = {std::numeric_limits<float>::quiet_NaN()}; }) ==
        "layers[0].scale[0] = nan; right: finite and greater than 0");
  CHECK(refusal_of_change([](linear_export& f) { f.input_scale = -1; }) ==
        "input_scale = -1; right: finite and greater than 0");
  CHECK(refusal_of_change([](linear_export& f) {
          f.layers[0].scale = {1, 1, 1};
        }) == "layers[0].scale has 3 values; right: 1 or 2");
  CHECK(refusal_of_change([](linear_export& f) { f.layers[0].scale = {}; }) ==
        "layers[0].scale has 0 values; right: 1 or 2");
  CHECK(refusal_of_change([](linear_export& f) { f.layers[0].bias = {1}; }) ==
        "layers[0].bias has 1 values; right: 0 or 2");
  CHECK(refusal_of_change([](linear_export& f) {
          f.layers[0].bias = {1, INFINITY};
        }) == "layers[0].bias[1] = inf; right: finite");
  CHECK(refusal_of_change([](linear_export& f) { f.layers[0].claimed_bits = 0; }) ==
        "layers[0].claimed_bits = 0; right: 1 to 4096");
  CHECK(refusal_of_change([](linear_export& f) { f.layers[0].claimed_bits = 5000; }) ==
        "layers[0].claimed_bits = 5000; right: 1 to 4096");
  CHECK(refusal_of_change([](linear_export& f) { f.input_type = signed_type(1); }) ==
        "input_type: INT1 has no QONNX quantizer; nearest: INT2, BIPOLAR");
  CHECK(refusal_of_change([](linear_export& f) { f.layers.push_back(f.layers[0]); }) ==
        "layers[0] has no activation: only the last layer may be without one");
  CHECK(refusal_of_change([](linear_export& f) {
          f.layers[0].activation = activation_quantizer{};
          f.layers.push_back(f.layers[0]);
        }) == "layers[1].weights have 3 columns, but the layer before has 2 rows");
  CHECK(refusal_of_change([](linear_export& f) {
          f.layers[0].activation = activation_quantizer{};
          f.layers[0].weights = integer_tensor::from(signed_type(8), {3, 3}, std::vector<std::int64_t>(9, 1));
          f.layers.push_back(f.layers[0]);
          f.layers[0].name = f.layers[1].name = "same";
        }) == "layers: two nodes would have the name Quant_same_weights; right: one name each");
}

TEST_CASE("the shipped networks keep what their names promise") {
  const std::filesystem::path zoo = std::filesystem::path(SPILLWAY_SOURCE_DIR) / "models/zoo/mnist-linear";
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(zoo)) {
    if (entry.path().extension() != ".onnx") continue;
    ++files;
    streamline_report report;
    const integer_network net = streamline(read_qonnx(entry.path()), &report);
    CAPTURE(entry.path().filename().string());
    REQUIRE(matrix_layers(net).size() == 1);
    CHECK(matrix_layers(net)[0]->weights.shape == std::vector<std::int64_t>{10, 784});
    CHECK(matrix_layers(net)[0]->weights.type == signed_type(8));
    CHECK(net.input.type == unsigned_type(1));
    CHECK(report.layers[0].largest_residual < 1e-4);
    CHECK(report.layers[0].clamped == 0);
  }
  CHECK(files == 25);  // a QAT network, a WrapNet, A2Q at every P from 8 to 19, and A2Q+ to 18
}
