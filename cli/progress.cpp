// SPDX-License-Identifier: Apache-2.0
#include "spillway/cli/progress.h"

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <utility>

#include "spillway/cli/console.h"

namespace spillway {

namespace {

/// Whether stderr takes a line now. A reader that does not read must not stop the work.
bool takes_output() {
  pollfd stream{STDERR_FILENO, POLLOUT, 0};
  return poll(&stream, 1, 0) == 1 && (stream.revents & POLLOUT) != 0;
}

}  // namespace

progress::progress(std::string what, std::uint64_t total, bool quiet)
    : m_what(std::move(what)),
      m_total(std::max<std::uint64_t>(total, 1)),
      m_style(quiet                        ? style::none
              : isatty(STDERR_FILENO) != 0 ? style::bar
                                           : style::lines) {}

progress::~progress() {
  if (m_style == style::bar && m_drawn && takes_output()) std::fputs("\r\x1b[K", stderr);
}

void progress::update(std::uint64_t done) {
  if (m_style == style::none) return;
  const clock::time_point now = clock::now();
  const auto pause = m_style == style::bar ? std::chrono::milliseconds(100) : std::chrono::milliseconds(5000);
  if (now - m_last < pause) return;
  m_last = now;
  if (takes_output()) draw(done, now);
}

void progress::draw(std::uint64_t done, clock::time_point now) {
  const double share = static_cast<double>(std::min(done, m_total)) / static_cast<double>(m_total);
  const double seconds = std::chrono::duration<double>(now - m_start).count();
  const double left = share > 0 ? seconds / share - seconds : 0;
  if (m_style == style::lines) {
    say(fmt::format("{}: {} of {} ({:.0f}%), {:.0f} s left", m_what, done, m_total, 100 * share, left));
    return;
  }
  constexpr int width = 32;
  const int filled = static_cast<int>(share * width);
  const std::string bar = fmt::format("\r\x1b[K{} [{:=<{}}{: <{}}] {:3.0f}% {:.0f} s left", m_what, "", filled, "",
                                      width - filled, 100 * share, left);
  std::fwrite(bar.data(), 1, bar.size(), stderr);
  std::fflush(stderr);
  m_drawn = true;
}

}  // namespace spillway
