//! Runbooks.

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::Path;
use std::time::{Duration, SystemTime};

/// A sound runbook with so many steps: they have texts, expectations, signs, and say where to go.
pub(crate) fn runbook(steps: usize) -> String {
    let mut text = "stanch: 1\ntitle: Large\nservices: [web, db]\nalerts: [Http5xx]\nvars:\n  DB: { default: main }\n\
                    diagnose:\n  steps:\n"
        .to_owned();
    for step in 0..steps {
        // Writing to a string cannot fail.
        let _ = write!(
            text,
            "    - id: step-{step}\n      title: What does part {step} say?\n      text: Look for the *first* exception in $DB.\n\
             \x20     run: journalctl -u part-{step} | grep \"$DB\"\n      expect: {{ match: '^ok {step}' }}\n\
             \x20     signs:\n        - {{ match: 'error {step}', finding: Part {step} is broken, go: [fix] }}\n"
        );
    }
    text + "fix:\n  steps:\n    - id: mend\n      title: Mend it\n      run: mend\n      undo: { run: unmend }\n      verify: [holds]\n\
            verify:\n  steps:\n    - id: holds\n      title: Does it hold?\n      run: holds\n      expect: { match: ok }\n"
}

/// Writes so many runbooks of about 3 KB into the folder. They are an hour old: what is as young as a moment is not cached.
pub(crate) fn sound_runbooks(folder: &Path, count: usize) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let old = SystemTime::now() - Duration::from_hours(1);
    for number in 0..count {
        let path = folder.join(format!("runbook-{number:04}.yaml"));
        fs::write(&path, runbook(10).replacen("Large", &format!("Runbook {number}"), 1))?;
        fs::File::options().write(true).open(&path)?.set_modified(old)?;
    }
    Ok(())
}
