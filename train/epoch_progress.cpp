// SPDX-License-Identifier: Apache-2.0
#include "train/epoch_progress.h"

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
  const auto pause = m_terminal ? std::chrono::milliseconds(100) : std::chrono::milliseconds(2000);
  if (m_quiet || now - m_last < pause) return;
  m_last = now;
  const double share = static_cast<double>(report.epoch) / report.epochs;
  const double left = std::chrono::duration<double>(now - m_start).count() * (1 / share - 1);
  if (!m_terminal) {
    fmt::print(stderr, "{}: epoch {} of {}, loss {:.4f}, {:.0f} s left\n", m_what, report.epoch, report.epochs,
               report.loss, left);
    return;
  }
  constexpr int width = 32;
  const int filled = static_cast<int>(share * width);
  fmt::print(stderr, "\r\x1b[K{} [{:=<{}}{: <{}}] epoch {} of {}, loss {:.4f}, {:.0f} s left", m_what, "", filled, "",
             width - filled, report.epoch, report.epochs, report.loss, left);
  std::fflush(stderr);
  m_drawn = true;
}

}  // namespace spillway
