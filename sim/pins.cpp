// SPDX-License-Identifier: Apache-2.0
#include "spillway/sim/pins.h"

#include <fmt/format.h>

#include "spillway/models/support/error.h"
#include "spillway/sim/beat_bits.h"

namespace spillway::detail {

void pin_adapter::check(const stream& link, int bits) {
  if (!domain().options().drive_clk)
    throw config_error(
        fmt::format("{} has pins, which need a clock signal: set drive_clk of {}", name(), domain().name()));
  const stream::config& shape = link.shape();
  const int right = tdata_bits(shape.type, shape.lanes);
  if (bits != right)
    throw config_error(fmt::format("{} has {} bits of TDATA, but beats of {} x {} take {}", name(), bits, shape.lanes,
                                   to_string(shape.type), right));
  m_bits.resize(static_cast<std::size_t>((bits + 63) / 64));
}

void pin_adapter::pack_front(const stream& link, sc_dt::sc_bv_base& bits) {
  pack_beat(link.front(), link.shape().type, link.shape().lanes, m_bits);
  for (int i = 0; i < bits.size(); ++i)
    bits.set_word(i, static_cast<sc_dt::sc_digit>(m_bits[static_cast<std::size_t>(i / 2)] >> (i % 2 * 32)));
}

void pin_adapter::unpack(const sc_dt::sc_bv_base& bits, const stream& link, std::int64_t* beat) {
  std::fill(m_bits.begin(), m_bits.end(), 0);
  for (int i = 0; i < bits.size(); ++i)
    m_bits[static_cast<std::size_t>(i / 2)] |= static_cast<std::uint64_t>(bits.get_word(i)) << (i % 2 * 32);
  unpack_beat(m_bits, link.shape().type, link.shape().lanes, beat);
}

}  // namespace spillway::detail
