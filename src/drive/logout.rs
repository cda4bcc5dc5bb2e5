//! What becomes of the lanes of this operator, on this machine, when they log out.

use std::path::Path;

use crate::runner::logout::{Fate, fate};

/// Asked of the machine as it is now.
#[must_use]
pub fn logout() -> Fate {
    let user = ["USER", "LOGNAME"].into_iter().find_map(|name| std::env::var(name).ok()).unwrap_or_default();
    let path = std::env::var_os("PATH").unwrap_or_default();
    fate(Path::new("/"), &user, rustix::process::getuid().as_raw(), &path)
}
