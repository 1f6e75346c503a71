// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>

#include "spillway/models/data/load_dataset.h"
#include "spillway/models/support/atomic_file.h"
#include "spillway/models/support/read_file.h"
#include "spillway/train/commands.h"
#include "spillway/train/zoo_table.h"

namespace spillway {
namespace {

struct zoo_table_arguments {
  std::string zoo, data = "binary-mnist", page;
  bool check = false;
};

int zoo_table(const zoo_table_arguments& args) {
  const dataset data = load_dataset(args.data);
  const std::string table = markdown_table(measure_zoo(args.zoo, data), data.frames());
  if (args.page.empty()) {
    fmt::print("{}", table);
    return 0;
  }
  const std::string name = (std::filesystem::path(args.zoo) / "").parent_path().filename().string();
  const std::string old = read_file(args.page, std::int64_t{1} << 20), now = replace_table(old, name, table, args.page);
  if (!args.check) {
    if (now != old) write_file_atomically(args.page, now);
    return 0;
  }
  if (now == old) return 0;
  fmt::print(stderr, "spillway-train: {} does not say what is measured\n", shown_path(args.page));
  return 1;
}

}  // namespace

void add_zoo_table_command(CLI::App& app, train_action& action) {
  auto args = std::make_shared<zoo_table_arguments>();
  CLI::App* command = app.add_subcommand("zoo-table", "Measure the files of the zoo and write their table");
  command->add_option("--zoo", args->zoo, "Folder of the .onnx files; the page's table has its name")->required();
  command->add_option("--data", args->data, "Dataset to score them on")->capture_default_str();
  CLI::Option* page = command->add_option("--page", args->page, "Markdown file that has the table; stdout if none");
  command->add_flag("--check", args->check, "Change nothing; exit 1 if the page says otherwise")->needs(page);
  command->footer("Example:\n  spillway-train zoo-table --zoo models/zoo/mnist-linear --page models/zoo/README.md\n");
  command->callback([args, &action] { action = [args] { return zoo_table(*args); }; });
}

}  // namespace spillway
