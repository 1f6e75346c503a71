// SPDX-License-Identifier: Apache-2.0
#include "spillway/traces/vcd_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>

#include "spillway/models/support/atomic_file.h"
#include "spillway/models/support/error.h"

namespace spillway {

namespace {

constexpr std::size_t buffer_size = std::size_t{1} << 20;
constexpr std::string_view version_line = "$version spillway $end";  // by which a waveform is known as ours

/// The identifier of the `index`th signal: its digits in base 94, printable characters.
std::string identifier(std::size_t index) {
  std::string id;
  do {
    id += static_cast<char>('!' + index % 94);
    index /= 94;
  } while (index > 0);
  return id;
}

}  // namespace

void check_waveform_target(const std::filesystem::path& path) {
  std::error_code failed;
  if (!std::filesystem::is_regular_file(path, failed)) return;
  std::string begin(version_line.size(), ' ');
  std::ifstream file(path, std::ios::binary);
  file.read(begin.data(), std::ssize(begin));
  if (file.gcount() == 0 || begin == version_line) return;
  throw config_error(fmt::format("{}: is there, and is no waveform that Spillway wrote; --waves expects a new file",
                                 shown_path(path.string())));
}

vcd_writer::vcd_writer(const std::filesystem::path& path, std::string_view timescale) {
  check_waveform_target(path);
  m_file.emplace(path.string());
  m_buffer.reserve(buffer_size + 4096);
  m_buffer += fmt::format("{}\n$timescale {} $end\n", version_line, timescale);
}

vcd_writer::~vcd_writer() {
  try {
    close();
  } catch (const io_error&) {
    // Whoever wants to know calls close().
  }
}

void vcd_writer::open_scope(std::string_view name) { m_buffer += fmt::format("$scope module {} $end\n", name); }

void vcd_writer::close_scope() { m_buffer += "$upscope $end\n"; }

vcd_writer::signal vcd_writer::add_bits(std::string_view name, int width) { return add("wire", name, width); }

vcd_writer::signal vcd_writer::add_text(std::string_view name) { return add("string", name, 0); }

vcd_writer::signal vcd_writer::add(std::string_view kind, std::string_view name, int width) {
  const signal index = m_signals.size();
  m_signals.push_back({identifier(index), width, m_words.size(), false, {}});
  m_words.resize(m_words.size() + static_cast<std::size_t>((width + 63) / 64));
  m_buffer += fmt::format("$var {} {} {} {}", kind, std::max(width, 1), m_signals.back().id, name);
  m_buffer += width > 1 ? fmt::format(" [{}:0] $end\n", width - 1) : " $end\n";
  return index;
}

void vcd_writer::set_time(std::uint64_t time) {
  if (m_header) m_buffer += "$enddefinitions $end\n";
  m_header = false;
  m_time = time;
  m_time_pending = true;
}

void vcd_writer::begin_change() {
  if (m_buffer.size() > buffer_size) flush();
  if (!m_time_pending) return;
  m_buffer += '#';
  m_buffer += fmt::format_int(m_time).c_str();
  m_buffer += '\n';
  m_time_pending = false;
}

void vcd_writer::change(signal which, std::span<const std::uint64_t> words) {
  entry& to = m_signals[which];
  const auto count = static_cast<std::size_t>((to.width + 63) / 64);
  bool same = to.known;
  for (std::size_t i = 0; i < count; ++i) {
    std::uint64_t word = i < words.size() ? words[i] : 0;
    if (i + 1 == count && to.width % 64 != 0) word &= (std::uint64_t{1} << (to.width % 64)) - 1;
    std::uint64_t& held = m_words[to.first_word + i];
    same = same && held == word;
    held = word;
  }
  if (same) return;
  to.known = true;
  begin_change();
  append_bits({m_words.data() + to.first_word, count}, to.width);
  m_buffer += to.id;
  m_buffer += '\n';
}

void vcd_writer::append_bits(std::span<const std::uint64_t> words, int width) {
  if (width == 1) {
    m_buffer += static_cast<char>('0' + words[0]);
    return;
  }
  // Leading zeros may be left out.
  int top = width - 1;
  const auto bit = [&](int i) { return words[static_cast<std::size_t>(i / 64)] >> (i % 64) & 1; };
  while (top > 0 && bit(top) == 0) --top;
  m_buffer += 'b';
  for (; top >= 0; --top) m_buffer += static_cast<char>('0' + bit(top));
  m_buffer += ' ';
}

void vcd_writer::change_text(signal which, std::string_view value) {
  entry& to = m_signals[which];
  if (to.known && to.text == value) return;
  to.known = true;
  to.text = value;
  begin_change();
  m_buffer += 's';
  m_buffer += value;
  m_buffer += ' ';
  m_buffer += to.id;
  m_buffer += '\n';
}

void vcd_writer::flush() {
  if (m_file) m_file->write(m_buffer.data(), m_buffer.size());
  m_buffer.clear();
}

void vcd_writer::close() {
  if (!m_file) return;
  if (m_header) m_buffer += "$enddefinitions $end\n";
  m_header = false;
  // The last time stands at the end even if nothing changed: it is how long the waveform is.
  if (m_time_pending) begin_change();
  flush();
  m_file->keep();
  m_file.reset();
}

}  // namespace spillway
