// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "spillway/models/data/dataset.h"
#include "spillway/models/data/npy.h"
#include "spillway/models/dataflow/folding_config.h"
#include "spillway/models/dataflow/lower.h"
#include "spillway/models/onnx/operators.h"
#include "spillway/models/onnx/read.h"
#include "spillway/models/onnx/write.h"
#include "spillway/models/paper_networks/cnv.h"
#include "spillway/models/streamline/streamline.h"
#include "spillway/sim/engine.h"
#include "spillway/tests/effort.h"
#include "spillway/tests/models/real_data.h"
#include "spillway/tests/traces/temporary_directory.h"
#include "spillway/traces/recorder.h"

// Files whose outputs numpy has computed from the operators' specifications (tests/oracle/evaluate.py), which shares
// nothing with the reader: the integers, and the hardware, must give them exactly.

using namespace spillway;
using namespace spillway::testing;

namespace {

/// True if a script of this folder ran; false, and said, where numpy is missing.
bool run_python(const std::string& arguments) {
  const std::string python = SPILLWAY_NUMPY_PYTHON;
  if (python.empty() || std::system((python + " -c 'import numpy' 2>/dev/null").c_str()) != 0) {
    MESSAGE("skipped: python3-numpy is not there");
    return false;
  }
  const std::string script = std::string(SPILLWAY_SOURCE_DIR) + "/tests/oracle/";
  REQUIRE(std::system((python + " -B " + script + arguments).c_str()) == 0);
  return true;
}

/// The outputs of the hardware's integers as the reals of the file, in its order.
std::vector<double> in_file_order(const integer_network& net, const streamline_report& report,
                                  const integer_tensor& integers) {
  const frame_shape& frame = net.output_info().shape;
  const std::vector<std::int64_t>& places = report.values.back().places;
  std::vector<double> result;
  for (std::int64_t first = 0; first < integers.size(); first += frame.elements())
    for (const std::int64_t place : places) {
      const auto channel = static_cast<std::size_t>(place % frame.channels);
      result.push_back(static_cast<double>(*integers.at(first + place)) * net.output_scale[channel] +
                       net.output_bias[channel]);
    }
  return result;
}

integer_tensor simulated(const dataflow& flow, const integer_tensor& inputs) {
  recorder events(0);
  return run_cycle_engine(flow, inputs, events, {}).outputs;
}

std::size_t differing(const std::vector<double>& values, const std::vector<float>& expected) {
  if (values.size() != expected.size()) return expected.size();
  std::size_t result = 0;
  for (std::size_t i = 0; i < values.size(); ++i) result += values[i] != double{expected[i]} ? 1 : 0;
  return result;
}

/// The first frames of a dataset.
integer_tensor frames_of(const integer_network& net, const dataset& data, std::int64_t count) {
  integer_tensor result = quantize_dataset(net, data);
  const std::int64_t rows = count * net.input_info().shape.positions();
  result.words.resize(result.words.size() / static_cast<std::size_t>(result.shape[0]) * static_cast<std::size_t>(rows));
  result.shape[0] = rows;
  return result;
}

std::vector<float> reals_of_file(const std::string& path) { return read_npy_floats(path).values; }

/// The file NAME.onnx, in float32, as integers, in hardware where it is asked for, and written again, gives of NAME.npy
/// what NAME.expect.npy has.
void check_file(const std::string& name, bool in_hardware) {
  const std::vector<float> inputs = reals_of_file(name + ".npy"), expected = reals_of_file(name + ".expect.npy");
  const network file = read_qonnx(name + ".onnx");
  CHECK(evaluate(file, read_npy_floats(name + ".npy")).values == expected);
  streamline_report report;
  const integer_network net = streamline(file, &report);
  const integer_tensor quantized = quantize_reals(net, inputs);
  CHECK(differing(in_file_order(net, report, evaluate(net, quantized)), expected) == 0);
  if (in_hardware) CHECK(differing(in_file_order(net, report, simulated(lower(net), quantized)), expected) == 0);
  streamline_report again_report;
  const integer_network again = streamline(read_qonnx_bytes(qonnx_bytes(file), "again"), &again_report);
  CHECK(differing(in_file_order(again, again_report, evaluate(again, quantize_reals(again, inputs))), expected) == 0);
}

}  // namespace

TEST_CASE("files of one situation each give what numpy computes, in both engines") {
  const temporary_directory folder;
  if (!run_python(fmt::format("situations.py {0} > {0}/names", folder.path()))) return;
  std::ifstream names(folder.file("names"));
  int count = 0;
  for (std::string name; names >> name; ++count) {
    CAPTURE(name);
    check_file(folder.file(name), true);
    const integer_network net = streamline(read_qonnx(folder.file(name) + ".onnx"));
    const integer_tensor inputs = quantize_reals(net, reals_of_file(folder.file(name) + ".npy"));
    const dataflow flow = lower(net);
    recorder events(0);
    const run_result fast = run_fast_engine(flow, inputs, events);
    CHECK(fast.outputs == simulated(flow, inputs));
  }
  CHECK(count > 20);
}

TEST_CASE("random files in FINN's dialect, channels last and in every encoding give what numpy computes") {
  const temporary_directory folder;
  const int count = 300 * effort();
  if (!run_python(fmt::format("random_files.py {} {} 1", folder.path(), count))) return;
  for (int n = 0; n < count; ++n) {
    CAPTURE(n);
    check_file(folder.file(std::to_string(n)), n % 5 == 0);
  }
}

TEST_CASE("cases of the bug reports that are about dialects and encodings give what numpy computes") {
  const auto folder = shared("cases");
  if (!folder) return;
  for (const char* name : {"dupnames", "finnonnx_noannot", "mt_3d", "mt_nchw", "mt_domain_finn", "functions",
                           "functions_unused", "qdq_int16_ms", "uint4_weights", "channels_last", "squeeze_unsqueeze",
                           "matmul_3d", "ternary", "mt_5steps", "mt_bipolar", "mt_unsorted"}) {
    CAPTURE(name);
    const temporary_directory scratch;
    const std::string path = (*folder / name).string();
    if (!run_python("evaluate.py " + path + ".onnx " + path + ".npy " + scratch.file("y.npy"))) return;
    const std::vector<float> expected = reals_of_file(scratch.file("y.npy"));
    streamline_report report;
    const integer_network net = streamline(read_qonnx(path + ".onnx"), &report);
    const integer_tensor quantized = quantize_reals(net, reals_of_file(path + ".npy"));
    for (const integer_tensor& integers : {evaluate(net, quantized), simulated(lower(net), quantized)}) {
      const std::vector<double> values = in_file_order(net, report, integers);
      REQUIRE(values.size() == expected.size());
      for (std::size_t i = 0; i < values.size(); ++i) {
        // A scale of the file is a float32, of which numpy computes in float64.
        const double step = net.output_scale[i % net.output_scale.size()];
        CHECK(std::abs(values[i] - double{expected[i]}) < 0.01 * step + 1e-6 * std::abs(values[i]));
      }
    }
  }
}

TEST_CASE("FINN's TFC is as accurate as its float evaluation, and chooses the same class for every image") {
  const auto path = shared("finn/tfc-w1a2-finn-dialect.onnx"), folding = shared("finn/fold_tfc-w1a1.json");
  const auto data = mnist();
  if (!path || !folding || !data) return;
  const temporary_directory scratch;
  float_tensor images{{data->frames(), 1, 28, 28}, {}};
  for (const std::int64_t pixel : data->inputs.words) images.values.push_back(static_cast<float>(pixel));
  write_npy(scratch.file("x.npy"), images);
  if (!run_python("evaluate.py " + path->string() + " " + scratch.file("x.npy") + " " + scratch.file("y.npy"))) return;
  const std::vector<float> classes = reals_of_file(scratch.file("y.npy"));
  const integer_network net = streamline(read_qonnx(*path));
  const integer_tensor chosen = evaluate(net, quantize_dataset(net, *data));
  int right = 0, differing_classes = 0;
  for (std::size_t frame = 0; frame < classes.size(); ++frame) {
    const std::int64_t label = *chosen.at(static_cast<std::int64_t>(frame));
    right += label == data->labels[frame] ? 1 : 0;
    differing_classes += label == static_cast<std::int64_t>(classes[frame]) ? 0 : 1;
  }
  CHECK(right == 9474);
  CHECK(differing_classes == 0);
  std::vector<assumption> said;
  const dataflow flow = lower(net, read_folding_config(folding->string(), unit_names(net), &said));
  CHECK(std::holds_alternative<label_select>(flow.units.back()));
  CHECK(simulated(flow, frames_of(net, *data, 20)).words ==
        std::vector<std::int64_t>(chosen.words.begin(), chosen.words.begin() + 20));
  const auto* thresholds = std::get_if<thresholding>(&flow.units[0]);
  REQUIRE(thresholds != nullptr);
  CHECK(thresholds->pe == 49);
}

TEST_CASE("FINN's folding of its CNV gives FINN's frame rate") {
  const auto folding = shared("finn/fold_cnv-w1a1.json");
  if (!folding) return;
  const integer_network net = streamline(cnv());
  const dataflow flow = lower(net, read_folding_config(folding->string(), unit_names(net)));
  std::int64_t slowest = 0;
  for (const dataflow_unit& unit : flow.units)
    slowest = std::max(slowest, std::visit([](const auto& of) { return of.cycles_per_frame(); }, unit));
  CHECK(slowest == 32768);  // 3,051.8 frames a second at 100 MHz
}

TEST_CASE("the separable network of hls4ml, channels last, gives what numpy computes") {
  const auto path = shared("hls4ml/h4_separable_conv_model_ch_last.onnx");
  if (!path) return;
  const auto known = known_operators();
  if (std::find(known.begin(), known.end(), std::pair<std::string_view, std::string_view>("", "LeakyRelu")) ==
      known.end()) {
    MESSAGE("skipped: LeakyRelu can't be taken");
    return;
  }
  const temporary_directory scratch;
  const std::string small = scratch.file("small");
  if (!run_python("resized.py " + path->string() + " " + small + " 8 3 1000")) return;
  REQUIRE(run_python("evaluate.py " + small + ".onnx " + small + ".npy " + small + ".y.npy"));
  streamline_report report;
  const integer_network net = streamline(read_qonnx(small + ".onnx"), &report);
  const integer_tensor inputs = quantize_reals(net, reals_of_file(small + ".npy"));
  CHECK(differing(in_file_order(net, report, evaluate(net, inputs)), reals_of_file(small + ".y.npy")) == 0);
  CHECK(streamline(read_qonnx(*path)).input_info().shape == frame_shape{512, 512, 3});
}
