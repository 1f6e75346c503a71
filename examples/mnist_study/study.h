// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "spillway/models/dataflow/dataflow.h"
#include "spillway/models/integer_network/integer_network.h"
#include "spillway/models/numbers/integer_tensor.h"
#include "spillway/traces/study_store.h"

// The first question of the A2Q papers on real data: what does each accumulator bit cost, and what breaks without it?
// (Colbert, Pappalardo, Petri-Koenig: A2Q, supplement, figures on binary MNIST.)

namespace mnist_study {

struct settings {
  std::filesystem::path zoo;        ///< folder of the trained networks
  std::filesystem::path directory;  ///< where study.sqlite goes
  int pe = 10, simd = 8;            ///< the folding that cycles and LUTs are stated for
  int orders = 1000;                ///< random orders of addition at each of `order_bits`
  int order_frames = 1000;          ///< first test images that the orders are tried on
  std::vector<int> order_bits{12, 11, 10};
  std::uint64_t seed = 1;
  unsigned threads = 1;
  bool quiet = false;
};

/// A trained network with what every point of it shares: its inputs and its exact outputs on the test images.
struct subject {
  std::string name;    ///< file name without extension
  std::string method;  ///< "qat", "a2q" or "a2q_plus"
  spillway::integer_network net;
  spillway::integer_tensor inputs, exact;
  std::vector<int> labels;
  int certified_bits = 0;  ///< the least P that no input overflows
};

/// The names of all networks that the study reads, each once.
std::vector<std::string> networks();

subject load_subject(const settings& options, const std::string& name, const std::string& method);

/// The accelerator of a subject at one accumulator format and the study's folding.
spillway::dataflow accelerator(const settings& options, const subject& of, spillway::accumulator_format format);

/// Every accumulator width from 20 down to 8, wrapped and saturated, at every scope, for the QAT network; and the A2Q
/// and and A2Q+ networks that were trained for each width. False if the user stopped it.
bool run_points(const settings& options, spillway::study_store& store);

/// Saturation under random orders of addition, in the innermost loop and of the finished sum. False if stopped.
bool run_orders(const settings& options, spillway::study_store& store);

}  // namespace mnist_study
