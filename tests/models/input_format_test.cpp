// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "spillway/models/data/dataset.h"
#include "spillway/models/streamline/streamline.h"
#include "spillway/tests/models/onnx_model.h"

using namespace spillway;
using namespace spillway::testing;

namespace {

/// x * 0.5, three thresholds, a product: nothing says what x is.
network unquantized() {
  onnx_model m;
  m.input("x", {1, 2}).output("y");
  m.constant("half", {}, {0.5F});
  m.node("Mul", {"x", "half"}, "h");
  m.constant("t", {1, 3}, {0.5F, 10.25F, 100});
  m.node("MultiThreshold", {"h", "t"}, "q", "qonnx.custom_op.general");
  m.constant("w", {2, 2}, {1, -2, 3, 1});
  m.node("MatMul", {"q", "w"}, "y");
  return m.read();
}

integer_network taken_as(const char* format) {
  streamline_options options;
  parse_input_format(format, options);
  return streamline(unquantized(), nullptr, options);
}

}  // namespace

TEST_CASE("an input is what it is said to be, and what the file computes with it is the hardware's") {
  const integer_network net = taken_as("UINT8");
  CHECK(to_string(net.input_info().type) == "UINT8");
  CHECK(net.input.scale == 1);
  CHECK(net.input.steps.empty());
  // 1 is the least integer with 0.5, 21 with 10.25, 200 with 100.
  const std::vector<float> pixels{0, 1, 20, 21, 199, 200};
  const std::vector<std::int64_t> levels{0, 1, 1, 2, 2, 3};
  for (std::size_t i = 0; i < pixels.size(); ++i) {
    const std::vector<float> frame{pixels[i], 0};
    CHECK(*evaluate(net, quantize_reals(net, frame)).at(0) == levels[i]);
  }
  CHECK(to_string(taken_as("INT4").input_info().type) == "INT4");
  CHECK(to_string(taken_as("BIPOLAR").input_info().type) == "BIPOLAR");
  CHECK(taken_as("TERNARY").input.low == -1);
  CHECK(taken_as("UINT8*0.25").input.scale == 0.25);
  CHECK(taken_as("UINT8/255").input.scale == double{1.0F / 255});
  CHECK(to_string(taken_as("FIXED<8,3>").input_info().type) == "INT8");
}

TEST_CASE("an input that the file quantizes stays what the file says") {
  streamline_options options;
  parse_input_format("UINT8", options);
  const integer_network net = streamline(small_model().read(), nullptr, options);
  CHECK(to_string(net.input_info().type) == "INT4");
}

TEST_CASE("what is no type of an input is refused with those that are") {
  for (const char* text : {"", "UINT", "UINT0", "UINT33", "INT1", "INT8x", "INT8*", "INT8*0", "INT8*-1", "INT8/0",
                           "INT8*x", "FIXED<0,1>", "FIXED<8,3>*2", "bipolar", "INT8*1e99"}) {
    CAPTURE(text);
    streamline_options options;
    const std::string message = message_of<config_error>([&] { parse_input_format(text, options); });
    CHECK(message.find("; right: FIXED<bits,integer bits>") != std::string::npos);
    CHECK(is_one_line(message));
  }
}
