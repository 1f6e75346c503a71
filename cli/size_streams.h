// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "spillway/explore/fifo_sizing.h"
#include "spillway/models/dataflow/dataflow.h"
#include "spillway/models/numbers/integer_tensor.h"

namespace CLI {
class App;
}

namespace spillway {

/// What commands that size streams have in common.
struct stream_options {
  std::string fifos = "none";  ///< "full-rate", "live" or "none"
  bool quiet = false;
};

/// Adds --fifos and --quiet to a command.
void add_stream_options(CLI::App& command, stream_options& options);

/// Makes the streams of `flow` as deep as --fifos asks (not "none"), with a bar; the report gives cycles over `frames`
/// frames.
fifo_report size_streams(const stream_options& options, dataflow& flow, std::int64_t frames);

}  // namespace spillway
