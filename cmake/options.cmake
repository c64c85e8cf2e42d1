# Language, warnings and sanitizers, on one interface target that every folder links.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set_property(GLOBAL PROPERTY USE_FOLDERS ON)

option(MESHGAUGE_WERROR "treat warnings as errors" OFF)
option(MESHGAUGE_TESTS "build tests and benchmarks" ON)
option(MESHGAUGE_CHECK_HEADERS "compile every header alone" OFF)
option(MESHGAUGE_FUZZ "declare the folder of fuzz programs; needs clang, see the preset" OFF)
set(MESHGAUGE_SANITIZE "" CACHE STRING "sanitizers, as in -fsanitize=")

if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE Release)
endif()

find_program(MESHGAUGE_CCACHE ccache)
if(MESHGAUGE_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER "${MESHGAUGE_CCACHE}")
endif()
find_program(MESHGAUGE_MOLD mold)

add_library(meshgauge_options INTERFACE)
target_include_directories(meshgauge_options INTERFACE "${PROJECT_SOURCE_DIR}")
target_compile_options(meshgauge_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Woverloaded-virtual -Wno-missing-field-initializers -Wconversion -Wno-sign-conversion
  # Bit-identical arithmetic on every compiler: no contraction into fused multiply-add.
  -ffp-contract=off
  # Coroutines resume each other by tail call; without this a long chain overflows the stack in debug builds.
  -foptimize-sibling-calls
  -fno-omit-frame-pointer)
target_compile_definitions(meshgauge_options INTERFACE
  BOOST_ASIO_NO_DEPRECATED BOOST_ASIO_HAS_STD_INVOKE_RESULT
  MESHGAUGE_VERSION="${PROJECT_VERSION}")
if(MESHGAUGE_WERROR)
  target_compile_options(meshgauge_options INTERFACE -Werror)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # g++ 12 reports impossible paths inside libstdc++ and Boost under optimisation and sanitizers.
  target_compile_options(meshgauge_options INTERFACE -Wno-maybe-uninitialized -Wno-restrict -Wno-array-bounds
    -Wno-stringop-overflow -Wno-stringop-overread -Wno-free-nonheap-object)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  # libstdc++ 12's own stable_sort calls what C++20 deprecates, and clang blames the caller.
  target_compile_options(meshgauge_options INTERFACE -Wno-deprecated-declarations)
endif()
if(MESHGAUGE_SANITIZE)
  target_compile_options(meshgauge_options INTERFACE -fsanitize=${MESHGAUGE_SANITIZE} -fno-sanitize-recover=all)
  target_link_options(meshgauge_options INTERFACE -fsanitize=${MESHGAUGE_SANITIZE})
  target_compile_definitions(meshgauge_options INTERFACE MESHGAUGE_SANITIZED=1)
endif()
if(MESHGAUGE_MOLD AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_link_options(meshgauge_options INTERFACE -fuse-ld=mold)
endif()
