# SPDX-License-Identifier: Apache-2.0
# Onnx::proto: ONNX's protobuf messages (Debian's libonnx-dev). Nothing else of ONNX is needed.
find_path(OnnxProto_INCLUDE_DIR onnx/onnx_pb.h)
find_library(OnnxProto_LIBRARY onnx_proto)
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(OnnxProto REQUIRED_VARS OnnxProto_LIBRARY OnnxProto_INCLUDE_DIR)
if(OnnxProto_FOUND AND NOT TARGET Onnx::proto)
  find_package(Protobuf REQUIRED)
  add_library(Onnx::proto UNKNOWN IMPORTED)
  set_target_properties(Onnx::proto PROPERTIES
    IMPORTED_LOCATION ${OnnxProto_LIBRARY} INTERFACE_INCLUDE_DIRECTORIES ${OnnxProto_INCLUDE_DIR}
    INTERFACE_COMPILE_DEFINITIONS "ONNX_ML=1;ONNX_NAMESPACE=onnx"
    INTERFACE_LINK_LIBRARIES protobuf::libprotobuf)
endif()
