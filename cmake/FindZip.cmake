# SPDX-License-Identifier: Apache-2.0
# Zip::zip, libzip. Its own CMake package names programs that Debian has in packages of their own, and fails without them.
find_path(Zip_INCLUDE_DIR zip.h)
find_library(Zip_LIBRARY zip)
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(Zip REQUIRED_VARS Zip_LIBRARY Zip_INCLUDE_DIR)
if(Zip_FOUND AND NOT TARGET Zip::zip)
  add_library(Zip::zip UNKNOWN IMPORTED)
  set_target_properties(Zip::zip PROPERTIES IMPORTED_LOCATION ${Zip_LIBRARY}
                        INTERFACE_INCLUDE_DIRECTORIES ${Zip_INCLUDE_DIR})
endif()
