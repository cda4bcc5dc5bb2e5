//! Programs that alter the machine, by their options.

use super::files::is_scratch;
use crate::runbook::shell::arguments::Arguments;

pub(super) fn alters(name: &str, arguments: Arguments) -> Option<String> {
    let yes = disks(name, arguments) || network(name, arguments) || packages(name, arguments) || other(name, arguments);
    // Only where the option is what alters.
    let telling = !matches!(name, "dd" | "mount" | "rsync" | "scp" | "sftp" | "tar" | "find" | "fsck" | "e2fsck");
    let option = arguments.all().find(|word| word.starts_with('-')).filter(|_| telling);
    yes.then(|| option.map_or_else(|| name.to_owned(), |option| format!("{name} {option}")))
}

fn disks(name: &str, arguments: Arguments) -> bool {
    match name {
        "dd" => arguments.all().any(|word| word.strip_prefix("of=").is_some_and(|file| !is_scratch(file, &[]))),
        "mount" => !arguments.none() && !arguments.has(&["-l"]),
        "fdisk" | "sfdisk" | "gdisk" | "sgdisk" => !arguments.has(&["-l", "-d", "-p", "--list", "--dump"]),
        "parted" => !arguments.has(&["-l"]) && !arguments.names(&["print"]),
        "fsck" | "e2fsck" => !arguments.has(&["-n", "-N"]),
        "mdadm" => {
            arguments.has_of("--add --remove --fail --create --stop --assemble --grow --zero-superblock --manage")
        }
        _ => false,
    }
}

fn network(name: &str, arguments: Arguments) -> bool {
    let begins = |heads: &[&str]| arguments.all().any(|word| heads.iter().any(|head| word.starts_with(head)));
    match name {
        "iptables" | "ip6tables" => {
            arguments.has_of("-A -D -I -R -F -X -P -N -Z --flush --append --delete --insert --replace --policy")
        }
        "firewall-cmd" => {
            begins(&["--add", "--remove", "--reload", "--set", "--panic", "--complete-reload", "--new", "--delete"])
        }
        "ethtool" => arguments.has(&["-s", "-K", "-G", "-L", "-C"]),
        "ifconfig" | "route" => arguments.names(&["up", "down", "add", "del", "netmask"]),
        "nginx" | "haproxy" | "httpd" => arguments.has(&["-s", "-sf", "-st"]) || arguments.names(&["graceful", "stop"]),
        "caddy" => arguments.names(&["reload", "stop", "start"]),
        "acme.sh" => arguments.has_of("--issue --renew --renew-all --install-cert --revoke"),
        "postqueue" => arguments.has(&["-f", "-s", "-i"]),
        "exim" | "exim4" => begins(&["-M", "-qff"]),
        _ => false,
    }
}

fn packages(name: &str, arguments: Arguments) -> bool {
    match name {
        "dpkg" => arguments.has_of("-i -r -P --install --remove --purge --configure --unpack"),
        "rpm" => {
            arguments.has_of("-i -U -e -F --install --upgrade --erase --freshen --rebuilddb")
                && !arguments.has_of("-q -V --query --verify")
        }
        "tar" => {
            let bundle = arguments.all().next().unwrap_or_default();
            let bare = !bundle.starts_with('-') && bundle.contains('x') && bundle.len() < 6;
            (bare || arguments.has(&["-x", "--extract", "--get"])) && !arguments.has(&["-O", "--to-stdout"])
        }
        "unzip" => !arguments.has(&["-l", "-p", "-t", "-v", "-Z"]),
        "gzip" | "gunzip" | "bzip2" | "bunzip2" | "xz" | "unxz" | "zstd" => {
            arguments.plain("").next().is_some() && !arguments.has_of("-c -l -t --stdout --list --test")
        }
        _ => false,
    }
}

fn other(name: &str, arguments: Arguments) -> bool {
    let first = arguments.plain("").next().unwrap_or_default();
    match name {
        "sed" | "perl" | "ruby" => arguments.all().take_while(|word| *word != "--").any(|word| {
            word == "--in-place"
                || word.starts_with("--in-place=")
                || word.starts_with("-i")
                || matches!(word, "-pi" | "-ni" | "-Ei" | "-ri" | "-nri" | "-pie")
        }),
        "kill" => !arguments.has(&["-l", "-L"]) && !arguments.names(&["-0"]),
        "shutdown" => !arguments.has(&["--show"]),
        "init" => matches!(first, "0" | "1" | "6"),
        "passwd" => !arguments.has(&["-S"]),
        "crontab" => !arguments.has(&["-l"]),
        "rsync" => !arguments.has(&["-n", "--dry-run", "--list-only"]) && !goes_to_scratch(arguments),
        "scp" | "sftp" => !first.is_empty() && !goes_to_scratch(arguments),
        "patch" => !arguments.has(&["--dry-run"]),
        "sysctl" => arguments.has_of("-w -p --write --load --system") || arguments.all().any(|word| word.contains('=')),
        "journalctl" => arguments.all().any(|word| {
            ["--vacuum", "--rotate", "--flush", "--sync", "--relinquish"].iter().any(|head| word.starts_with(head))
        }),
        "dmesg" => arguments.has(&["-c", "-C", "--clear", "--read-clear"]),
        "find" => arguments.has(&["-delete"]),
        _ => false,
    }
}

fn goes_to_scratch(arguments: Arguments) -> bool {
    arguments.all().last().is_some_and(|to| is_scratch(to, &[]))
}
