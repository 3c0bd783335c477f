# Compiler cache, linker, optimisation and warning flags: everything that is about the tools and not about the code.

find_program(CCACHE ccache)
if(CCACHE)
  # A precompiled header changes its time stamp with every build; ccache must look at its content instead.
  set(CMAKE_CXX_COMPILER_LAUNCHER
      ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
      CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} ${CCACHE})
endif()

find_program(MOLD mold)
find_program(LLD ld.lld)
if(MOLD)
  add_link_options(-fuse-ld=mold)
elseif(LLD)
  add_link_options(-fuse-ld=lld)
endif()

set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-O2 -g1 -DNDEBUG")
# NDEBUG would silence assertions on invariants: they stay in every build.
string(REPLACE "-DNDEBUG" "" CMAKE_CXX_FLAGS_RELWITHDEBINFO "${CMAKE_CXX_FLAGS_RELWITHDEBINFO}")

if(FEDLOOM_SANITIZE)
  # CAF's headers bind null references on purpose, hence -fno-sanitize=null.
  add_compile_options(-fsanitize=${FEDLOOM_SANITIZE} -fno-sanitize=null -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${FEDLOOM_SANITIZE})
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  add_compile_options(-fpch-preprocess)
endif()

add_library(fedloom_warnings INTERFACE)
target_compile_options(fedloom_warnings INTERFACE -Wall -Wextra -Wpedantic -Wconversion -Wshadow)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # GCC 12 sees errors in moves of variants and in string concatenation at -O2 that are not there (GCC bugs 105562, 105651).
  target_compile_options(fedloom_warnings INTERFACE
    -Wno-maybe-uninitialized -Wno-array-bounds -Wno-restrict -Wno-stringop-overflow -Wno-stringop-overread)
endif()
if(FEDLOOM_WERROR)
  target_compile_options(fedloom_warnings INTERFACE -Werror)
endif()
