// SPDX-License-Identifier: Apache-2.0
#include "spillway/train/epoch_progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <utility>

namespace spillway {

epoch_progress::epoch_progress(std::string what, bool quiet)
    : m_what(std::move(what)), m_quiet(quiet), m_terminal(isatty(STDERR_FILENO) != 0) {}

epoch_progress::~epoch_progress() {
  if (m_drawn) std::fputs("\r\x1b[K", stderr);
}

void epoch_progress::update(const epoch_report& report) {
  const clock::time_point now = clock::now();
  if (!m_first_share) {
    // Whole epochs are reported when they are done, the last part of one as it goes.
    const double one = report.share < 1 ? 0 : 1.0 / report.epochs;
    m_first_share = (report.epoch - 1 + report.share) / report.epochs - one;
  }
  const auto pause = m_terminal ? std::chrono::milliseconds(100) : std::chrono::milliseconds(2000);
  if (m_quiet || now - m_last < pause) return;
  m_last = now;
  const double share = (report.epoch - 1 + report.share) / report.epochs;
  const double done = share - *m_first_share, seconds = std::chrono::duration<double>(now - m_start).count();
  const std::string left = done > 0 ? fmt::format("{:.0f} s left", seconds * (1 - share) / done) : "";
  const std::string accuracy = report.accuracy ? fmt::format(", top-1 {:.1f}%", 100 * *report.accuracy) : "";
  const std::string text =
      fmt::format("epoch {} of {}, loss {:.4g}{}, {}", report.epoch, report.epochs, report.loss, accuracy, left);
  if (!m_terminal) {
    fmt::print(stderr, "{}: {}\n", m_what, text);
    return;
  }
  constexpr int width = 32;
  const int filled = static_cast<int>(share * width);
  fmt::print(stderr, "\r\x1b[K{} [{:=<{}}{: <{}}] {}", m_what, "", filled, "", width - filled, text);
  std::fflush(stderr);
  m_drawn = true;
}

}  // namespace spillway
