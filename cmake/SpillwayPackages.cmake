# SPDX-License-Identifier: Apache-2.0
# What cpack makes: Debian packages, one a component of the installation, and a source tarball. tools/package builds all
# of them; docs/packages.md says what is in each.
include(SpillwayCommit)
spillway_commit(${PROJECT_SOURCE_DIR} commit commit_date)

# What -dev packages the installed libraries are built on: those of the group `build`, but for what only the command needs.
file(STRINGS ${PROJECT_SOURCE_DIR}/tools/packages.txt spillway_build_packages REGEX "^build +(lib.*|nlohmann-json3)-dev$")
list(TRANSFORM spillway_build_packages REPLACE "^build +" "")
list(REMOVE_ITEM spillway_build_packages libcli11-dev)
list(JOIN spillway_build_packages ", " spillway_dev_depends)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME spillway)
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGE_VENDOR Spillway)
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "")  # each package has its own
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE
                                                WORLD_READ WORLD_EXECUTE)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_GROUPING IGNORE)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_MAINTAINER "Spillway maintainers <${SPILLWAY_MAIL}>")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)

# spillway_package(COMPONENT PACKAGE SECTION SUMMARY MORE [ALL] [DEPENDS ...] [RECOMMENDS ...]): ALL: for every
# architecture; what others link is found out by dpkg-shlibdeps.
macro(spillway_package component package section summary more)
  cmake_parse_arguments(ARG "ALL" "" "DEPENDS;RECOMMENDS" ${ARGN})
  string(TOUPPER ${component} upper)
  list(JOIN ARG_DEPENDS ", " depends)
  list(JOIN ARG_RECOMMENDS ", " recommends)
  list(APPEND CPACK_COMPONENTS_ALL ${component})
  set(CPACK_DEBIAN_${upper}_PACKAGE_NAME ${package})
  set(CPACK_DEBIAN_${upper}_PACKAGE_SECTION ${section})
  set(CPACK_DEBIAN_${upper}_DESCRIPTION "${summary}\n${more}")
  set(CPACK_DEBIAN_${upper}_PACKAGE_DEPENDS "${depends}")
  set(CPACK_DEBIAN_${upper}_PACKAGE_RECOMMENDS "${recommends}")
  set(CPACK_DEBIAN_${upper}_PACKAGE_SHLIBDEPS ON)
  if(ARG_ALL)
    set(CPACK_DEBIAN_${upper}_PACKAGE_ARCHITECTURE all)
    set(CPACK_DEBIAN_${upper}_PACKAGE_SHLIBDEPS OFF)
  endif()
  # Each package carries its licence and its changelog, where Debian looks for them; a plain installation does not.
  install(FILES ${packaging}/copyright ${packaging}/changelog.gz DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/${package}
          COMPONENT ${component} EXCLUDE_FROM_ALL)
endmacro()

set(packaging ${PROJECT_BINARY_DIR}/packaging)
configure_file(${PROJECT_SOURCE_DIR}/cmake/debian/copyright ${packaging}/copyright COPYONLY)
configure_file(${PROJECT_SOURCE_DIR}/cmake/debian/changelog.in ${packaging}/changelog @ONLY)
execute_process(COMMAND gzip -9nkf ${packaging}/changelog COMMAND_ERROR_IS_FATAL ANY)

set(CPACK_COMPONENTS_ALL "")
spillway_package(command spillway science "bit-accurate simulation and cost of quantized FPGA accelerators"
  "What a quantized neural network will do as a streaming accelerator,\naddition by addition, what it will cost, and which design to build."
  RECOMMENDS spillway-viewer spillway-zoo)
spillway_package(dev libspillway-dev libdevel "libraries of Spillway, headers and CMake packages"
  "Static libraries, one for each component of find_package(spillway), with\nheaders and files for pkg-config."
  DEPENDS ${spillway_build_packages})
spillway_package(zoo spillway-zoo science "trained networks and data sets of Spillway"
  "QONNX files with their claims, and images to run them on: what the\nexamples of the documentation use." ALL)
if(SPILLWAY_VIEWER)
  spillway_package(viewer spillway-viewer science "report page of Spillway"
    "The page that reports of runs and studies are made of. It needs a\nbrowser and no server." ALL)
endif()
if(SPILLWAY_PYTHON)
  spillway_package(python python3-spillway python "Spillway in Python, with NumPy arrays"
    "Networks, proofs, simulations, prices and searches as a module with\ntypes, for Debian's Python."
    DEPENDS ${SPILLWAY_PYTHON_DEPENDS}
    RECOMMENDS python3-pandas python3-tqdm spillway-viewer spillway-zoo)
  # Modules are compiled when the package is installed, and what that leaves goes with it.
  set(CPACK_DEBIAN_PYTHON_PACKAGE_CONTROL_EXTRA ${PROJECT_SOURCE_DIR}/cmake/debian/postinst
                                                ${PROJECT_SOURCE_DIR}/cmake/debian/prerm)
endif()
if(SPILLWAY_TRAIN)
  spillway_package(train spillway-train science "training of quantized networks for narrow accumulators"
    "Quantization-aware training with and without guarantees against\noverflow (A2Q, A2Q+), on LibTorch.")
endif()
spillway_package(doc spillway-doc doc "documentation of Spillway"
  "Tutorials, references and measurements, as pages for a browser and as text." ALL)

# The tarball says its version by itself: git puts it into cmake/commit.txt.
set(CPACK_SOURCE_GENERATOR TGZ)
set(CPACK_SOURCE_PACKAGE_FILE_NAME spillway-${PROJECT_VERSION})
set(CPACK_PROJECT_CONFIG_FILE ${PROJECT_BINARY_DIR}/packaging/config.cmake)
configure_file(${PROJECT_SOURCE_DIR}/cmake/debian/config.cmake.in ${CPACK_PROJECT_CONFIG_FILE} @ONLY)
include(CPack)
