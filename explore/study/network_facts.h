// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "spillway/models/load/design.h"

namespace spillway {

/// What a layer with weights is, and what of it does not depend on data.
struct layer_facts {
  std::string layer, unit;  ///< names in the file and in the dataflow
  std::int64_t rows = 0, columns = 0;
  integer_type weight_type, input_type;
  double zeros = 0;         ///< share of its weights
  double entropy_bits = 0;  ///< a weight, by the frequencies of the layer's weights
  int certified_bits = 1;   ///< the least register that no input overflows
  std::optional<int> claimed_bits, wrapping_bits;
  int l1_bits = 1, data_type_bits = 1;  ///< the published bounds
  bool narrow = true;                   ///< training narrows registers of layers at its place

  /// How many it has.
  std::int64_t weights() const { return rows * columns; }
};

/// What a study says of a network by itself.
struct network_facts {
  std::string method = "unknown", training;
  std::optional<int> trained_for, epochs, seed;  ///< the width that it was trained for
  std::optional<double> trained_accuracy, trained_psnr, float_accuracy;
  std::vector<layer_facts> layers;

  /// Sums over layers.
  std::int64_t weights() const;
  double zeros() const, stored_bits() const, entropy_bits() const;
  std::int64_t claims() const;
  int certified_bits() const;  ///< the greatest of the narrow layers
};

/// Reads metadata, weights and certificates of a design's network.
network_facts facts_of(const design& of);

/// The entropy of the values' frequencies: what an ideal code of them takes, bits a value.
double entropy_of(const integer_tensor& values);

}  // namespace spillway
