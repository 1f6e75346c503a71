// SPDX-License-Identifier: Apache-2.0
#include "spillway/tests/models/operator_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <set>

#include "spillway/models/network/shapes.h"
#include "spillway/models/onnx/operators.h"
#include "spillway/models/streamline/streamline.h"
#include "spillway/models/support/error.h"
#include "spillway/tests/models/onnx_model.h"

namespace spillway::testing {

namespace {

using shape = std::vector<std::int64_t>;

std::size_t elements_of(const shape& of) {
  std::size_t count = 1;
  for (const std::int64_t n : of) count *= static_cast<std::size_t>(n);
  return count;
}

/// A file that is built from its input on; `tensor` is what was made last.
struct chain {
  onnx_model model;
  std::string tensor = "x";
  int count = 0;
  bool last;  ///< [n, height, width, channels]

  explicit chain(const shape& input, bool channels_last = false) : last(channels_last) {
    model.model.mutable_opset_import(0)->set_version(13);
    model.input("x", input);
  }

  std::string constant(const shape& of, float value, int step = 0) {
    std::string name = fmt::format("c{}", count++);
    std::vector<float> values;
    for (std::size_t i = 0; i < elements_of(of); ++i)
      values.push_back(value + static_cast<float>(static_cast<int>(i % 3) * step));
    model.constant(name, of, values);
    return name;
  }

  std::string integers(const std::vector<std::int64_t>& values) {
    std::string name = fmt::format("c{}", count++);
    onnx::TensorProto& tensor_of = *model.graph.add_initializer();
    tensor_of.set_name(name);
    tensor_of.set_data_type(onnx::TensorProto::INT64);
    tensor_of.add_dims(static_cast<std::int64_t>(values.size()));
    for (const std::int64_t value : values) tensor_of.add_int64_data(value);
    return name;
  }

  onnx::NodeProto& add(const std::string& type, const std::vector<std::string>& more, const std::string& domain = "") {
    std::vector<std::string> inputs{tensor};
    inputs.insert(inputs.end(), more.begin(), more.end());
    tensor = fmt::format("t{}", count++);
    return model.node(type, inputs, tensor, domain);
  }

  void quantize() {
    const std::string to = fmt::format("q{}", count++);
    model.quant(tensor, to, 0.5F, 4, true);
    tensor = to;
  }

  /// A product over the channels of what was made last.
  void multiply(const shape& of) {
    if (of.size() == 4 && last)
      add("Conv", {constant({3, 1, 1, of[3]}, -1, 1)}, "qonnx.custom_op.channels_last");
    else if (of.size() == 4)
      add("Conv", {constant({3, of[1], 1, 1}, -1, 1)});
    else
      add("MatMul", {constant({of.back(), 3}, -1, 1)});
  }

  /// The shape of what was made last.
  shape made() const {
    onnx_model copy;
    copy.model.CopyFrom(model.model);
    copy.model.mutable_graph()->add_output()->set_name(tensor);
    const network net = read_qonnx_bytes(copy.model.SerializeAsString(), "m");
    return infer_shapes(net).at(net.output);
  }

  std::string bytes() const {
    onnx::ModelProto copy = model.model;
    copy.mutable_graph()->add_output()->set_name(tensor);
    return copy.SerializeAsString();
  }
};

using adder = std::function<void(chain&, const std::string& type, const std::string& domain)>;

void set_window(onnx::NodeProto& node) {
  onnx_model::integers(node, "kernel_shape", {2, 2});
  onnx_model::integers(node, "strides", {2, 2});
}

/// How an operator is put behind a tensor [1, 4, 4, 4] (or [1, 16] where `is_flat` says so); all others take one input
/// and nothing else.
const std::map<std::string, adder, std::less<>>& adders() {
  static const std::map<std::string, adder, std::less<>> result = [] {
    std::map<std::string, adder, std::less<>> of;
    for (const char* type : {"Add", "Sub", "Mul", "Div", "Pow"})
      of[type] = [](chain& c, const std::string& t, const std::string&) { c.add(t, {c.constant({}, 2)}); };
    for (const char* type : {"Min", "Max"})
      of[type] = [](chain& c, const std::string& t, const std::string&) { c.add(t, {c.constant({}, 1)}); };
    of["PRelu"] = [](chain& c, const std::string& t, const std::string&) { c.add(t, {c.constant({4, 1, 1}, 0.25F)}); };
    of["Sum"] = [](chain& c, const std::string& t, const std::string&) { c.add(t, {c.tensor}); };
    of["Mean"] = of["Sum"];
    of["Concat"] = [](chain& c, const std::string& t, const std::string&) {
      onnx_model::integer(c.add(t, {c.tensor}), "axis", 1);
    };
    for (const char* type : {"MaxPool", "AveragePool", "MaxPoolNHWC"})
      of[type] = [](chain& c, const std::string& t, const std::string& d) { set_window(c.add(t, {}, d)); };
    of["MatMul"] = [](chain& c, const std::string& t, const std::string&) { c.add(t, {c.constant({16, 5}, -1, 1)}); };
    of["Gemm"] = of["MatMul"];
    of["Conv"] = [](chain& c, const std::string& t, const std::string& d) {
      c.add(t, {c.constant({5, 4, 1, 1}, -1, 1)}, d);
      if (!d.empty())
        c.model.graph.mutable_initializer(c.model.graph.initializer_size() - 1)->set_dims(1, 1),
            c.model.graph.mutable_initializer(c.model.graph.initializer_size() - 1)->set_dims(3, 4);
    };
    of["ConvTranspose"] = [](chain& c, const std::string& t, const std::string&) {
      onnx_model::integers(c.add(t, {c.constant({4, 5, 2, 2}, -1, 1)}), "strides", {2, 2});
    };
    of["BatchNormalization"] = [](chain& c, const std::string& t, const std::string& d) {
      c.add(t, {c.constant({4}, 2), c.constant({4}, 1), c.constant({4}, 0), c.constant({4}, 1)}, d);
    };
    of["Reshape"] = [](chain& c, const std::string& t, const std::string&) { c.add(t, {c.integers({1, 64})}); };
    of["Unsqueeze"] = [](chain& c, const std::string& t, const std::string&) {
      c.add(t, {c.integers({2})});
      c.add("Squeeze", {c.integers({2})});
    };
    of["Squeeze"] = [](chain& c, const std::string& t, const std::string&) {
      c.add("Unsqueeze", {c.integers({2})});
      c.add(t, {c.integers({2})});
    };
    of["Transpose"] = [](chain& c, const std::string& t, const std::string&) {
      onnx_model::integers(c.add(t, {}), "perm", {0, 2, 3, 1});
      onnx_model::integers(c.add(t, {}), "perm", {0, 3, 1, 2});
    };
    of["Pad"] = [](chain& c, const std::string& t, const std::string&) {
      c.add(t, {c.integers({0, 0, 1, 1, 0, 0, 1, 1})});
    };
    of["Resize"] = [](chain& c, const std::string& t, const std::string&) {
      const std::string scales = c.constant({4}, 1);
      onnx::TensorProto& last = *c.model.graph.mutable_initializer(c.model.graph.initializer_size() - 1);
      last.set_float_data(2, 2);
      last.set_float_data(3, 2);
      onnx_model::string(c.add(t, {"", scales}), "coordinate_transformation_mode", "asymmetric");
      onnx_model::string(*c.model.graph.mutable_node(c.model.graph.node_size() - 1), "nearest_mode", "floor");
    };
    of["Upsample"] = [](chain& c, const std::string& t, const std::string&) {
      const std::string scales = c.constant({4}, 1);
      onnx::TensorProto& last = *c.model.graph.mutable_initializer(c.model.graph.initializer_size() - 1);
      last.set_float_data(2, 2);
      last.set_float_data(3, 2);
      c.add(t, {scales});
    };
    for (const char* type : {"ReduceMean", "ReduceSum", "ReduceMax", "ReduceMin"})
      of[type] = [](chain& c, const std::string& t, const std::string&) {
        if (t == "ReduceSum")
          c.add(t, {c.integers({2, 3})});
        else
          onnx_model::integers(c.add(t, {}), "axes", {2, 3});
      };
    of["Softmax"] = [](chain& c, const std::string& t, const std::string&) {
      onnx_model::integer(c.add(t, {}), "axis", 1);
    };
    of["LogSoftmax"] = of["Softmax"];
    of["ArgMax"] = of["Softmax"];
    of["ArgMin"] = of["Softmax"];
    of["TopK"] = [](chain& c, const std::string& t, const std::string&) {
      c.add(t, {c.integers({1})}).set_output(0, "values");
      c.model.graph.mutable_node(c.model.graph.node_size() - 1)->add_output(c.tensor);
    };
    of["Cast"] = [](chain& c, const std::string& t, const std::string&) {
      onnx_model::integer(c.add(t, {}), "to", onnx::TensorProto::FLOAT);
    };
    of["Gather"] = [](chain& c, const std::string& t, const std::string&) {
      onnx_model::integer(c.add(t, {c.integers({2, 0, 1})}), "axis", 1);
    };
    of["Tile"] = [](chain& c, const std::string& t, const std::string&) { c.add(t, {c.integers({1, 2, 1, 1})}); };
    of["Expand"] = [](chain& c, const std::string& t, const std::string&) {
      c.add("GlobalMaxPool", {});
      c.add(t, {c.integers({1, 4, 4, 4})});
    };
    of["Slice"] = [](chain& c, const std::string& t, const std::string&) {
      c.add(t, {c.integers({1}), c.integers({3}), c.integers({1})});
    };
    of["Split"] = [](chain& c, const std::string& t, const std::string&) {
      onnx_model::integer(c.add(t, {c.integers({2, 2})}), "axis", 1);
      onnx::NodeProto& node = *c.model.graph.mutable_node(c.model.graph.node_size() - 1);
      node.add_output("other_half");
    };
    of["DepthToSpace"] = [](chain& c, const std::string& t, const std::string&) {
      onnx_model::integer(c.add(t, {}), "blocksize", 2);
    };
    of["SpaceToDepth"] = of["DepthToSpace"];
    of["Quant"] = [](chain& c, const std::string&, const std::string&) { c.quantize(); };
    of["IntQuant"] = of["Quant"];
    of["BipolarQuant"] = [](chain& c, const std::string& t, const std::string& d) { c.add(t, {c.constant({}, 1)}, d); };
    of["Trunc"] = [](chain& c, const std::string& t, const std::string& d) {
      c.add(t, {c.constant({}, 0.5F), c.constant({}, 0), c.constant({}, 8), c.constant({}, 4)}, d);
    };
    of["MultiThreshold"] = [](chain& c, const std::string& t, const std::string& d) {
      c.add(t, {c.constant({1, 3}, -1, 1)}, d);
    };
    of["QuantizeLinear"] = [](chain& c, const std::string&, const std::string&) {
      const std::string scale = c.constant({}, 0.5F);
      c.add("QuantizeLinear", {scale});
      c.add("DequantizeLinear", {scale});
    };
    of["DequantizeLinear"] = of["QuantizeLinear"];
    of["QuantAvgPool2d"] = [](chain& c, const std::string& t, const std::string& d) {
      onnx::NodeProto& node = c.add(t, {}, d);
      for (const auto& [key, value] : {std::pair{"kernel", 2}, {"stride", 2}, {"ibits", 4}, {"obits", 4}})
        onnx_model::integer(node, key, value);
    };
    of["Im2Col"] = [](chain& c, const std::string& t, const std::string& d) {
      onnx::NodeProto& node = c.add(t, {}, d);
      onnx_model::integers(node, "kernel_size", {2, 2});
      onnx_model::integers(node, "stride", {1, 1});
      c.add("MatMul", {c.constant({16, 5}, -1, 1)});
    };
    of["XnorPopcountMatMul"] = [](chain& c, const std::string& t, const std::string& d) {
      c.add("MultiThreshold", {c.constant({1, 1}, 0)}, "qonnx.custom_op.general");
      const std::string bits = c.constant({16, 5}, 0);
      onnx::TensorProto& last = *c.model.graph.mutable_initializer(c.model.graph.initializer_size() - 1);
      for (int i = 0; i < 80; i += 3) last.set_float_data(i, 1);
      c.add(t, {bits}, d);
    };
    return of;
  }();
  return result;
}

bool is_flat(std::string_view type) {
  constexpr std::array<std::string_view, 8> flat{"MatMul", "Gemm",   "Softmax", "LogSoftmax",
                                                 "ArgMax", "ArgMin", "TopK",    "XnorPopcountMatMul"};
  return std::find(flat.begin(), flat.end(), type) != flat.end();
}

void put(chain& c, const std::string& type, const std::string& domain) {
  const auto found = adders().find(type);
  if (found != adders().end()) return found->second(c, type, domain);
  c.add(type, {}, domain);
}

/// What became of a file: taken, left to the host, or refused.
std::string outcome(const std::function<chain()>& build) {
  try {
    const network net = read_qonnx_bytes(build().bytes(), "m");
    streamline_report report;
    streamline(net, &report);
    for (const assumption& said : report.assumptions)
      if (said.what == "left to the host") return "left to the host";
    return "taken";
  } catch (const error&) {
    return "refused";
  }
}

std::string row_of(std::string_view domain, std::string_view name) {
  const std::string type(name), in(domain);
  const shape input = is_flat(name) ? shape{1, 16} : shape{1, 4, 4, 4};
  const bool last = in == "qonnx.custom_op.channels_last" || name == "MaxPoolNHWC" || name == "Im2Col";
  const auto first_product = [&](chain& c) {
    if (is_flat(name))
      c.add("MatMul", {c.constant({16, 16}, -1, 1)});
    else if (last)
      c.add("Conv", {c.constant({4, 1, 1, 4}, -1, 1)}, "qonnx.custom_op.channels_last");
    else
      c.add("Conv", {c.constant({4, 4, 1, 1}, -1, 1)});
  };
  const std::array<std::function<chain()>, 4> positions{[&] {  // in front of the input's quantizer
                                                          chain c(input, last);
                                                          put(c, type, in);
                                                          const shape made = c.made();
                                                          c.quantize();
                                                          c.multiply(made);
                                                          return c;
                                                        },
                                                        [&] {  // between quantizer and product
                                                          chain c(input, last);
                                                          c.quantize();
                                                          put(c, type, in);
                                                          c.multiply(c.made());
                                                          return c;
                                                        },
                                                        [&] {  // between product and quantizer
                                                          chain c(input, last);
                                                          c.quantize();
                                                          first_product(c);
                                                          put(c, type, in);
                                                          const shape made = c.made();
                                                          c.quantize();
                                                          c.multiply(made);
                                                          return c;
                                                        },
                                                        [&] {  // behind the last product
                                                          chain c(input, last);
                                                          c.quantize();
                                                          first_product(c);
                                                          put(c, type, in);
                                                          return c;
                                                        }};
  std::string row = fmt::format("| `{}`{} |", name, in == "qonnx.custom_op.channels_last" ? " (channels last)" : "");
  for (const auto& position : positions) row += fmt::format(" {} |", outcome(position));
  return row + "\n";
}

}  // namespace

std::string operator_table() {
  std::string table =
      "| operator | in front of the input's quantizer | between quantizer and product | between product and quantizer "
      "| "
      "behind the last product |\n|---|---|---|---|---|\n";
  auto operators = known_operators();
  std::sort(operators.begin(), operators.end(),
            [](const auto& a, const auto& b) { return std::pair(a.second, a.first) < std::pair(b.second, b.first); });
  const std::set<std::string_view> of_constants{"Constant", "ConstantOfShape", "Shape", "Exp", "Reciprocal", "Sqrt"};
  for (const auto& [domain, name] : operators)
    if (!of_constants.contains(name)) table += row_of(domain, name);
  return table;
}

}  // namespace spillway::testing
