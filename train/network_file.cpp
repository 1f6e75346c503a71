// SPDX-License-Identifier: Apache-2.0
#include "spillway/train/network_file.h"

#include <fmt/format.h>

#include <algorithm>

#include "spillway/models/certificates/certificate.h"
#include "spillway/models/streamline/checked_write.h"
#include "spillway/models/streamline/streamline.h"
#include "spillway/models/support/atomic_file.h"
#include "spillway/models/support/error.h"

namespace spillway {
namespace {

/// True if the layer claims nothing, or what it claims is proven of its integers; `claims` counts.
template <class Layer>
bool holds(const Layer& layer, std::size_t& claims) {
  if (!layer.claimed_bits) return true;
  ++claims;
  const auto certificates = certify(layer.weights, layer.input_type);
  return std::all_of(certificates.begin(), certificates.end(),
                     [&](const channel_certificate& channel) { return channel.holds(*layer.claimed_bits); });
}

/// Nothing, or what is wrong with the claims.
std::string defect_of(const integer_network& integers, std::size_t claimed) {
  std::size_t claims = 0;
  for (const integer_node& node : integers.nodes) {
    const auto* layer = std::get_if<integer_layer>(&node.op);
    const auto* depthwise = std::get_if<depthwise_layer>(&node.op);
    if ((layer != nullptr && !holds(*layer, claims)) || (depthwise != nullptr && !holds(*depthwise, claims)))
      return "a claim is not proven";
  }
  return claims == claimed ? "" : "it lost claims";
}

}  // namespace

void save_network(const network_model& model, const std::map<std::string, std::string>& metadata,
                  const std::filesystem::path& path, onnx_dialect dialect) {
  network net = model.exported();
  const std::size_t claims = net.metadata.size();
  net.metadata.insert(metadata.begin(), metadata.end());
  if (const std::string defect = defect_of(streamline(net), claims); !defect.empty())
    throw error(fmt::format("{}: {}; nothing was written", shown_path(path.string()), defect));
  write_checked(net, path, dialect);
}

}  // namespace spillway
