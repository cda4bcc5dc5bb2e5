//! What the figures depend on.

use std::fs;
use std::path::Path;
use std::process::Command;

/// The machine, the kernel, the disk, the day, and what is measured.
pub(crate) fn facts(folder: &Path) -> Vec<(&'static str, String)> {
    let cores = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
    let load = read("/proc/loadavg");
    let busy: f64 = load.split(' ').next().and_then(|one| one.parse().ok()).unwrap_or_default();
    let calm =
        if busy > 0.5 { ": not quiet, so take rates and times with care and the ratios for what they are" } else { "" };
    vec![
        ("Date", chrono::Utc::now().format("%F %R UTC").to_string()),
        ("Stanch", said("git", &["describe", "--always", "--dirty", "--abbrev=12"])),
        ("Machine", format!("{cores} cores of {}, {} of memory", processor(), memory())),
        ("Kernel", format!("Linux {}", read("/proc/sys/kernel/osrelease").trim())),
        ("Files", format!("on {}", file_system(folder))),
        ("Load when it began", format!("{busy}{calm}")),
    ]
}

fn read(path: &str) -> String {
    fs::read_to_string(path).unwrap_or_default()
}

/// What a program prints; "unknown" where it cannot be asked.
pub(crate) fn said(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).current_dir(env!("CARGO_MANIFEST_DIR")).output();
    let text =
        output.map(|output| String::from_utf8_lossy(&output.stdout).lines().next().unwrap_or_default().to_owned());
    text.ok().filter(|text| !text.is_empty()).unwrap_or_else(|| "unknown".to_owned())
}

fn processor() -> String {
    let cpuinfo = read("/proc/cpuinfo");
    let name = cpuinfo.lines().find(|line| line.starts_with("model name")).and_then(|line| line.split_once(": "));
    name.map_or_else(|| std::env::consts::ARCH.to_owned(), |(_, name)| name.to_owned())
}

fn memory() -> String {
    let meminfo = read("/proc/meminfo");
    let total = meminfo.lines().next().and_then(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok());
    total.map_or_else(|| "unknown".to_owned(), |kib| format!("{} GiB", kib.div_ceil(1024 * 1024)))
}

/// The file system below the folder, as `stat` names it.
fn file_system(folder: &Path) -> String {
    said("stat", &["--file-system", "--format=%T", &folder.to_string_lossy()])
}
