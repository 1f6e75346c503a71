// SPDX-License-Identifier: Apache-2.0
#include "spillway/cli/size_streams.h"

#include <CLI/CLI.hpp>

#include "spillway/cli/interrupt.h"
#include "spillway/cli/progress.h"

namespace spillway {

void add_stream_options(CLI::App& command, stream_options& options) {
  command
      .add_option("--fifos", options.fifos,
                  "full-rate: streams deep enough to lose no cycle; live: to come to an end at all; none: as they are")
      ->check(CLI::IsMember({"full-rate", "live", "none"}))
      ->capture_default_str();
  command.add_flag("-q,--quiet", options.quiet, "No progress");
}

fifo_report size_streams(const stream_options& options, dataflow& flow, std::int64_t frames) {
  progress bar("streams", streams_of(flow).size(), options.quiet);
  std::uint64_t done = 0;
  fifo_options fifos;
  fifos.goal = options.fifos == "live" ? fifo_goal::no_deadlock : fifo_goal::full_rate;
  fifos.on_progress = [&](std::size_t, const std::string&) {
    bar.update(done++);
    return !interrupted();
  };
  return size_fifos(flow, frames, fifos);
}

}  // namespace spillway
