// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "spillway/models/data/score.h"
#include "spillway/models/dataflow/outputs.h"
#include "spillway/models/integer_network/file_output.h"
#include "spillway/models/numbers/joined_values.h"
#include "spillway/models/onnx/read.h"
#include "spillway/models/onnx/write.h"
#include "spillway/models/support/error.h"
#include "spillway/tests/models/small_file.h"
#include "spillway/tests/traces/temporary_directory.h"

// Files with several outputs, each of which leaves the accelerator in a stream of its own.

using namespace spillway;
using namespace spillway::testing;

namespace {

/// A map of two channels, five sums of all its elements, and the greatest of these.
small_file with_outputs(bool selects) {
  small_file file;
  file.convolve();
  file.quantize(4, true, 4);
  const std::string map = file.net.output;
  std::vector<float> values;
  values.reserve(160);
  for (int i = 0; i < 160; ++i) values.push_back(static_cast<float>(i * 7 % 11 - 5));
  file.add(flatten_op{});
  file.add(matmul_op{}, {file.weights({32, 5}, values)});
  std::string sums = file.net.output;
  if (selects) {
    file.add(top_k_op{1, 1, true});
    sums = file.net.output;
  }
  file.add(reshape_op{{selects ? 1 : 5}});
  const std::string first = file.net.output;
  file.net.output = map;
  file.add(reshape_op{{channels * side * side}});
  const std::string second = file.net.output;
  file.net.output = first;
  file.add(concat_op{1}, {second});
  file.net.outputs = {{sums, {selects ? 1 : 5}}, {map, {channels, side, side}}};
  return file;
}

}  // namespace

TEST_CASE("several outputs leave the accelerator one behind the other") {
  for (const bool selects : {false, true}) {
    CAPTURE(selects);
    if (!selects) check(with_outputs(selects), 31U);
    streamline_report report;
    const small_file file = with_outputs(selects);
    const integer_network net = streamline(file.net, &report);
    REQUIRE(report.output.parts.size() == 2);
    CHECK(report.output.parts[0].name == file.net.outputs[0].name);
    CHECK(report.output.parts[1].shape == std::vector<std::int64_t>{channels, side, side});
    CHECK(report.output.parts[1].first == (selects ? 1 : 5));
    CHECK(net.output_sizes == std::vector<std::int64_t>{selects ? 1 : 5, channels * side * side});
  }
}

TEST_CASE("each of several outputs leaves the accelerator in a stream of its own, of its own type") {
  const small_file file = with_outputs(false);
  const integer_network net = streamline(file.net);
  const dataflow flow = lower(net);
  CHECK(flow.outputs == std::vector<std::string>{file.net.outputs[0].name, file.net.outputs[1].name});
  const std::vector<dataflow_stream> links = streams_to_sinks(flow);
  REQUIRE(links.size() == 2);
  CHECK(name_of(flow, links[0]).ends_with("-> sink:" + flow.outputs[0]));
  const std::vector<stream_shape> shapes = output_shapes(flow);
  CHECK(shapes[0].lanes * shapes[0].beats == 5);
  CHECK(shapes[1].lanes * shapes[1].beats == channels * side * side);
  CHECK(shapes[1].type == signed_type(4));
  CHECK(shapes[0].type != shapes[1].type);
  const output_format format = output_format_of(flow);
  CHECK(format.type == net.output_info().type);
  CHECK(format.channels == 37);
  CHECK(format.vectors == 1);
  const integer_tensor inputs = quantize_reals(net, std::vector<float>(3 * file_features(net), 0.75F));
  const integer_tensor expected = evaluate(net, inputs), made = evaluate(flow, inputs);
  CHECK(made == expected);
  CHECK(join_outputs(flow, outputs_apart(flow, made)) == made);
  CHECK_THROWS_AS(outputs_apart(flow, integer_tensor::zeros(made.type, {36})), config_error);
}

TEST_CASE("a dataflow has a sink for each of its outputs") {
  dataflow flow = lower(streamline(with_outputs(false).net));
  const auto refusal = [&] { return message_of<config_error>([&] { validate(flow); }); };
  CHECK(refusal() == "no exception");
  flow.outputs.pop_back();
  CHECK(refusal().find("1 streams from outside and 2 to outside") != std::string::npos);
  flow.outputs.assign(2, "y");
  for (dataflow_stream& link : flow.streams)
    if (link.to == dataflow_stream::outside) link.to_port = 1;
  CHECK(refusal().find("is bound to output 1, which another has or which is not there") != std::string::npos);
}

TEST_CASE("numbers of several types are joined in the narrowest one that holds all of them") {
  const auto common = [](std::vector<integer_type> types) { return to_string(common_type(types)); };
  CHECK(common({bipolar_type(), bipolar_type()}) == "BIPOLAR");
  CHECK(common({bipolar_type(), unsigned_type(1)}) == "INT2");
  CHECK(common({unsigned_type(4), unsigned_type(7)}) == "UINT7");
  CHECK(common({unsigned_type(4), signed_type(4)}) == "INT5");
  CHECK(common({unsigned_type(4), signed_type(5)}) == "INT5");
  const integer_tensor narrow = integer_tensor::from(signed_type(3), {2, 1}, {-4, 3});
  integer_tensor wide = integer_tensor::zeros(signed_type(70), {2, 2});
  *wide.at(3) = 9;
  const integer_tensor joined = join_frames({narrow, wide}, 2);
  CHECK(joined.shape == std::vector<std::int64_t>{2, 3});
  CHECK(joined.type == signed_type(70));
  CHECK(to_double(joined, 0) == -4);
  CHECK(to_double(joined, 5) == 9);
  CHECK_THROWS_AS(join_frames({narrow, wide}, 3), config_error);
}

TEST_CASE("files of several outputs are written with all of them, and read again") {
  const network file = with_outputs(false).net;
  const network again = read_qonnx_bytes(qonnx_bytes(file), "again");
  REQUIRE(again.outputs.size() == 2);
  CHECK(again.outputs[1].name == file.outputs[1].name);
  CHECK(again.outputs[1].shape == file.outputs[1].shape);
  const float_tensor x{{1, channels, side, side}, std::vector<float>(channels * side * side, 0.75F)};
  CHECK(evaluate(again, x).values == evaluate(file, x).values);
}

TEST_CASE("one of several outputs has its elements of every frame") {
  const file_output all{"", {5}, {4, 3, 2, 1, 0}, {{"a", {2}, 0, 2}, {"b", {3, 1}, 2, 3}}};
  const integer_tensor values = integer_tensor::from(signed_type(8), {2, 5}, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9});
  const integer_tensor b = part_of(values, all.parts[1]);
  CHECK(b.shape == std::vector<std::int64_t>{2, 3, 1});
  CHECK(b.words == std::vector<std::int64_t>{2, 3, 4, 7, 8, 9});
  CHECK(output_of(all, all.parts[1]).places == std::vector<std::int64_t>{2, 1, 0});
}

TEST_CASE("the file's output takes some elements of a frame, or one several times, of every frame") {
  const file_output some{"", {2}, {3, 3}, {}, 5};
  const integer_tensor values = integer_tensor::from(signed_type(8), {2, 5}, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9});
  CHECK(in_file_order(some, values).words == std::vector<std::int64_t>{3, 3, 8, 8});
  CHECK_THROWS_WITH_AS(in_file_order(some, integer_tensor::from(signed_type(8), {1, 4}, {0, 1, 2, 3})),
                       "4 outputs are not a whole number of frames of 5", config_error);
}

TEST_CASE("what an accelerator sends has all elements of a frame where the file takes some at the end") {
  small_file file;
  file.convolve();
  file.add(select_op{{{}, {}, {2, 0, 2}, {3, 1}}});
  testing::check(file, 3);
  streamline_report report;
  const integer_network net = streamline(file.net, &report);
  CHECK(report.output.frame_elements == net.output_info().shape.elements());
  CHECK(report.output.frame_elements != std::ssize(report.output.places));
}

TEST_CASE("classes are those of the file's elements") {
  const integer_network net = streamline(with_outputs(false).net);
  integer_tensor outputs = integer_tensor::zeros(net.output_info().type, {1, 37});
  *outputs.at(3) = 1;
  const std::vector<std::int64_t> places{1, 3, 2};
  CHECK(score_run(net, outputs, outputs, {}, places).frames[0].simulated_class == 1);
}

TEST_CASE("a convolution of one pixel takes elements that repeat, or are left out") {
  for (const bool repeats : {true, false}) {
    small_file file;
    file.convolve();
    file.quantize(4, true, 4);
    file.add(select_op{{{}, {}, {2, 0, repeats ? 2 : 1}, {3, 1}}});
    file.add(reshape_op{{12, 1, 1}});
    std::vector<float> values;
    values.reserve(60);
    for (int i = 0; i < 60; ++i) values.push_back(static_cast<float>(i * 7 % 11 - 5));
    file.add(conv_op{}, {file.weights({5, 12, 1, 1}, values)});
    testing::check(file, 5);
  }
}

TEST_CASE("the class of a frame is that of the first of several outputs") {
  const integer_network net = streamline(with_outputs(false).net);
  integer_tensor outputs = integer_tensor::zeros(net.output_info().type, {1, 37});
  *outputs.at(3) = 1;
  *outputs.at(20) = 2;
  const std::vector<int> labels{3};
  CHECK(score_run(net, outputs, outputs, labels).accuracy == 1);
  const integer_network selected = streamline(with_outputs(true).net);
  outputs = integer_tensor::zeros(selected.output_info().type, {1, 33});
  *outputs.at(0) = 3;
  CHECK(score_run(selected, outputs, outputs, labels).accuracy == 1);
}
