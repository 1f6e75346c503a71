// SPDX-License-Identifier: Apache-2.0
// How many bits does an accumulator need? The certificate answers for every input there is, and where a register is too
// narrow, a witness is the input that proves it.
#include <fmt/format.h>

#include <vector>

#include "spillway/models/certificates/certificate.h"
#include "spillway/models/certificates/published_bounds.h"
#include "spillway/models/numbers/register_oracle.h"

using namespace spillway;

namespace {

/// One output channel of the layer: its weights, as exact integers.
std::vector<big_int> row_of(const integer_tensor& weights, std::int64_t channel) {
  const std::int64_t columns = weights.shape[1];
  return {weights.at(channel * columns), weights.at(channel * columns) + columns};
}

}  // namespace

int main() {
  // Three output channels of four 4-bit weights; the inputs are 4 bits, unsigned: 0 to 15.
  const integer_type input = unsigned_type(4);
  const integer_tensor weights = integer_tensor::from(signed_type(4), {3, 4},
                                                      {7, 7, 7, 7,    //
                                                       3, -2, 1, -4,  //
                                                       -1, 0, 2, 0});
  constexpr int bits = 7;  // the register we would like to build: -64 to 63

  // What is known from the widths alone, for any weights.
  fmt::print("data-type bound: {} bits\n", data_type_bound(weights.shape[1], weights.type.bits, input));

  for (const channel_certificate& channel : certify(weights, input)) {
    fmt::print("channel {}: sums lie in [{}, {}]: {} bits (l1 bound: {})\n", channel.channel, channel.low.str(),
               channel.high.str(), channel.minimal_bits(), l1_bound(channel.l1_norm, input));
    if (channel.holds(bits)) {
      fmt::print("  proved: no input overflows {} bits, in any order\n", bits);
      continue;
    }
    // Don't believe it: run the witness. `oracle_dot_product` is plain arithmetic, independent of the certificate.
    const witness found = find_witness(weights, channel.channel, input, bits);
    const std::vector<big_int> inputs(found.input.begin(), found.input.end());
    const auto run = oracle_dot_product(row_of(weights, channel.channel), inputs, {}, 1,
                                        {bits, overflow_mode::wrap, limit_scope::per_product});
    fmt::print("  input [{}] sums to {} and overflows {} bits {} time(s), first at product {}\n",
               fmt::join(found.input, ", "), run.exact.str(), bits, run.events.size(), run.events.front().step);
  }
}
