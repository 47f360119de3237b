//! The name under which the shared library is found, and that it stays loaded.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if std::env::var("CARGO_CFG_TARGET_OS").is_ok_and(|os| os == "linux") {
        println!("cargo::rustc-cdylib-link-arg=-Wl,-soname,libleaver.so.0");
        // Threads that called in have destructors here; unloading the library under them would crash them.
        println!("cargo::rustc-cdylib-link-arg=-Wl,-z,nodelete");
    }
}
