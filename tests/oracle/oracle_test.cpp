// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>

#include "spillway/models/data/dataset.h"
#include "spillway/models/data/npy.h"
#include "spillway/models/dataflow/lower.h"
#include "spillway/models/onnx/read.h"
#include "spillway/models/onnx/write.h"
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

std::vector<float> reals_of_file(const std::string& path) { return read_npy_floats(path).values; }

}  // namespace

TEST_CASE("random files in FINN's dialect, channels last and in every encoding give what numpy computes") {
  const temporary_directory folder;
  const int count = 300 * effort();
  if (!run_python(fmt::format("random_files.py {} {} 1", folder.path(), count))) return;
  for (int n = 0; n < count; ++n) {
    CAPTURE(n);
    const std::string name = folder.file(std::to_string(n));
    const std::vector<float> inputs = reals_of_file(name + ".npy"), expected = reals_of_file(name + ".expect.npy");
    const network file = read_qonnx(name + ".onnx");
    CHECK(evaluate(file, read_npy_floats(name + ".npy")).values == expected);
    streamline_report report;
    const integer_network net = streamline(file, &report);
    const integer_tensor quantized = quantize_reals(net, inputs);
    CHECK(differing(in_file_order(net, report, evaluate(net, quantized)), expected) == 0);
    if (n % 5 == 0) CHECK(differing(in_file_order(net, report, simulated(lower(net), quantized)), expected) == 0);
    // What is written again says the same.
    streamline_report again_report;
    const integer_network again = streamline(read_qonnx_bytes(qonnx_bytes(file), "again"), &again_report);
    CHECK(differing(in_file_order(again, again_report, evaluate(again, quantize_reals(again, inputs))), expected) == 0);
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
