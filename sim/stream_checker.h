// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "spillway/models/dataflow/dataflow.h"
#include "spillway/models/integer_network/integer_network.h"
#include "spillway/sim/accelerator.h"

namespace spillway {

/// Compares every stream of an accelerator that carries a value of the integer network with that network's own
/// evaluation, beat by beat, while it runs.
class stream_checker {
 public:
  /// Attaches itself to `top`'s streams; all arguments outlive it. `inputs` are the network's, whole frames.
  stream_checker(const integer_network& net, const dataflow& flow, const integer_tensor& inputs, accelerator& top);
  ~stream_checker();
  stream_checker(const stream_checker&) = delete;
  stream_checker& operator=(const stream_checker&) = delete;

  std::size_t streams() const;      ///< that are compared
  std::uint64_t beats() const;      ///< that were compared up to now
  std::uint64_t differing() const;  ///< beats that differ

  /// The earliest difference; of those in one cycle, the one closest to the input.
  std::optional<stream_difference> first() const;

 private:
  class expectation;
  class tap;

  std::uint64_t slowest_frame() const;

  std::unique_ptr<expectation> m_expected;
  std::vector<std::unique_ptr<tap>> m_taps;
};

}  // namespace spillway
