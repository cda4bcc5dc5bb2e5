//! Bundled runbooks are part of the program: a file that is new in `runbooks/` makes it out of date.

fn main() {
    println!("cargo::rerun-if-changed=runbooks");
}
