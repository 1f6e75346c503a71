// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/streamline/checked_write.h"

#include <fmt/format.h>

#include "spillway/models/integer_network/same_integers.h"
#include "spillway/models/onnx/read.h"
#include "spillway/models/streamline/streamline.h"
#include "spillway/models/support/atomic_file.h"
#include "spillway/models/support/error.h"

namespace spillway {

integer_network write_checked(const network& net, const std::filesystem::path& path, onnx_dialect dialect,
                              streamline_report* report) {
  integer_network integers = streamline(net, report);
  const std::string bytes = qonnx_bytes(net, dialect);
  if (!same_integers(streamline(read_qonnx_bytes(bytes, path.string())), integers))
    throw error(fmt::format("{}: as {} it would not say the same integers; nothing was written",
                            shown_path(path.string()), to_string(dialect)));
  write_file_atomically(path.string(), bytes);
  return integers;
}

}  // namespace spillway
