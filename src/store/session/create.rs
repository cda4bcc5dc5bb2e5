//! Making the folder of a new session.

use chrono::{DateTime, Utc};

use super::dir::SessionDir;
use crate::store::error::{Error, Result};
use crate::store::paths::Paths;
use crate::store::private;

/// The longest slug, in characters.
const SLUG: usize = 48;

/// Makes the folder of a new session, with the runbook's text where there is one. Its id is the minute it began (UTC), a slug
/// of `name` (the runbook's id or the incident's title) and four random hexadecimal digits: `2022-04-30T1933Z-mastodon-500-7f3a`.
/// The journal is made by [`Journal::create`](crate::store::journal::Journal::create).
///
/// # Errors
/// What the operating system says.
pub fn create(paths: &Paths, name: &str, runbook: Option<&str>, at: DateTime<Utc>) -> Result<SessionDir> {
    let sessions = paths.sessions();
    private::create_dirs(&sessions).map_err(Error::at("create", &sessions))?;
    let stem = format!("{}-{}", at.format("%Y-%m-%dT%H%MZ"), slug(name));
    let mut tries = 0;
    let session = loop {
        let path = sessions.join(format!("{stem}-{:04x}", random()?));
        // Making the folder is the lock: of two who choose the same name one fails.
        match private::create_dir(&path) {
            Ok(()) => break SessionDir::at(&path),
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists && tries < 1000 => tries += 1,
            Err(error) => return Err(Error::at("create", &path)(error)),
        }
    };
    if let Some(text) = runbook {
        let path = session.runbook();
        private::write_new(&path, text.as_bytes()).map_err(Error::at("write", &path))?;
    }
    for folder in [session.path(), &sessions, &paths.data] {
        private::sync_dir(folder).map_err(Error::at("sync", folder))?;
    }
    Ok(session)
}

fn random() -> Result<u16> {
    let mut bytes = [0; 2];
    rustix::rand::getrandom(&mut bytes, rustix::rand::GetRandomFlags::empty())
        .map_err(|error| Error::io("draw a random number")(error.into()))?;
    Ok(u16::from_le_bytes(bytes))
}

/// Lower-case letters, digits and single hyphens.
fn slug(name: &str) -> String {
    let mut slug = String::new();
    for c in name.chars().map(|c| c.to_ascii_lowercase()) {
        if slug.len() >= SLUG {
            break;
        }
        if c.is_ascii_alphanumeric() {
            slug.push(c);
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    let slug = slug.trim_end_matches('-');
    if slug.is_empty() { "session".to_owned() } else { slug.to_owned() }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_slug_is_short_and_plain() {
        assert_eq!(slug("Mastodon answers 500 -- after an upgrade!"), "mastodon-answers-500-after-an-upgrade");
        assert_eq!(slug("../../etc/passwd"), "etc-passwd");
        assert_eq!(slug("\u{1b}[31m"), "31m");
        assert_eq!(slug("日本"), "session");
        assert_eq!(slug(&"x ".repeat(100)).len(), SLUG - 1);
    }

    #[test]
    fn a_session_folder_is_private_and_holds_the_runbook_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let paths = Paths::at(&folder.path().join("data"), folder.path());
        let at = "2022-04-30T19:33:40Z".parse().unwrap();
        let session = create(&paths, "mastodon-500", Some("title: x\r\n"), at).unwrap();
        let id = session.id();
        assert!(id.starts_with("2022-04-30T1933Z-mastodon-500-"), "{id}");
        assert_eq!(id.len(), "2022-04-30T1933Z-mastodon-500-7f3a".len());
        assert_eq!(fs::read(session.runbook()).unwrap(), b"title: x\r\n");
        let mode = |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(session.path()), 0o700);
        assert_eq!(mode(&session.runbook()), 0o600);
        assert_ne!(create(&paths, "mastodon-500", None, at).unwrap().id(), id);
    }
}
