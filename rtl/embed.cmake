# SPDX-License-Identifier: Apache-2.0
# cmake -DOUTPUT=FILE.cpp -DFILES=a.sv,b.sv -P embed.cmake: the files as a C++ source, so that an installed command can
# write them out.
string(REPLACE "," ";" files "${FILES}")
list(SORT files)
set(entries "")
foreach(file IN LISTS files)
  file(READ ${file} text)
  get_filename_component(module ${file} NAME_WE)
  string(APPEND entries "    {\"${module}\", R\"text(${text})text\"},\n")
endforeach()
file(WRITE ${OUTPUT} "// SPDX-License-Identifier: Apache-2.0
// Made by rtl/embed.cmake.
#include \"spillway/rtl/sources.h\"

namespace spillway {

namespace {

constexpr rtl_source sources[] = {
${entries}};

}  // namespace

std::span<const rtl_source> rtl_sources() { return sources; }

}  // namespace spillway
")
