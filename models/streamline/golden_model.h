// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "spillway/models/network/evaluate.h"
#include "spillway/models/streamline/streamline.h"

namespace spillway {

/// A tensor of a file that the input decides.
struct file_tensor {
  std::string name;
  std::string node;                 ///< that makes it; empty: it is the input
  std::vector<std::int64_t> shape;  ///< of one frame, without the batch
};

/// The tensors that the input decides and that have the batch as their first dimension: the input, then what the nodes
/// make, in the file's order.
std::vector<file_tensor> tensors_of(const network& file);

/// A file's tensors by name, as its formulas say: what quantizers decide and what leaves the network is that of the
/// integers, exactly, as the file scales it; what is computed between is computed in double, from these and from
/// constants that nothing has rounded.
class golden_model {
 public:
  /// Streamlines the file. Throws as `streamline`.
  explicit golden_model(network file, const streamline_options& options = {});

  /// The network as its file states it.
  const network& file() const { return m_file; }

  /// The same in integers.
  const integer_network& integers() const { return m_integers; }

  /// What streamlining decided, and where.
  const streamline_report& report() const { return m_report; }

  /// The tensors that can be asked for: the input, then what the nodes make, in the file's order.
  const std::vector<file_tensor>& tensors() const { return m_tensors; }

  /// The place of a tensor among them. Throws `config_error` that names the nearest ones for another name.
  std::size_t find(const std::string& name) const;

  /// Values of the integer network, whole frames [height, width, channels], by their number.
  using integer_values = std::map<int, integer_tensor>;

  /// Shows the tensors of some frames, [frames, shape...], in the file's order. `inputs` are whole frames of the file;
  /// `values`, if given, are what the values of the integer network are there: those of registers that overflow.
  void evaluate(const float_tensor& inputs, const std::function<void(std::size_t tensor, double_tensor)>& show,
                const integer_values* values = nullptr) const;

  /// Frames to evaluate at a time, so that memory stays small.
  std::int64_t frames_at_once() const;

 private:
  given_tensors<double> known_tensors(std::int64_t frames, const integer_values& values) const;
  void add_outputs(given_tensors<double>& known, std::int64_t frames) const;

  network m_file;
  streamline_report m_report;
  integer_network m_integers;
  given_tensors<double> m_constants;
  std::vector<file_tensor> m_tensors;
  std::map<std::string, std::size_t, std::less<>> m_places;
};

/// The tensors that these names say, without repetitions, in the file's order. Throws as `golden_model::find`.
std::vector<std::size_t> find_tensors(const golden_model& model, std::span<const std::string> names);

}  // namespace spillway
