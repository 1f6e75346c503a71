// SPDX-License-Identifier: Apache-2.0
#include "spillway/tests/rtl/stream_log.h"

#include <istream>
#include <limits>
#include <sstream>
#include <stdexcept>

#include "spillway/sim/accelerator.h"
#include "spillway/sim/beat_bits.h"
#include "spillway/sim/kernel.h"
#include "spillway/traces/recorder.h"

namespace spillway::testing {

namespace {

std::string hex_of(const stream& link, const std::int64_t* beat) {
  const integer_type type = link.shape().type;
  const int lanes = link.shape().lanes, bits = lanes * type.bits;
  std::vector<std::uint64_t> packed(static_cast<std::size_t>(tdata_bits(type, lanes) + 63) / 64);
  pack_beat(beat, type, lanes, packed);
  std::string digits(static_cast<std::size_t>((bits + 3) / 4), '0');
  for (std::size_t i = 0; i < digits.size(); ++i)
    digits[digits.size() - 1 - i] = "0123456789abcdef"[packed[i / 16] >> i % 16 * 4 & 15];
  return digits;
}

class all_streams final : public cycle_probe {
 public:
  all_streams(const accelerator& top, accelerator_log& log) : m_top(top), m_log(log) {
    log.streams.resize(top.streams().size());
  }

  void sample(std::uint64_t cycle) override {
    for (std::size_t s = 0; s < m_log.streams.size(); ++s) {
      stream& link = *m_top.streams()[s];
      if (link.pushed_now()) m_log.streams[s].pushed.push_back({cycle, hex_of(link, link.back())});
      if (link.popped_now()) m_log.streams[s].popped.push_back({cycle, hex_of(link, link.front())});
    }
  }

 private:
  const accelerator& m_top;
  accelerator_log& m_log;
};

}  // namespace

accelerator_log log_systemc(const dataflow& flow, const integer_tensor& inputs, const stall_options& stalls) {
  const simulation_kernel kernel;
  recorder events(0);
  accelerator top("accelerator", flow, inputs, events, stalls);
  accelerator_log log;
  all_streams probe(top, log);
  top.clock.set_probe(&probe);
  top.clock.run();
  log.cycles = top.clock.cycles();
  return log;
}

// "+ TOP.conformance.c3_bench.accelerator.stream_2.log 17 0f"
std::map<std::string, accelerator_log> read_log(std::istream& text) {
  std::map<std::string, accelerator_log> logs;
  for (std::string line; std::getline(text, line);) {
    if (line.empty() || (line[0] != '+' && line[0] != '-')) continue;
    const std::size_t found = line.find(".accelerator.stream_");
    if (found == std::string::npos) throw std::runtime_error("not a line of the log: " + line);
    const std::size_t dot = line.rfind('.', found - 1);
    std::istringstream rest(line.substr(found + 20));
    std::size_t index = 0;
    std::string name;
    logged_beat beat;
    rest >> index >> name >> beat.cycle >> beat.data;
    accelerator_log& log = logs[line.substr(dot + 1, found - dot - 1)];
    if (log.streams.size() <= index) log.streams.resize(index + 1);
    stream_log& link = log.streams[index];
    (line[0] == '+' ? link.pushed : link.popped).push_back(std::move(beat));
  }
  return logs;
}

}  // namespace spillway::testing
