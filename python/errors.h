// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace spillway::python {

/// From now on what the library throws is raised as one of spillway.Error's kind, with the library's line.
void translate_errors();

}  // namespace spillway::python
