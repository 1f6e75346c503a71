// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "spillway/models/support/file_draft.h"

namespace spillway {

/// Throws `config_error` if a file stands at `path` that is no waveform of ours: that is never overwritten, be it the
/// model that is read. Pipes and devices are taken.
void check_waveform_target(const std::filesystem::path& path);

/// Writes a waveform file (VCD, IEEE 1364), which GTKWave and others open. Signals first, by scope; then times, with
/// the values that changed. Only changes are written. A file grows by some 4 bytes and the signal's width a change.
///
///     vcd_writer waves("waves.vcd", "1ns");
///     waves.open_scope("top");
///     const auto clk = waves.add_bits("clk", 1);
///     waves.close_scope();
///     waves.set_time(0);
///     waves.change(clk, 1);
///     waves.close();
class vcd_writer {
 public:
  using signal = std::size_t;

  /// Creates the file; it takes the place of an earlier waveform when it is closed. Throws as `check_waveform_target`,
  /// and `io_error`, as every function that writes does.
  vcd_writer(const std::filesystem::path& path, std::string_view timescale);
  ~vcd_writer();
  vcd_writer(const vcd_writer&) = delete;
  vcd_writer& operator=(const vcd_writer&) = delete;

  /// Begins a scope within the open one, and ends it. Signals that are added lie in the innermost open scope.
  void open_scope(std::string_view name);
  void close_scope();

  /// A vector of `width` >= 1 bits, unknown (x) until its first change. Names must not hold white space.
  signal add_bits(std::string_view name, int width);

  /// A text, as GTKWave shows it (an extension that it and others share); empty until its first change.
  signal add_text(std::string_view name);

  /// The values that follow hold from `time` on, in units of the timescale. Times ascend.
  void set_time(std::uint64_t time);

  /// The low bits of `words` (least significant first), as many as the signal has; missing words are zero.
  void change(signal which, std::span<const std::uint64_t> words);
  void change(signal which, std::uint64_t value) { change(which, std::span(&value, 1)); }

  /// `value` holds no white space.
  void change_text(signal which, std::string_view value);

  /// Writes what is left, and gives the file its name. Without it, the destructor does, and keeps quiet about errors.
  void close();

 private:
  struct entry {
    std::string id;
    int width;               ///< 0 for a text
    std::size_t first_word;  ///< of its latest value in m_words
    bool known = false;
    std::string text;
  };
  signal add(std::string_view kind, std::string_view name, int width);
  void begin_change();
  void append_bits(std::span<const std::uint64_t> words, int width);
  void flush();

  std::optional<file_draft> m_file;
  std::string m_buffer;
  std::vector<entry> m_signals;
  std::vector<std::uint64_t> m_words;
  std::uint64_t m_time = 0;
  bool m_header = true, m_time_pending = false;
};

}  // namespace spillway
