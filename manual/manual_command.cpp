// SPDX-License-Identifier: Apache-2.0
#include "spillway/manual/manual_command.h"

#include <CLI/CLI.hpp>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <memory>
#include <system_error>

#include "spillway/manual/completions.h"
#include "spillway/manual/pages.h"

namespace spillway::manual {
namespace {

namespace fs = std::filesystem;

void write(const fs::path& path, const std::string& text) {
  fs::create_directories(path.parent_path());
  std::ofstream out(path, std::ios::binary);
  out << text;
  out.close();
  if (!out) throw std::system_error(errno, std::generic_category(), path.string());
}

int write_manual(const CLI::App& app, const std::string& version, const fs::path& directory) {
  const command_page top = read_command(app);
  const std::string name = full_name(top);
  for (const command_page* page : all_commands(top))
    write(directory / "man1" / (full_name(*page, '-') + ".1"), man_page(*page, top, version));
  write(directory / "bash" / name, bash_completion(top));
  write(directory / "zsh" / ("_" + name), zsh_completion(top));
  write(directory / "fish" / (name + ".fish"), fish_completion(top));
  write(directory / (name + ".md"), reference_page(top));
  return 0;
}

}  // namespace

void add_manual_command(CLI::App& app, const std::string& version,
                        const std::function<void(std::function<int()>)>& set_action) {
  CLI::App* command = app.add_subcommand("manual", "Write man pages, completions and the reference of the options");
  command->group("");
  const auto directory = std::make_shared<std::string>();
  command->add_option("DIR", *directory, "Folder that they are written to")->required();
  command->callback([&app, version, set_action, directory] {
    set_action([&app, version, directory] { return write_manual(app, version, *directory); });
  });
}

}  // namespace spillway::manual
