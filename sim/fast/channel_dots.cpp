// SPDX-License-Identifier: Apache-2.0
#include "spillway/sim/fast/channel_dots.h"

#include <algorithm>

#include "spillway/models/certificates/certificate.h"
#include "spillway/sim/fast/clones.h"

namespace spillway::detail {

namespace {

/// What 16 or 8 channels are: their weights and inputs lie `stride` and `channels` apart.
template <class Lane>
struct channel_run {
  const Lane* weights;
  const Lane* inputs;
  std::int64_t stride, window;
  std::int64_t group;  ///< products of an addend: 1, SIMD, or the whole window
  int bits;
  bool saturates;
  Lane* stored;
  Lane* exact;
  Lane* events;
};

template <class Lane>
[[gnu::always_inline]] inline void run_channels(const channel_run<Lane>& of) {
  using word = std::make_unsigned_t<Lane>;
  constexpr std::int64_t width = 64 / sizeof(Lane);
  const Lane high = static_cast<Lane>((word{1} << (of.bits - 1)) - 1), low = -high - 1;
  const int shift = static_cast<int>(sizeof(Lane) * 8) - of.bits;
  for (std::int64_t c = 0; c < of.stride; c += width) {
    Lane stored[width] = {}, exact[width] = {}, events[width] = {}, addend[width] = {};
    for (std::int64_t k = 0; k < of.window; ++k) {
      const Lane *weights = of.weights + k * of.stride + c, *inputs = of.inputs + k * of.stride + c;
      for (std::int64_t i = 0; i < width; ++i) addend[i] += static_cast<Lane>(weights[i] * inputs[i]);
      if ((k + 1) % of.group != 0) continue;
      for (std::int64_t i = 0; i < width; ++i) {
        const Lane sum = static_cast<Lane>(stored[i] + addend[i]);
        const Lane wrapped = static_cast<Lane>(static_cast<word>(sum) << shift) >> shift;
        const Lane clamped = sum < low ? low : sum > high ? high : sum;
        stored[i] = of.saturates ? clamped : wrapped;
        events[i] += stored[i] != sum ? 1 : 0;
        exact[i] += addend[i];
        addend[i] = 0;
      }
    }
    for (std::int64_t i = 0; i < width; ++i) {
      of.stored[c + i] = stored[i];
      of.exact[c + i] = exact[i];
      of.events[c + i] = events[i];
    }
  }
}

/// Where the sums of products and of cycles go.
template <class Lane>
struct channel_ranges {
  std::int64_t simd;
  Lane *product_low, *product_high, *cycle_low, *cycle_high;
};

template <class Lane>
[[gnu::always_inline]] inline void range_channels(const channel_run<Lane>& of, const channel_ranges<Lane>& to) {
  for (std::int64_t c = 0; c < of.stride; ++c) {
    Lane sum = 0, low = 0, high = 0, cycle_low = 0, cycle_high = 0;
    for (std::int64_t k = 0; k < of.window; ++k) {
      sum += static_cast<Lane>(of.weights[k * of.stride + c] * of.inputs[k * of.stride + c]);
      low = std::min(low, sum);
      high = std::max(high, sum);
      if ((k + 1) % to.simd != 0) continue;
      cycle_low = std::min(cycle_low, sum);
      cycle_high = std::max(cycle_high, sum);
    }
    to.product_low[c] = low;
    to.product_high[c] = high;
    to.cycle_low[c] = cycle_low;
    to.cycle_high[c] = cycle_high;
  }
}

SPILLWAY_CLONES void run_all(const channel_run<std::int32_t>& of) { run_channels(of); }
SPILLWAY_CLONES void run_all(const channel_run<std::int64_t>& of) { run_channels(of); }

}  // namespace

template <class Lane>
channel_dots<Lane>::channel_dots(const vvau& unit, std::uint32_t index, const depthwise_reader& reader)
    : m_unit(unit),
      m_shape(dot_shape::of(unit, index)),
      m_reader(reader),
      m_stride((unit.channels() + 15) / 16 * 16),
      m_activation(unit.thresholds, unit.channels(), unit.output_offset),
      m_weights(static_cast<std::size_t>(unit.window() * m_stride)) {
  const std::vector<channel_certificate> certificates = certify(unit.weights, unit.input_type);
  m_is_proven = std::all_of(certificates.begin(), certificates.end(),
                            [&](const channel_certificate& c) { return c.holds(unit.accumulator.bits); });
  for (std::int64_t c = 0; c < unit.channels(); ++c)
    for (std::int64_t k = 0; k < unit.window(); ++k)
      m_weights[static_cast<std::size_t>(k * m_stride + c)] =
          static_cast<Lane>(*unit.weights.at(c * unit.window() + k));
}

template <class Lane>
void channel_dots<Lane>::run(const value_block& inputs, const run_context& context, value_block& outputs,
                             std::span<channel_counts> counts) const {
  const std::int64_t channels = m_unit.channels(), window = m_unit.window();
  const accumulator_format& format = m_unit.accumulator;
  const bool sums_only = m_is_proven || format.scope == limit_scope::final;
  const int lane_bits = static_cast<int>(sizeof(Lane)) * 8;
  register_counts<Lane> counted(channels, m_stride, format.bits);
  event_replay<std::int64_t> replay(m_shape, context);
  const counted_part part = replay.counted();
  aligned_vector<Lane> read(static_cast<std::size_t>(window * channels)),
      padded(static_cast<std::size_t>(window * m_stride));
  aligned_vector<Lane> stored(static_cast<std::size_t>(m_stride)), exact(stored), events(stored);
  const channel_run<Lane> of{m_weights.data(),
                             padded.data(),
                             m_stride,
                             window,
                             sums_only                                  ? window
                             : format.scope == limit_scope::per_product ? 1
                                                                        : m_unit.simd,
                             m_is_proven ? lane_bits : std::min(format.bits, lane_bits),
                             format.overflow == overflow_mode::saturate,
                             stored.data(),
                             exact.data(),
                             events.data()};
  const std::int64_t vectors = outputs.elements() / channels;
  sum_counter* profile = context.sums.empty() ? nullptr : &context.sums[m_shape.unit];
  std::array<aligned_vector<Lane>, 4> ranges{stored, stored, stored, stored};
  bool logs = !m_is_proven;
  for (std::int64_t v = 0; v < vectors; ++v) {
    m_reader.read(inputs, v, read.data());
    for (std::int64_t k = 0; k < window; ++k)
      std::copy_n(read.data() + k * channels, channels, padded.data() + k * m_stride);
    run_all(of);
    if (profile && profile->partial_sums())
      range_channels(of, {m_unit.simd, ranges[0].data(), ranges[1].data(), ranges[2].data(), ranges[3].data()});
    if (profile)
      profile->add(context.first_frame + v / m_unit.vectors_per_frame,
                   profile->partial_sums() ? row_sums<Lane>{exact.data(), ranges[0].data(), ranges[1].data(),
                                                            ranges[2].data(), ranges[3].data()}
                                           : row_sums<Lane>{.finished = exact.data()});
    const std::int64_t rows = part.rows_of(v, channels);
    if (rows < channels) std::fill(events.begin() + rows, events.end(), Lane{0});
    if (!m_is_proven) counted.add(exact.data(), events.data());
    const bool any = !m_is_proven && std::any_of(events.begin(), events.end(), [](Lane e) { return e != 0; });
    logs = logs && (!any || replay.is_wanted(v, 0));  // those after one that comes too late do as well
    for (std::int64_t c = 0; any && logs && c < channels; ++c)
      if (events[static_cast<std::size_t>(c)] != 0)
        replay.run(v, c, [&](std::int64_t k) {
          return *m_unit.weights.at(c * window + k) * std::int64_t{padded[static_cast<std::size_t>(k * m_stride + c)]};
        });
    m_activation.write(stored.data(), outputs, v * channels);
  }
  replay.hand_on();
  counted.add_to(counts, part);
}

template class channel_dots<std::int32_t>;
template class channel_dots<std::int64_t>;

}  // namespace spillway::detail
