// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/streamline/streamline.h"

#include "spillway/models/streamline/streamliner.h"

namespace spillway {

integer_network streamline(const network& net, streamline_report* report, const streamline_options& options) {
  return streamliner(net, report, options).run();
}

}  // namespace spillway
