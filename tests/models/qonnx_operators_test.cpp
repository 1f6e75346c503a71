// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <limits>

#include "spillway/tests/models/onnx_model.h"

// The forms in which other programs write an operator, and which of them are refused.

using namespace spillway;
using namespace spillway::testing;

namespace {

using shape_type = std::vector<std::int64_t>;

void real(onnx::NodeProto& node, const std::string& name, float value) {
  onnx::AttributeProto& attribute = *node.add_attribute();
  attribute.set_name(name);
  attribute.set_type(onnx::AttributeProto::FLOAT);
  attribute.set_f(value);
}

/// One node on an input x, which the test then changes.
struct single : onnx_model {
  single(const std::string& type, const shape_type& shape, std::vector<std::string> more = {},
         const std::string& domain = "") {
    input("x", shape).output("y");
    more.insert(more.begin(), "x");
    node(type, more, "y", domain);
  }

  onnx::NodeProto& only() { return *graph.mutable_node(0); }
  single& set(const std::string& name, std::int64_t value) {
    integer(only(), name, value);
    return *this;
  }
  single& list(const std::string& name, const std::vector<std::int64_t>& values) {
    integers(only(), name, values);
    return *this;
  }
  single& text(const std::string& name, const std::string& value) {
    string(only(), name, value);
    return *this;
  }
  single& opset(int version) {
    model.mutable_opset_import(0)->set_version(version);
    return *this;
  }
  void longs(const std::string& name, const std::vector<std::int64_t>& values) {
    onnx::TensorProto& tensor = *graph.add_initializer();
    tensor.set_name(name);
    tensor.set_data_type(onnx::TensorProto::INT64);
    tensor.add_dims(static_cast<std::int64_t>(values.size()));
    for (const std::int64_t value : values) tensor.add_int64_data(value);
  }
  template <class Op>
  Op op() const {
    const network net = read();
    return std::get<Op>(net.nodes.at(0).op);
  }
};

shape_type pads_of(const window_shape& w) { return {w.top, w.left, w.bottom, w.right}; }

}  // namespace

TEST_CASE("a Conv has the window of its attributes, or of its weights and the defaults") {
  single m("Conv", {1, 2, 6, 6}, {"w"});
  m.constant("w", {4, 1, 3, 2}, std::vector<float>(24, 1));
  m.set("group", 2);
  window_shape w = m.op<conv_op>().window;
  CHECK(w.kernel_h == 3);
  CHECK(w.kernel_w == 2);
  CHECK(w.stride_h + w.stride_w + w.dilation_h + w.dilation_w == 4);
  CHECK(pads_of(w) == shape_type{0, 0, 0, 0});
  CHECK(m.op<conv_op>().group == 2);
  m.list("strides", {2, 1}).list("dilations", {1, 3}).list("pads", {0, 1, 2, 3}).list("kernel_shape", {3, 2});
  w = m.op<conv_op>().window;
  CHECK(shape_type{w.stride_h, w.stride_w, w.dilation_h, w.dilation_w} == shape_type{2, 1, 1, 3});
  CHECK(pads_of(w) == shape_type{0, 1, 2, 3});
  m.text("auto_pad", "SAME_UPPER");
  CHECK(m.refusal() == "Conv_y: it has pads and auto_pad = SAME_UPPER; right: one of the two");
}

TEST_CASE("automatic padding gives as many positions as strides fit, the odd element at the end or the front") {
  const auto pads = [](const char* mode, std::int64_t size, std::int64_t kernel, std::int64_t stride) {
    single m("MaxPool", {1, 1, size, size});
    m.list("kernel_shape", {kernel, kernel}).list("strides", {stride, stride}).text("auto_pad", mode);
    CHECK(evaluate(m.read(), {{1}, std::vector<float>(static_cast<std::size_t>(size * size))}).shape[2] ==
          (size + stride - 1) / stride);
    return pads_of(m.op<max_pool_op>().window);
  };
  CHECK(pads("SAME_UPPER", 6, 3, 1) == shape_type{1, 1, 1, 1});
  CHECK(pads("SAME_UPPER", 6, 3, 2) == shape_type{0, 0, 1, 1});
  CHECK(pads("SAME_LOWER", 6, 3, 2) == shape_type{1, 1, 0, 0});
  CHECK(pads("SAME_UPPER", 5, 2, 3) == shape_type{0, 0, 0, 0});
  CHECK(pads("VALID", 6, 1, 2) == shape_type{0, 0, 0, 0});
}

TEST_CASE("windows that can't be taken are refused") {
  single three_d("Conv", {1, 2, 6, 6, 6}, {"w"});
  three_d.constant("w", {4, 2, 3, 3, 3}, std::vector<float>(216, 1));
  CHECK(says(three_d.refusal(), "Conv_y: its input [1, 2, 6, 6, 6] has 5 dimensions; right: 4"));
  single one_d("Conv", {1, 2, 6}, {"w"});
  one_d.constant("w", {4, 2, 3, 1}, std::vector<float>(24, 1));
  CHECK(says(one_d.refusal(), "Conv_y: its weights [4, 2, 3, 1] have 4 dimensions; right: [m, c, k]"));
  const auto pool = [](const char* name, const std::vector<std::int64_t>& values) {
    single m("MaxPool", {1, 1, 4, 4});
    if (name != std::string("kernel_shape")) m.list("kernel_shape", {2, 2});
    return m.list(name, values).refusal();
  };
  CHECK(pool("strides", {1}) == "MaxPool_y: its strides are [1]; right: 2 numbers");
  CHECK(pool("strides", {0, 1}) == "MaxPool_y: its strides are [0, 1]; right: each 1 to 2^30");
  CHECK(pool("pads", {0, -1, 0, 0}) == "MaxPool_y: its pads are [0, -1, 0, 0]; right: each 0 to 2^30");
  CHECK(pool("kernel_shape", {2}) == "MaxPool_y: its kernel_shape is [2]; right: [height, width]");
  CHECK(pool("kernel_shape", {2, 0}) == "MaxPool_y: its kernel_shape is [2, 0]; right: each 1 to 2^30");
  CHECK(pool("dilations", {1 << 30, 1}) == "MaxPool_y: its window spans 1073741825, but its padded input 4");
  for (const std::int64_t size : {4, 5}) {
    single m("AveragePool", {1, 1, size, size});
    m.list("kernel_shape", {2, 2}).list("strides", {2, 2}).set("ceil_mode", 1);
    CHECK(pads_of(m.op<average_pool_op>().window) == shape_type{0, 0, size - 4, size - 4});
  }
}

TEST_CASE("means and maxima over the whole image are global pools, however they are written") {
  CHECK(single("GlobalAveragePool", {1, 2, 3, 4}).read().nodes[0].op.index() ==
        network_op(global_average_pool_op{}).index());
  CHECK(single("GlobalMaxPool", {1, 2, 3, 4}).op<max_pool_op>().window.kernel_w == 4);
  single m("ReduceMean", {1, 2, 3, 4});
  const network net = m.list("axes", {-1, 2}).set("keepdims", 0).read();
  REQUIRE(net.nodes.size() == 2);
  CHECK(std::holds_alternative<global_average_pool_op>(net.nodes[0].op));
  CHECK(std::holds_alternative<flatten_op>(net.nodes[1].op));
  CHECK(net.output == "y");
  single input("ReduceMean", {1, 2, 3, 4}, {"axes"});
  input.longs("axes", {2, 3});
  CHECK(input.read().nodes.size() == 1);
  CHECK(single("ReduceMean", {1, 2, 3, 4}).list("axes", {1, 3}).refusal() ==
        "ReduceMean_y: it reduces over [1, 3]; right: positions alone, not the batch and not the channels");
  CHECK(single("ReduceMean", {1, 2, 3}).list("axes", {0}).refusal() ==
        "ReduceMean_y: it reduces over [0]; right: positions alone, not the batch and not the channels");
}

TEST_CASE("reductions over the positions of images and rows whose channels are last") {
  for (const auto& axes : std::vector<std::vector<std::int64_t>>{{1, 2}, {1}})
    for (const std::size_t rank : {std::size_t{3}, std::size_t{4}})
      for (const bool keeps : {true, false}) {
        if (axes.size() + 2 > rank) continue;
        CAPTURE(rank);
        single m("ReduceMax", rank == 3 ? shape_type{1, 3, 4} : shape_type{1, 3, 2, 4});
        const network net = m.list("axes", axes).set("keepdims", keeps ? 1 : 0).read();
        float_tensor x{{1, 24}, {}};
        if (rank == 3) x.shape[1] = 12;
        for (std::int64_t i = 0; i < x.shape[1]; ++i) x.values.push_back(static_cast<float>(i * 7 % 11));
        const float_tensor y = evaluate(net, x);
        const std::size_t kept = rank == 4 && axes.size() == 1 ? 8 : 4, reduced = x.values.size() / kept;
        CHECK(y.shape.size() == (keeps ? rank : rank - axes.size()));
        REQUIRE(y.values.size() == kept);
        for (std::size_t i = 0; i < kept; ++i) {
          float greatest = -1;
          for (std::size_t k = 0; k < reduced; ++k) greatest = std::max(greatest, x.values[k * kept + i]);
          CHECK(y.values[i] == greatest);
        }
      }
}

TEST_CASE("reductions over height, width or both are windows that span them") {
  for (const char* type : {"ReduceMax", "ReduceMin", "ReduceSum", "ReduceMean"})
    for (const auto& axes : std::vector<std::vector<std::int64_t>>{{2}, {-1}, {2, 3}})
      for (const bool keeps : {true, false}) {
        CAPTURE(type);
        single m(type, {1, 2, 3, 4});
        const network net = m.list("axes", axes).set("keepdims", keeps ? 1 : 0).read();
        float_tensor x{{1, 2, 3, 4}, {}};
        for (int i = 0; i < 24; ++i) x.values.push_back(static_cast<float>(i * 7 % 11));
        const float_tensor y = evaluate(net, x);
        const bool rows = axes[0] == 2, columns = axes.size() == 2 || axes[0] == -1;
        shape_type shape{1, 2};
        if (keeps || !rows) shape.push_back(rows ? 1 : 3);
        if (keeps || !columns) shape.push_back(columns ? 1 : 4);
        CHECK(y.shape == shape);
        std::size_t at = 0;
        for (int c = 0; c < 2; ++c)
          for (int r = 0; r < (rows ? 1 : 3); ++r)
            for (int k = 0; k < (columns ? 1 : 4); ++k, ++at) {
              float sum = 0, greatest = -1, least = 100, count = 0;
              for (int h = rows ? 0 : r; h < (rows ? 3 : r + 1); ++h)
                for (int w = columns ? 0 : k; w < (columns ? 4 : k + 1); ++w, ++count) {
                  const float value = x.values.at(static_cast<unsigned>(c * 12 + h * 4 + w));
                  sum += value;
                  greatest = std::max(greatest, value);
                  least = std::min(least, value);
                }
              const std::string name = type;
              CHECK(y.values[at] == (name == "ReduceMax"   ? greatest
                                     : name == "ReduceMin" ? least
                                     : name == "ReduceSum" ? sum
                                                           : sum / count));
            }
      }
}

TEST_CASE("ceil_mode adds windows that begin within the padded input") {
  const auto positions = [](std::int64_t size, std::int64_t kernel, std::int64_t stride, std::int64_t pad) {
    single m("MaxPool", {1, 1, size, size});
    m.list("kernel_shape", {kernel, kernel}).list("strides", {stride, stride}).list("pads", {pad, pad, pad, pad});
    m.set("ceil_mode", 1);
    return evaluate(m.read(), {{1}, std::vector<float>(static_cast<std::size_t>(size * size))}).shape[2];
  };
  CHECK(positions(5, 2, 2, 0) == 3);
  CHECK(positions(6, 3, 2, 0) == 3);
  CHECK(positions(6, 2, 2, 0) == 3);
  CHECK(positions(6, 3, 2, 1) == 4);
  CHECK(positions(4, 2, 3, 0) == 2);
  CHECK(positions(3, 2, 2, 1) == 2);  // the third would begin in the padding behind the image
}

TEST_CASE("depth becomes space, and space depth, by their formulas") {
  for (const std::string mode : {"DCR", "CRD", ""}) {
    CAPTURE(mode);
    const bool to_depth = mode.empty();
    single m(to_depth ? "SpaceToDepth" : "DepthToSpace", {1, to_depth ? 2 : 8, to_depth ? 4 : 2, to_depth ? 6 : 3});
    m.set("blocksize", 2);
    if (!to_depth) m.text("mode", mode);
    float_tensor x{{1, 48}, {}};
    for (int i = 0; i < 48; ++i) x.values.push_back(static_cast<float>(i));
    const float_tensor y = evaluate(m.read(), x);
    CHECK(y.shape == (to_depth ? shape_type{1, 8, 2, 3} : shape_type{1, 2, 4, 6}));
    for (int c = 0; c < 2; ++c)
      for (int h = 0; h < 4; ++h)
        for (int w = 0; w < 6; ++w) {
          const int block = h % 2 * 2 + w % 2, deep = mode == "CRD" ? c * 4 + block : block * 2 + c;
          const auto shallow_at = static_cast<unsigned>((c * 4 + h) * 6 + w);
          const auto deep_at = static_cast<unsigned>((deep * 2 + h / 2) * 3 + w / 2);
          CHECK(y.values[to_depth ? deep_at : shallow_at] == x.values[to_depth ? shallow_at : deep_at]);
        }
  }
}

TEST_CASE("a Resize repeats pixels, where its words say so") {
  struct words {
    const char *coordinates, *nearest;
    int factor;
    bool taken;
  };
  for (const words& w :
       {words{"asymmetric", "floor", 3, true}, words{"asymmetric", "round_prefer_floor", 2, true},
        words{"asymmetric", "round_prefer_floor", 3, false}, words{"asymmetric", "ceil", 2, false},
        words{"half_pixel", "round_prefer_floor", 3, true}, words{"half_pixel", "floor", 2, false},
        words{"half_pixel", "floor", 1, true}, words{"pytorch_half_pixel", "round_prefer_ceil", 2, true},
        words{"tf_half_pixel_for_nn", "floor", 2, true}, words{"align_corners", "round_prefer_floor", 2, false}}) {
    single m("Resize", {1, 1, 2, 2}, {"", "scales"});
    const auto factor = static_cast<float>(w.factor);
    m.constant("scales", {4}, {1, 1, factor, factor});
    m.text("coordinate_transformation_mode", w.coordinates).text("nearest_mode", w.nearest);
    CAPTURE(w.coordinates);
    CAPTURE(w.nearest);
    CAPTURE(w.factor);
    if (w.taken)
      CHECK(m.op<upsample_op>().factor_h == w.factor);
    else
      CHECK(says(m.refusal(), "pixels " + std::to_string(w.factor) + " times; right: asymmetric and floor"));
  }
  single sizes("Resize", {1, 1, 2, 3}, {"", "", "sizes"});
  sizes.longs("sizes", {1, 1, 4, 9});
  CHECK(sizes.op<upsample_op>().factor_w == 3);
  single old("Upsample", {1, 1, 2, 3}, {"scales"});
  old.constant("scales", {4}, {1, 1, 2, 3});
  CHECK(old.opset(9).op<upsample_op>().factor_h == 2);
  single broken("Resize", {1, 1, 2, 2}, {"", "scales"});
  broken.constant("scales", {4}, {1, 1, 1.5F, 2});
  CHECK(broken.refusal() == "Resize_y: it scales [1, 1, 2, 2] by [1, 1, 1.5, 2]; right: whole factors");
  single linear("Resize", {1, 1, 2, 2}, {"", "scales"});
  linear.constant("scales", {4}, {1, 1, 2, 2});
  CHECK(linear.text("mode", "linear").refusal() == "Resize_y: its mode is linear; right: nearest");
}

TEST_CASE("ends, pads, axes and counts are attributes of old files and inputs of new ones") {
  single old_clip("Clip", {1, 3});
  real(old_clip.only(), "min", -1);
  CHECK(old_clip.opset(7).op<clip_op>().low == -1);
  single clip("Clip", {1, 3}, {"", "high"});
  clip.constant("high", {}, {6});
  CHECK(clip.op<clip_op>().high == 6);
  CHECK(clip.op<clip_op>().low == clip_op{}.low);
  single old_pad("Pad", {1, 2});
  CHECK(old_pad.list("pads", {0, 1, 0, 2}).opset(9).op<pad_op>().after == shape_type{0, 2});
  single pad("Pad", {1, 2}, {"pads", "value"});
  pad.longs("pads", {0, 1, 0, 2});
  pad.constant("value", {}, {0.5F});
  CHECK(pad.op<pad_op>().before == shape_type{0, 1});
  CHECK(pad.op<pad_op>().value == 0.5F);
  CHECK(pad.text("mode", "reflect").refusal() == "Pad_y: its mode is reflect; right: constant");
  single batch("Pad", {1, 2});
  CHECK(batch.list("pads", {1, 0, 0, 0}).refusal() ==
        "Pad_y: it makes [2, 2] of what the input decides; right: dimension 0 stays the batch, 1");
  single far("Pad", {1, 2});
  CHECK(far.list("pads", {0, std::numeric_limits<std::int64_t>::min(), 0, 0}).opset(9).refusal() ==
        "Pad_y: it pads by -9223372036854775808; right: -2^30 to 2^30");
  single squeeze("Squeeze", {1, 3, 1, 1});
  CHECK(std::holds_alternative<flatten_op>(squeeze.list("axes", {2, -1}).read().nodes[0].op));
  single unsqueeze("Unsqueeze", {1, 3}, {"axes"});
  unsqueeze.longs("axes", {-1, 1});
  CHECK(unsqueeze.op<reshape_op>().shape == shape_type{1, 3, 1});
}

TEST_CASE("the greatest are an ArgMax, or the second output of a TopK") {
  CHECK(single("ArgMax", {1, 3}).set("axis", -1).set("keepdims", 0).op<top_k_op>().axis == 1);
  CHECK(says(single("ArgMax", {1, 3}).set("axis", 0).refusal(), "right: dimension 0 stays the batch"));
  CHECK(says(single("ArgMax", {1, 3}).set("axis", 1).set("select_last_index", 1).refusal(), "the last index wins"));
  const auto top = [](const std::string& read) {
    onnx_model m;
    m.input("x", {1, 5}).output(read);
    onnx::TensorProto& k = m.constant("k", {1}, {3});
    CHECK(k.name() == "k");
    m.node("TopK", {"x", "k"}, "values").add_output("indices");
    return m.refusal();
  };
  CHECK(top("indices") == "no exception");
  CHECK(top("values") == "TopK_values: its output 0, values, is read; right: output 1 only");
}

TEST_CASE("the least are the greatest of the negative: ArgMin, and TopK with largest = 0") {
  const float_tensor x{{1, 5}, {3, -2, 7, -2, 0}};
  const network least = single("ArgMin", {1, 5}).set("axis", 1).set("keepdims", 0).read();
  REQUIRE(least.nodes.size() == 2);
  CHECK(std::holds_alternative<mul_op>(least.nodes[0].op));
  CHECK(least.nodes[0].name == "ArgMin_y_negative");
  CHECK(evaluate(least, x).values == std::vector<float>{1});
  onnx_model m;
  m.input("x", {1, 5}).output("indices");
  m.constant("k", {1}, {3});
  onnx::NodeProto& top = m.node("TopK", {"x", "k"}, "values");
  top.add_output("indices");
  onnx_model::integer(top, "largest", 0);
  CHECK(evaluate(m.read(), x).values == std::vector<float>{1, 3, 4});
}

TEST_CASE("a Softmax is along its axis; before opset 13, over everything behind it") {
  CHECK(single("Softmax", {1, 2, 3}).opset(13).op<softmax_op>().axis == 2);
  CHECK(single("Softmax", {1, 2}).op<softmax_op>().axis == 1);
  CHECK(single("LogSoftmax", {1, 2}).op<softmax_op>().logarithm);
  CHECK(says(single("Softmax", {1, 2, 3}).refusal(), "before opset 13, axis 1 of [1, 2, 3]"));
}

TEST_CASE("what does nothing at inference leaves no trace") {
  onnx_model m;
  m.input("x", {1, 3}).output("y");
  m.node("Identity", {"x"}, "a");
  real(m.node("Dropout", {"a"}, "b"), "ratio", 0.5F);
  onnx_model::integer(m.node("Cast", {"b"}, "c"), "to", onnx::TensorProto::FLOAT);
  m.node("Neg", {"c"}, "y");
  const network net = m.read();
  REQUIRE(net.nodes.size() == 1);
  CHECK(net.nodes[0].inputs.at(0) == "x");
  CHECK(evaluate(net, {{1, 3}, {1, -2, 0}}).values == std::vector<float>{-1, 2, 0});
  m.graph.mutable_node(2)->mutable_attribute(0)->set_i(onnx::TensorProto::INT8);
  CHECK(m.refusal() == "Cast_c: it casts what the input decides to another type; right: FLOAT");
}

TEST_CASE("a MultiThreshold and both versions of Trunc are read in each quantizer domain") {
  for (const char* domain : {"qonnx.custom_op.general", "finn.custom_op.general", "onnx.brevitas", ""}) {
    single m("MultiThreshold", {1, 3, 2, 2}, {"t"}, domain);
    m.constant("t", {3, 1}, {1, 2, 3});
    m.text("out_dtype", "INT2");
    real(m.only(), "out_bias", -1);
    CHECK(m.op<multi_threshold_op>().out_bias == -1);
    CHECK_FALSE(m.op<multi_threshold_op>().channels_last);
    CHECK(says(m.text("data_layout", "NHWC").refusal(), "its thresholds [3, 1] do not fit 2 channels"));
    single first("Trunc", {1, 3}, {"s", "z", "in", "out"}, domain);
    for (const auto& [name, value] : {std::pair{"s", 0.5F}, {"z", 0.0F}, {"in", 8.0F}, {"out", 5.0F}})
      first.constant(name, {}, {value});
    const auto old = first.op<trunc_op>();
    CHECK(old.rounding == rounding_mode::floor);
    CHECK_FALSE(old.clamps);
    CHECK(old.out_scale == old.scale);
    single second("Trunc", {1, 3}, {"s", "z", "in", "s2", "out"}, domain);
    for (const auto& [name, value] : {std::pair{"s", 0.5F}, {"z", 0.0F}, {"in", 8.0F}, {"s2", 2.0F}, {"out", 5.0F}})
      second.constant(name, {}, {value});
    const auto op = second.set("signed", 0).op<trunc_op>();
    CHECK(op.clamps);
    CHECK_FALSE(op.is_signed);
    CHECK(op.in_bits - op.out_bits == 2);
    second.graph.mutable_initializer(3)->set_float_data(0, 0.125F);
    CHECK(says(second.refusal(), "its output scale is about 2^-2 times its scale"));
  }
}

TEST_CASE("a batch norm's parameters are checked") {
  single m("BatchNormalization", {1, 2}, {"s", "b", "m", "v"});
  for (const char* name : {"s", "b", "m"}) m.constant(name, {2}, {1, 2});
  m.constant("v", {2}, {1, -1e-5F});
  CHECK(says(m.refusal(), "its variance is -1e-05 and its epsilon 1e-05; right: a sum greater than 0"));
  m.graph.mutable_initializer(3)->set_float_data(1, 0);
  CHECK(m.refusal() == "no exception");
  CHECK(says(m.set("training_mode", 1).refusal(), "training_mode = 1"));
}
