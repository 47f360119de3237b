# find_package(leaver) gives leaver::leaver, the shared library, and leaver::static, the archive.
get_filename_component(_leaver_prefix "${CMAKE_CURRENT_LIST_DIR}/../../.." ABSOLUTE)

if(NOT TARGET leaver::leaver)
    add_library(leaver::leaver SHARED IMPORTED)
    set_target_properties(leaver::leaver PROPERTIES
        IMPORTED_LOCATION "${_leaver_prefix}/lib/libleaver.so.0"
        IMPORTED_SONAME "libleaver.so.0"
        INTERFACE_INCLUDE_DIRECTORIES "${_leaver_prefix}/include")
endif()

if(NOT TARGET leaver::static AND EXISTS "${_leaver_prefix}/lib/libleaver.a")
    add_library(leaver::static STATIC IMPORTED)
    set_target_properties(leaver::static PROPERTIES
        IMPORTED_LOCATION "${_leaver_prefix}/lib/libleaver.a"
        INTERFACE_INCLUDE_DIRECTORIES "${_leaver_prefix}/include"
        INTERFACE_LINK_LIBRARIES "gcc_s;util;rt;pthread;m;dl;c")
endif()

unset(_leaver_prefix)
