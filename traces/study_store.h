// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "spillway/traces/recorder.h"
#include "spillway/traces/run_rows.h"
#include "spillway/traces/sqlite.h"

namespace spillway {

/// What one point of a study simulates: the key by which a study that was interrupted goes on.
struct study_key {
  std::string network;   ///< name of the network file, without folder and extension
  std::string method;    ///< "qat", "a2q" or "a2q_plus"
  int bits = 32;         ///< P
  std::string overflow;  ///< "wrap" or "saturate"
  std::string scope;     ///< "per_product", "per_cycle" or "final"
  std::uint64_t frames = 0;
};

/// What one point came to.
struct mnist_study_point {
  std::int64_t point = 0;  ///< place of the point in the study
  study_key key;
  channel_counts counts;  ///< over all channels
  double mean_abs_error = 0;
  double accuracy = 0;  ///< 0 to 1
  double luts = 0;
  std::string grade;       ///< "proved": the certificate holds at this P; else "simulated"
  int certified_bits = 0;  ///< least safe P of the network
};

/// One order of addition at one P. Trial -1 is hardware order.
struct order_trial {
  int bits = 0;
  std::string scope;
  std::int64_t trial = -1;
  double mean_abs_error = 0;
  double accuracy = 0;
  std::uint64_t events = 0;
};

/// How a network was trained.
struct training_row {
  std::string network, method;
  int bits = 0;
  std::optional<double> accuracy_float;
  std::optional<double> sparsity;      ///< share of zero weights
  std::optional<std::int64_t> l1_max;  ///< greatest l1 norm of a channel's integer weights
};

/// Writes study.sqlite point by point, and goes on where an interrupted study stopped. Each call is one transaction,
/// as in `run_store`.
class mnist_study_store {
 public:
  static constexpr const char* schema = "spillway-study-1";

  /// Opens or creates the file. `configuration` names everything that all points share (data, seeds, version of the
  /// networks): a file that was made under another one is refused with `config_error`, as its points would not compare.
  mnist_study_store(const std::string& path, const run_info& info, const std::string& configuration);

  /// A word about the study.
  void write_meta(const std::string& key, const std::string& value);

  /// True if this very point is finished.
  bool has_point(std::int64_t point, const study_key& key) const;

  /// Writes a finished point and the counters of its channels (of the last unit), in place of an earlier one.
  void write_point(const mnist_study_point& point, std::span<const channel_counts> channels);

  /// Finished trials at this P and scope.
  std::int64_t order_trials(int bits, const std::string& scope) const;
  void write_order_trials(std::span<const order_trial> trials);

  /// How each network was trained; and, at the end, how long the study took.
  void write_training(std::span<const training_row> rows);
  void finish(double wall_seconds);

 private:
  void create(const run_info& info, const std::string& configuration);
  void resume(const std::string& configuration) const;

  sqlite_database m_database;
};

// The names under which tests know them. Whoever includes this header does not include explore/study/.
using study_store = mnist_study_store;  ///< likewise
using study_point = mnist_study_point;  ///< likewise

}  // namespace spillway
