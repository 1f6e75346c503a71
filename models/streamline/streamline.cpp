// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/streamline/streamline.h"

#include "spillway/models/streamline/input_first.h"
#include "spillway/models/streamline/streamliner.h"

namespace spillway {

integer_network streamline(const network& net, streamline_report* report, const streamline_options& options) {
  const std::optional<network> moved = with_input_quantizer_first(net);
  return streamliner(moved ? *moved : net, report, options).run();
}

}  // namespace spillway
