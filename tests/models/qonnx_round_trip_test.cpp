// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <fstream>
#include <iterator>

#include "spillway/models/onnx/read.h"
#include "spillway/models/onnx/write.h"
#include "spillway/tests/models/one_node.h"
#include "spillway/tests/models/onnx_model.h"
#include "spillway/tests/models/operator_examples.h"

// What is written is read as the same network: same values, and the same bytes when it is written again.

using namespace spillway;
using namespace spillway::testing;

namespace {

std::string written(const network& net) {
  const temporary_directory folder;
  write_qonnx(net, folder.file("n.onnx"));
  std::ifstream file(folder.file("n.onnx"), std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

TEST_CASE("every operator survives writing and reading, with the same values and the same bytes") {
  for (unsigned seed = 0; seed < 20; ++seed) {
    operator_examples of_seed(seed);
    const auto nets = of_seed.all();
    for (std::size_t i = 0; i < nets.size(); ++i) {
      CAPTURE(seed);
      CAPTURE(i);
      CAPTURE(nets[i].nodes[0].op.index());
      const std::string bytes = written(nets[i]);
      const network read = read_qonnx_bytes(bytes, "n.onnx");
      CHECK(read.nodes.at(0).op.index() == nets[i].nodes[0].op.index());
      const float_tensor x = of_seed.input_of(nets[i]);
      CHECK(evaluate(read, x) == evaluate(nets[i], x));
      CHECK(written(read) == bytes);
    }
  }
}

TEST_CASE("sums over rows or columns survive writing and reading, of one element, too") {
  for (const std::int64_t rows : {1, 3})
    for (const std::int64_t columns : {1, 4})
      for (const bool over_rows : {false, true}) {
        CAPTURE(rows);
        CAPTURE(columns);
        CAPTURE(over_rows);
        window_shape window;
        if (over_rows)
          window.kernel_h = window.stride_h = rows;
        else
          window.kernel_w = window.stride_w = columns;
        const network net = one_node(average_pool_op{window, false, true}, {1, 2, rows, columns});
        float_tensor x{{1, 2, rows, columns}, {}};
        for (std::int64_t i = 0; i < 2 * rows * columns; ++i) x.values.push_back(static_cast<float>(i * i % 7));
        CHECK(evaluate(read_qonnx_bytes(written(net), "n.onnx"), x) == evaluate(net, x));
      }
}

TEST_CASE("what has no form in a file is refused before one is written") {
  const auto refusal = [](network_op op, std::vector<std::int64_t> shape) {
    return message_of<input_error>([&] { written(one_node(std::move(op), std::move(shape))); });
  };
  quant_op odd{{{}, {1}}, {{}, {3}}, 8, false, false, rounding_mode::half_odd};
  CHECK(refusal(odd, {1, 3}) == "no exception");
  odd.bits = 9;
  CHECK(says(refusal(odd, {1, 3}), "node: QCDQ has 8 bits at most, it has 9; ties to odd have no other form"));
  odd.bits = 8;
  odd.zero_point.values[0] = 4;
  CHECK(says(refusal(odd, {1, 3}),
             "node: QCDQ rounds ties to even with a zero point of 4, it to odd; ties to odd have no other form"));
  CHECK(refusal(trunc_op{{{}, {1}}, {{}, {0}}, {{}, {2}}}, {1, 3}) ==
        "node: Trunc's first version keeps its scale; right: out_scale = scale");
  CHECK(refusal(multi_threshold_op{{{1, 1}, {0}}}, {1, 3, 2}) == "no exception");
  CHECK(refusal(multi_threshold_op{{{1, 1}, {0}}}, {1, 3, 2, 2, 2}) ==
        "node: a MultiThreshold in a file has 2 to 4 dimensions, not 5");
}
