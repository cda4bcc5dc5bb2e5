//! Finding runbooks.

use std::collections::{BTreeMap, HashSet};
use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, PathBuf};

use super::bundled;
use super::cache::{Cache, Version};
use super::item::{Facts, Item, Origin, read};
use crate::store::error::{Error, Result};
use crate::store::paths::Paths;

/// Every runbook there is.
#[derive(Debug, Clone, Default)]
pub struct Library {
    items: Vec<Item>,
    troubles: Vec<Trouble>,
}

/// A place where runbooks should be, and why it could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// The folder or file.
    pub path: PathBuf,
    /// Why not.
    pub reason: String,
}

impl Library {
    /// Loads the runbooks of the folders in `extra` (these must exist), of `./runbooks`, of the operator's own folder, and the
    /// bundled ones. What cannot be read is told by [`Library::troubles`].
    #[must_use]
    pub fn load(paths: &Paths, extra: &[PathBuf]) -> Self {
        let mut folders: Vec<_> = extra.iter().map(|folder| (folder.clone(), true)).collect();
        folders.push((PathBuf::from("runbooks"), false));
        folders.push((paths.runbooks(), false));
        Self::from_folders(&folders, &paths.data.join("library.json"))
    }

    /// Loads folders, each with whether it must exist, and the bundled runbooks.
    pub(super) fn from_folders(folders: &[(PathBuf, bool)], cache: &Path) -> Self {
        let mut library = Self::default();
        let mut cache = Cache::open(cache.to_owned());
        let mut seen = HashSet::new();
        for (folder, needed) in folders {
            // The same folder by another name is looked through once; links are followed.
            match fs::canonicalize(folder) {
                Err(error) if error.kind() == io::ErrorKind::NotFound && !needed => {}
                Err(error) => library.trouble(folder, &error),
                Ok(folder) if !seen.insert(folder.clone()) => {}
                Ok(folder) => library.add_folder(&folder, &mut cache),
            }
        }
        library.add_bundled();
        let used: HashSet<_> = library
            .items
            .iter()
            .filter_map(|item| match &item.origin {
                Origin::File(path) => Some(path.as_path()),
                Origin::Bundled => None,
            })
            .collect();
        cache.close(|path| used.contains(path));
        library
    }

    /// All runbooks: in the order of the places they were found in, by id within one.
    #[must_use]
    pub fn items(&self) -> &[Item] {
        &self.items
    }

    /// What could not be read.
    #[must_use]
    pub fn troubles(&self) -> &[Trouble] {
        &self.troubles
    }

    /// Ids that are found in more than one place, each with the places.
    #[must_use]
    pub fn twice(&self) -> Vec<(&str, Vec<&Origin>)> {
        let mut places: BTreeMap<&str, Vec<&Origin>> = BTreeMap::new();
        for item in &self.items {
            places.entry(&item.id).or_default().push(&item.origin);
        }
        places.into_iter().filter(|(_, origins)| origins.len() > 1).collect()
    }

    /// The runbook that is meant: an id; `bundled:ID`; or the path of a file or of a folder with a `runbook.yaml`, which need
    /// not be in the library.
    ///
    /// # Errors
    /// [`Error::NoRunbook`] with ids that look like it, [`Error::RunbookTwice`]; where a file cannot be read.
    pub fn find(&self, asked: &str) -> Result<Item> {
        if let Some(id) = asked.strip_prefix("bundled:") {
            let found = self.items.iter().find(|item| item.id == id && item.origin == Origin::Bundled);
            // Hidden behind a file with the same text, it is still there.
            return found.cloned().or_else(|| bundled_item(id)).ok_or_else(|| self.unknown(id));
        }
        let found: Vec<_> = self.items.iter().filter(|item| item.id == asked).collect();
        match found.as_slice() {
            [one] => Ok((*one).clone()),
            [] if is_path(asked) => from_path(Path::new(asked)),
            [] => Err(self.unknown(asked)),
            several => Err(Error::RunbookTwice {
                id: asked.to_owned(),
                origins: several
                    .iter()
                    .map(|item| match &item.origin {
                        Origin::File(path) => path.display().to_string(),
                        Origin::Bundled => format!("bundled:{asked}"),
                    })
                    .collect(),
            }),
        }
    }

    fn unknown(&self, asked: &str) -> Error {
        let mut near: Vec<_> = self
            .items
            .iter()
            .map(|item| (strsim::jaro_winkler(&item.id, asked), &item.id))
            .filter(|(likeness, id)| *likeness > 0.8 || (asked.len() > 2 && id.contains(asked)))
            .collect();
        near.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(b.1)));
        near.dedup_by(|a, b| a.1 == b.1);
        Error::NoRunbook { asked: asked.to_owned(), near: near.into_iter().take(5).map(|(_, id)| id.clone()).collect() }
    }

    fn trouble(&mut self, path: &Path, reason: &io::Error) {
        self.troubles.push(Trouble { path: path.to_owned(), reason: reason.to_string() });
    }

    fn add_folder(&mut self, folder: &Path, cache: &mut Cache) {
        let mut names = Vec::new();
        match fs::read_dir(folder) {
            Err(error) => self.trouble(folder, &error),
            Ok(entries) => {
                for entry in entries {
                    match entry {
                        Ok(entry) => names.push(entry.path()),
                        Err(error) => self.trouble(folder, &error),
                    }
                }
            }
        }
        names.sort();
        for path in names {
            match candidate(&path) {
                Ok(None) => {}
                Ok(Some((file, id, meta, has_drill))) => match facts(&file, &id, &meta, cache) {
                    Ok(facts) => self.items.push(Item { id, origin: Origin::File(file), has_drill, facts }),
                    Err(error) => self.trouble(&file, &error),
                },
                Err(error) => self.trouble(&path, &error),
            }
        }
    }

    fn add_bundled(&mut self) {
        for (id, _) in bundled::ids() {
            // The program's own source folder holds the very same runbooks: that is one runbook, not two.
            let same =
                |item: &Item| item.id == id && item.bytes().is_ok_and(|text| bundled::runbook(&id) == Some(&text));
            if !self.items.iter().any(same) {
                self.items.extend(bundled_item(&id));
            }
        }
    }
}

fn bundled_item(id: &str) -> Option<Item> {
    let facts = Facts::of(id, bundled::runbook(id)?);
    let has_drill = bundled::drill(id).is_some();
    Some(Item { id: id.to_owned(), origin: Origin::Bundled, has_drill, facts })
}

/// The runbook that an entry of a folder is: its file, its id, and whether it has a drill.
fn candidate(path: &Path) -> io::Result<Option<(PathBuf, String, Metadata, bool)>> {
    let Some(name) = path.file_name().and_then(|name| name.to_str()).filter(|name| !name.starts_with('.')) else {
        return Ok(None);
    };
    if let Some(id) = name.strip_suffix(".yaml").or_else(|| name.strip_suffix(".yml")) {
        let meta = fs::metadata(path)?;
        return Ok(meta.is_file().then(|| (path.to_owned(), id.to_owned(), meta, false)));
    }
    let file = path.join("runbook.yaml");
    match fs::metadata(&file) {
        Ok(meta) if meta.is_file() => Ok(Some((file, name.to_owned(), meta, path.join("drill").is_dir()))),
        Ok(_) => Ok(None),
        // Some other file or folder, which is no runbook.
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => Ok(None),
        Err(error) => Err(error),
    }
}

fn facts(file: &Path, id: &str, meta: &Metadata, cache: &mut Cache) -> io::Result<Facts> {
    let version = Version::of(meta);
    if let Some(facts) = cache.get(file, version) {
        return Ok(facts);
    }
    let facts = Facts::of(id, &read(file)?);
    cache.put(file, version, &facts);
    Ok(facts)
}

fn is_path(asked: &str) -> bool {
    asked.contains('/') || [".yaml", ".yml"].iter().any(|end| asked.ends_with(end))
}

fn from_path(path: &Path) -> Result<Item> {
    let known = fs::canonicalize(path).and_then(|full| {
        if full.is_file() && full.file_name().is_some_and(|name| name == "runbook.yaml") {
            // Given with its file: the folder's name is the id.
            return candidate(full.parent().unwrap_or(&full));
        }
        candidate(&full)
    });
    let found = known.map_err(Error::at("read", path))?;
    let (file, id, _, has_drill) =
        found.ok_or_else(|| Error::NoRunbook { asked: path.display().to_string(), near: Vec::new() })?;
    let facts = Facts::of(&id, &read(&file).map_err(Error::at("read", &file))?);
    Ok(Item { id, origin: Origin::File(file), has_drill, facts })
}
