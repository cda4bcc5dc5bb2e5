//! Does it alter something?

mod data;
mod elsewhere;
mod files;
mod machine;

use std::collections::HashSet;
use std::sync::LazyLock;

use super::arguments::{Arguments, among};
use super::tools::{Tool, Words, tool_named};
use super::wrapped::{Started, each};

/// What a shell command does that alters something, in a word or two as an author would know it (`systemctl restart`,
/// `UPDATE`, `> /etc/hosts`); none where it only looks, as far as can be told. Files in `/tmp` count as nothing.
#[must_use]
pub fn alters(script: &str) -> Option<String> {
    let mut scratch = Vec::new();
    // What was made by `mktemp` is as good as in `/tmp`.
    if script.contains("mktemp") {
        each(script, &mut |started| {
            let made = started.command.assigned.iter().filter(|(_, value)| value.contains("mktemp"));
            scratch.extend(made.map(|(name, _)| name.clone()));
        });
    }
    let mut found = None;
    each(script, &mut |started| {
        if found.is_none() {
            found = program(started, &scratch).or_else(|| files::redirects(started, &scratch));
        }
    });
    found
}

/// Programs that do nothing else than altering what they are given.
const ALWAYS: &str = "shred wipefs mkswap swapon swapoff reboot halt poweroff telinit killall pkill killall5 useradd usermod \
    userdel groupadd groupmod groupdel adduser deluser addgroup delgroup chpasswd gpasswd visudo vipw vigr modprobe rmmod \
    insmod createdb dropdb createuser dropuser vacuumdb reindexdb clusterdb pg_resetwal pg_rewind pg_createcluster \
    pg_dropcluster pg_upgradecluster mysqlimport mysql_upgrade mariadb-upgrade lvcreate lvremove lvextend lvresize lvreduce \
    lvconvert vgcreate vgextend vgremove vgreduce pvcreate pvremove pvmove pvresize resize2fs xfs_growfs xfs_repair growpart \
    cryptsetup a2ensite a2dissite a2enmod a2dismod update-grub update-initramfs grub-install ldconfig dpkg-reconfigure \
    chef-client postsuper logrotate fstrim setfacl chattr kexec ifup ifdown dhclient brctl newaliases postmap \
    update-ca-certificates ssh-copy-id umount";

fn always(name: &str) -> bool {
    static NAMES: LazyLock<HashSet<&str>> = LazyLock::new(|| ALWAYS.split_ascii_whitespace().collect());
    NAMES.contains(name)
}

fn program(started: &Started, scratch: &[String]) -> Option<String> {
    let mut arguments = Arguments::of(started.words);
    let name = arguments.program();
    if name.is_empty() || arguments.has(&["--help", "--version"]) {
        return None;
    }
    if always(name) || name.starts_with("mkfs") {
        return Some(name.to_owned());
    }
    if files::is_of_files(name) {
        return files::touches(started, arguments, scratch).then(|| name.to_owned());
    }
    // `docker compose` takes other options than `docker`.
    let (mut table, mut told) = (name, name);
    if name == "docker" && arguments.plain("-H -c --host --context").next() == Some("compose") {
        arguments = arguments.from("compose");
        (table, told) = ("docker-compose", "docker compose");
    }
    if let Some(tool) = tool_named(table) {
        return by_words(tool, told, arguments);
    }
    machine::alters(name, arguments)
        .or_else(|| data::alters(name, arguments, started))
        .or_else(|| elsewhere::alters(name, arguments))
}

fn by_words(tool: &Tool, name: &str, arguments: Arguments) -> Option<String> {
    if arguments.has_of(tool.harmless) {
        return None;
    }
    let mut plain = arguments.plain(tool.valued);
    let first = plain.next()?;
    let second = plain.next().unwrap_or_default();
    let is = |words: &str| match words.split_once('+') {
        Some((one, two)) => one.eq_ignore_ascii_case(first) && two.eq_ignore_ascii_case(second),
        None => words.eq_ignore_ascii_case(first),
    };
    match tool.words {
        Words::These(words) => {
            let found = words.split_ascii_whitespace().find(|words| is(words))?;
            let second = if found.contains('+') { format!(" {second}") } else { String::new() };
            Some(format!("{name} {first}{second}"))
        }
        Words::AllBut(words) => (!among(words, first)).then(|| format!("{name} {first}")),
        Words::Second(words) => std::iter::once(second)
            .chain(plain)
            .find(|word| among(words, word))
            .map(|word| format!("{name} {first} {word}")),
    }
}

#[cfg(test)]
mod tests;
