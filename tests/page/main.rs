//! The page as a browser shows it: a real one, asked what it computed.

#[cfg(test)]
mod browser;
#[cfg(test)]
mod sessions;
#[path = "../support/mod.rs"]
mod support;

#[cfg(test)]
use std::path::{Path, PathBuf};

#[cfg(test)]
use browser::{Browser, Look};
#[cfg(test)]
use serde_json::Value;
#[cfg(test)]
use support::Home;

#[cfg(test)]
const LOOKS: [Look; 5] = [
    Look { name: "light-1280", width: 1280, dark: false, print: false },
    Look { name: "dark-1280", width: 1280, dark: true, print: false },
    Look { name: "light-390", width: 390, dark: false, print: false },
    Look { name: "dark-390", width: 390, dark: true, print: false },
    // A sheet of A4 without its margins, of somebody whose screen is dark.
    Look { name: "print", width: 688, dark: true, print: true },
];

/// Exports a session's page, and its Markdown.
#[cfg(test)]
fn export(home: &Home, session: &sessions::Writer, name: &str) -> (PathBuf, String) {
    let file = home.work().join(format!("{name}.html"));
    let export = |more: &[&str]| {
        let exported = home
            .command(env!("CARGO_BIN_EXE_stanch"))
            .args(["export", session.dir.id()])
            .args(more)
            .output()
            .expect("the binary");
        let said = String::from_utf8_lossy(&exported.stderr).into_owned();
        assert!(exported.status.success(), "{name}: {said}");
        String::from_utf8(exported.stdout).expect("UTF-8")
    };
    export(&["--format", "html", "-o", file.to_str().expect("a path")]);
    (file, export(&[]))
}

/// Looks at a page in these ways, and holds what is true of every page.
#[cfg(test)]
fn look_at(browser: &mut Browser, file: &Path, markdown: &str, looks: &[Look]) {
    let headings: Vec<&str> = headings(markdown);
    for &look in looks {
        browser.open(file, look);
        let told = browser.ask(include_str!("measure.js"));
        let name = format!("{} {}", file.display(), look.name);
        shoot(browser, file, look);
        assert_eq!(told["found"], Value::Array(Vec::new()), "{name}: {:#}", told["found"]);
        assert_eq!(browser.complaints(), Vec::<String>::new(), "{name}");
        assert_eq!(browser.requests(), [format!("file://{}", file.display())], "{name}");
        assert_eq!(told["headings"], serde_json::json!(headings), "{name}");
        let dark = look.dark && !look.print;
        assert_eq!(told["paper"].as_f64().expect("a number") < 0.1, dark, "{name}: {}", told["paper"]);
        assert!(told["todo"].as_u64() > Some(0), "{name}");
        let (details, open) = (told["details"].as_u64().expect("a count"), told["open"].as_u64().expect("a count"));
        let pinned = markdown.lines().filter(|line| line.starts_with("Pinned as evidence")).count() as u64;
        assert_eq!(open, if look.print { details } else { pinned }, "{name}: of {details}");
        assert_ne!(told["title"], "owned");
    }
}

/// The headings of the sections: what stands in a fence is none.
#[cfg(test)]
fn headings(markdown: &str) -> Vec<&str> {
    let mut fence = 0;
    let lines = markdown.lines().filter(move |line| {
        let marks = line.bytes().take_while(|byte| *byte == b'`').count();
        if fence == 0 && marks >= 3 && !line[marks..].contains('`') {
            fence = marks;
        } else if fence > 0 && marks >= fence && line.len() == marks {
            fence = 0;
        }
        fence == 0
    });
    lines.filter_map(|line| line.strip_prefix("## ")).collect()
}

/// Keeps a picture where somebody wants to see it: `STANCH_PICTURES=FOLDER`.
#[cfg(test)]
fn shoot(browser: &mut Browser, file: &Path, look: Look) {
    if let Some(folder) = std::env::var_os("STANCH_PICTURES") {
        let stem = file.file_stem().expect("a name").to_string_lossy();
        let path = PathBuf::from(folder).join(format!("{stem}-{}.png", look.name));
        std::fs::write(path, browser.picture()).expect("written");
    }
}

#[test]
fn an_ordinary_page_is_sound_in_every_light_and_on_paper() {
    let home = Home::new();
    let (file, markdown) = export(&home, &sessions::ordinary(&home), "ordinary");
    let mut browser = Browser::start();
    look_at(&mut browser, &file, &markdown, &LOOKS);
    let pdf = browser.pdf();
    assert!(pdf.starts_with(b"%PDF-") && pdf.len() > 20_000, "{} bytes", pdf.len());
    // What an operator wrote as Markdown is set as Markdown.
    browser.open(&file, LOOKS[0]);
    let set = browser.ask("[...document.querySelectorAll('li code, li a[rel]')].map((one) => one.textContent)");
    assert!(set.as_array().is_some_and(|set| set.iter().any(|one| one == "the archive")), "{set}");
    // A link into an output that is folded away opens it.
    let opened = browser.ask(
        "(() => { document.querySelector('details').open = false; location.hash = '#run-0003'; \
         return document.getElementById('run-0003').getBoundingClientRect().top < innerHeight; })()",
    );
    assert_eq!(opened, true);
}

#[test]
fn days_and_moments_have_room_for_every_label() {
    let home = Home::new();
    let mut browser = Browser::start();
    for (session, name) in [(sessions::days(&home), "days"), (sessions::short(&home), "short")] {
        let (file, markdown) = export(&home, &session, name);
        look_at(&mut browser, &file, &markdown, &LOOKS);
    }
}

#[test]
fn content_that_means_harm_does_none() {
    let home = Home::new();
    let (file, markdown) = export(&home, &sessions::hostile(&home), "hostile");
    let mut browser = Browser::start();
    look_at(&mut browser, &file, &markdown, &LOOKS);
}

#[test]
fn content_that_means_harm_does_none_in_any_field() {
    let home = Home::new();
    let mut browser = Browser::start();
    for time in 0..8 {
        let (file, markdown) = export(&home, &sessions::every_field(&home, time), &format!("every-{time}"));
        look_at(&mut browser, &file, &markdown, &LOOKS[time % 4..][..1]);
    }
}
