// SPDX-License-Identifier: Apache-2.0
#include "spillway/rtl/write.h"

#include <system_error>
#include <utility>

#include "spillway/models/support/atomic_file.h"
#include "spillway/rtl/memory_words.h"
#include "spillway/rtl/sources.h"
#include "spillway/rtl/test_bench.h"
#include "spillway/rtl/top.h"

namespace spillway {

namespace {

/// The sources of a top module: itself, those made for it, and those of rtl/sv that all of them name.
std::vector<rtl_file> sources_of(const detail::rtl_top& top) {
  std::string text = top.text;
  for (const std::string& source : top.sources) text += source;
  std::vector<rtl_file> files{{top.name + ".sv", text}};
  for (const std::string& module : modules_named_in(text))
    files.push_back({module + ".sv", std::string(find_rtl_source(module).text)});
  return files;
}

}  // namespace

rtl_files make_rtl(const dataflow& flow, const rtl_options& options) {
  const std::string name = rtl_names().make(options.name.empty() ? flow.name : options.name);
  const detail::rtl_top top = detail::make_top(flow, name, options.memory_folder);
  rtl_files made{name, sources_of(top)};
  std::vector<std::string> list;
  for (const rtl_file& file : made.files) list.push_back(file.name);
  made.files.push_back({name + ".f", lines_of(list)});
  for (const detail::rtl_memory_file& memory : top.memories)
    made.files.push_back({memory.name, lines_of(memory.words)});
  if (!options.frames) return made;
  for (rtl_file& file : detail::make_test_bench(flow, name, *options.frames, options.memory_folder))
    made.files.push_back(std::move(file));
  return made;
}

void write_rtl(const rtl_files& made, const std::filesystem::path& folder) {
  std::error_code failed;
  std::filesystem::create_directories(folder, failed);
  if (failed) throw_io_error(folder.string(), "make the folder", failed.value());
  for (const rtl_file& file : made.files) write_file_atomically((folder / file.name).string(), file.text);
}

}  // namespace spillway
