//! Which version this is.

use crate::text::leaver_str;

/// The version of the library that is loaded, such as "0.1.0". Compare with LEAVER_VERSION, the version of the
/// header.
///
/// @return Text that lives as long as the library.
#[unsafe(no_mangle)]
pub extern "C" fn leaver_version() -> leaver_str {
    leaver_str::of(env!("CARGO_PKG_VERSION"))
}

/// The number of the binary interface of the library that is loaded. A program that was compiled with another
/// LEAVER_ABI must not use it:
///
///     if (leaver_abi() != LEAVER_ABI) return 1;
#[unsafe(no_mangle)]
pub extern "C" fn leaver_abi() -> u32 {
    0
}
