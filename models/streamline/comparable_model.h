// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "spillway/models/data/dataset.h"
#include "spillway/models/integer_network/value_forms.h"
#include "spillway/models/streamline/golden_model.h"

namespace spillway {

/// A value of a file's integers that stands for a tensor: the sums of a product, or the levels of a quantizer.
struct comparable_value {
  enum class kind : unsigned char { sums, levels };
  kind what = kind::levels;
  std::string node, tensor;  ///< of the file
  int value = 0;             ///< of `comparable_model::integers`
  frame_shape shape;
  std::vector<std::int64_t> places;  ///< for each element of the tensor's frame, that of the value; empty: not known
  std::size_t order = 0;             ///< the tensor's place among those of the file
};

/// What a file makes of some data, so that another file's can be compared with it without keeping both.
struct value_digests {
  static constexpr std::int64_t frames_a_block = 8;
  std::vector<std::vector<std::uint64_t>> values;  ///< of each comparable value, a digest of each block's forms
  std::vector<double> outputs;                     ///< as the file scales them; places of the value [height, width, c]
  std::vector<std::int64_t> labels;                ///< instead, of a file that ends in TopK or ArgMax
  std::int64_t frames = 0;
  bool stopped = false;
};

/// A file's integers in a form that does not depend on how it scales and numbers them (`value_forms`).
class comparable_model {
 public:
  /// Throws as `streamline`.
  explicit comparable_model(network file, const streamline_options& options = {});

  /// The file and its tensors by name.
  const golden_model& model() const { return m_model; }

  /// The file's integers, with a value for each sum in front of thresholds.
  const integer_network& integers() const { return m_integers; }

  /// In the order of the file.
  const std::vector<comparable_value>& values() const { return m_values; }
  /// How many labels it gives, if it ends in TopK or ArgMax.
  std::optional<std::int64_t> labels() const { return m_labels; }

  /// The form of an element of a value.
  std::int64_t form_of(const comparable_value& of, std::int64_t place, std::int64_t n) const;

  /// 1 or -1: whether the form of a channel counts as its integers do.
  std::int64_t sign_of(const comparable_value& of, std::int64_t place) const;

  /// Evaluates the file on data in its own order of a frame. False from `on_progress`, which gets frames, stops it.
  value_digests digest(const dataset& data, unsigned threads,
                       const std::function<bool(std::uint64_t frames)>& on_progress) const;

  /// One value of some frames.
  integer_tensor evaluate(const comparable_value& of, const dataset& frames) const;

 private:
  void add_values();
  void digest_block(const dataset& part, std::size_t block, value_digests& result) const;

  golden_model m_model;
  integer_network m_integers;
  std::vector<std::vector<channel_form>> m_forms;
  std::vector<comparable_value> m_values;
  std::optional<std::int64_t> m_labels;
};

}  // namespace spillway
