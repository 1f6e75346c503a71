// SPDX-License-Identifier: Apache-2.0
#include "spillway/cli/console.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <cstdio>
#include <exception>
#include <nlohmann/json.hpp>
#include <string>

#include "spillway/cli/visible_text.h"

#include "spillway/models/support/text.h"

namespace spillway {

namespace {

/// A reader of stderr who does not read gets no line more once his pipe is full: work does not wait for him.
bool takes_output() noexcept {
  constexpr int patience_milliseconds = 2000;
  pollfd stream{STDERR_FILENO, POLLOUT, 0};
  return poll(&stream, 1, patience_milliseconds) != 0;
}

}  // namespace

void hold_standard_streams() {
  // The lowest free number is given out, and what can't be opened can't be mistaken either.
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    if (fcntl(stream, F_GETFD) < 0 && open("/dev/null", stream == STDIN_FILENO ? O_WRONLY : O_RDONLY) != stream) return;
}

void say(std::string_view line) noexcept try {
  if (!takes_output()) return;
  const std::string shown = visible(line, false) + '\n';
  std::fwrite(shown.data(), 1, shown.size(), stderr);
} catch (const std::exception&) {  // no memory to say it with
}

void say_assumptions(std::span<const assumption> assumptions) noexcept {
  for (const assumption& of : assumptions) say("note: " + to_string(of));
}

void print_json(const nlohmann::ordered_json& document) {
  fmt::print("{}\n", document.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
}

}  // namespace spillway
