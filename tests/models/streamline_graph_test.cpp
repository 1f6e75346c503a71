// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <cmath>
#include <map>
#include <optional>
#include <random>

#include "spillway/models/data/dataset.h"
#include "spillway/models/streamline/streamline.h"
#include "spillway/models/support/error.h"
#include "spillway/tests/models/exact_evaluate.h"
#include "spillway/tests/models/random_image_network.h"

using namespace spillway;
using namespace spillway::testing;

namespace {

std::vector<float> random_frame(const network& net, std::mt19937& random) {
  std::int64_t size = 1;
  for (const std::int64_t n : net.input_shape) size *= n;
  std::vector<float> x(static_cast<std::size_t>(size));
  for (float& value : x)
    value = random() % 2 == 0 ? static_cast<float>(static_cast<int>(random() % 65) - 32) / 16
                              : static_cast<float>(static_cast<int>(random() % 2001) - 1000) / 500;
  return x;
}

/// Sums of +-1 and counts of agreements, with what streamlining said of each.
struct both_forms {
  integer_network nets[2];
  streamline_report reports[2];

  explicit both_forms(const network& file) {
    for (const int form : {0, 1}) {
      streamline_options options;
      options.xnor_popcount = form == 1;
      nets[form] = streamline(file, &reports[form], options);
    }
  }

  /// Both say what `y` says, up to the one rounding of scale and offset as doubles.
  void check(const std::vector<float>& x, const exact_tensor& y) const {
    for (const int form : {0, 1}) {
      CAPTURE(form);
      const std::vector<double> found = outputs_in_file_order(nets[form], reports[form], x);
      REQUIRE(found.size() == y.values.size());
      for (std::size_t i = 0; i < found.size(); ++i) {
        CAPTURE(i);
        const double step = nets[form].output_scale[i % nets[form].output_scale.size()];
        REQUIRE(std::abs(found[i] - nearest_double(y.values[i])) < 1e-6 * step);
      }
    }
  }
};

/// The only things in random files that have no integer form: a quantizer with one level left, and a gain of 0 before
/// the output.
bool is_constant(const std::string& reason) {
  return reason.ends_with("two levels or more") || reason.find("has scale 0 and") != std::string::npos;
}

}  // namespace

TEST_CASE("the integer network of an image network says what the file's formulas say in fractions") {
  std::map<std::size_t, int> seen;
  int refused = 0;
  constexpr unsigned networks = 150;
  for (unsigned seed = 0; seed < networks; ++seed) {
    CAPTURE(seed);
    const network file = random_image_network(seed);
    std::optional<both_forms> forms;
    try {
      forms.emplace(file);
    } catch (const input_error& e) {
      const std::string reason = e.what();
      CAPTURE(reason);
      REQUIRE(is_constant(reason));
      ++refused;
      continue;
    }
    for (const integer_node& node : forms->nets[0].nodes) ++seen[node.op.index()];
    std::mt19937 random(seed);
    for (int frame = 0; frame < 2; ++frame) {
      const std::vector<float> x = random_frame(file, random);
      forms->check(x, evaluate_exactly(file, x));
    }
  }
  CHECK(refused < static_cast<int>(networks) / 10);
  // Every kind but split, crop, label_select and join, which no such file needs.
  CHECK(seen.size() == std::variant_size_v<integer_op> - 4);
}

TEST_CASE("branches are subtracted, whoever else reads them") {
  const float_tensor one{{}, {1}}, zero{{}, {0}};
  network file;
  file.name = "difference";
  file.input = "x";
  file.input_shape = {1, 2, 1, 1};
  const auto quantizer = [&](int bits, bool is_signed) { return quant_op{one, zero, bits, is_signed}; };
  const auto add = [&](const std::string& name, network_op op, std::vector<std::string> inputs) {
    file.nodes.push_back({name, std::move(op), std::move(inputs), name});
  };
  file.constants["w"] = {{2, 2, 1, 1}, {1, -2, 3, 1}};
  file.constants["below"] = {{2, 3}, {-2, 0, 1, -1, 3, 4}};
  file.constants["last"] = {{2, 6}, {1, -1, 1, 2, 0, 1, -1, 1, 2, 1, 1, 0}};
  add("q", quantizer(3, true), {"x"});
  add("w_q", quantizer(3, true), {"w"});
  add("sums", conv_op{}, {"q", "w_q"});
  add("a", quantizer(3, true), {"sums"});
  add("b", multi_threshold_op{file.constants.at("below"), -1, 2, false}, {"sums"});
  add("nothing", sub_op{}, {"a", "a"});
  add("nothing_q", quantizer(2, true), {"nothing"});
  // b is counted the other way round for the sum, by its nature for the difference, and read by Concat after that.
  add("sum", add_op{}, {"a", "b"});
  add("sum_q", quantizer(4, true), {"sum"});
  add("all", concat_op{1}, {"sum_q", "b", "nothing_q"});
  add("all_q", quantizer(4, true), {"all"});
  add("flat", flatten_op{}, {"all_q"});
  add("last_q", quantizer(3, true), {"last"});
  add("y", gemm_op{1, 1, true}, {"flat", "last_q"});
  file.output = "y";
  const both_forms forms(file);
  std::mt19937 random(4);
  for (int frame = 0; frame < 40; ++frame) {
    std::vector<float> x{static_cast<float>(random() % 8) - 4, static_cast<float>(random() % 8) - 4};
    forms.check(x, evaluate_exactly(file, x));
  }
}
