# SPDX-License-Identifier: Apache-2.0
# Run by cpack for the source tarball: unpacks what git archives at HEAD, cmake/commit.txt filled in.
execute_process(COMMAND git -C ${CMAKE_CURRENT_LIST_DIR}/.. archive HEAD
                COMMAND tar -x -C ${CMAKE_INSTALL_PREFIX} COMMAND_ERROR_IS_FATAL ANY)
