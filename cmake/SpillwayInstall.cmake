# SPDX-License-Identifier: Apache-2.0
# Installation: headers below include/spillway, targets for find_package(spillway), the zoo and the data. Each folder
# installs its own library (spillway_library); the test `consumer` uses the result from outside.
include(CMakePackageConfigHelpers)
set(spillway_cmake_dir ${CMAKE_INSTALL_LIBDIR}/cmake/spillway)
set(spillway_data_dir ${CMAKE_INSTALL_DATADIR}/spillway)

configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/spillway-config.cmake.in
  ${PROJECT_BINARY_DIR}/spillway-config.cmake INSTALL_DESTINATION ${spillway_cmake_dir} PATH_VARS spillway_data_dir)
# 0.x: a new minor version may change the interface.
write_basic_package_version_file(${PROJECT_BINARY_DIR}/spillway-config-version.cmake COMPATIBILITY SameMinorVersion)

install(EXPORT spillway-targets NAMESPACE spillway:: DESTINATION ${spillway_cmake_dir})
install(FILES ${PROJECT_BINARY_DIR}/spillway-config.cmake ${PROJECT_BINARY_DIR}/spillway-config-version.cmake
              ${PROJECT_SOURCE_DIR}/cmake/FindSystemC.cmake ${PROJECT_SOURCE_DIR}/cmake/FindOnnxProto.cmake
        DESTINATION ${spillway_cmake_dir})
install(DIRECTORY ${PROJECT_SOURCE_DIR}/models/zoo ${PROJECT_SOURCE_DIR}/models/data DESTINATION ${spillway_data_dir})
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
