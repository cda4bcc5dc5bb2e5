//! What a command does to the world, as far as its words tell.

use super::program;
use super::words::Words;
use crate::runbook::shell;

static DESTROYS: Words = Words::new(
    r"(?x)
    \brm\s+(-\w+\s+)*-\w*[rR]\w*|\bmkfs\S*\s|\bdd\s[^|]*of=|\bwipefs\b|\bshred\s|\bblkdiscard\b|
    \b(kubectl|oc|k)\s([^|]*\s)?delete\s([^|]*\s)?(pvc|pv|ns|namespaces?|persistentvolume(claim)?s?|crds?|all|statefulsets?|sts)\b|
    \b(docker|podman)\s([^|]*\s)?(prune\b[^|]*--volumes|volume\s+(rm|prune))|\bcompose\s[^|]*down\s[^|]*(-v\b|--volumes)|
    \b(terraform|tofu|pulumi)\s([^|]*\s)?destroy|\b(zfs|zpool)\s+destroy|\blv(remove|reduce)\b|\bvgremove\b|\b(dropdb|dropuser)\b|
    \bredis-cli\s([^|]*\s)?(?i:flushall|flushdb)|\bpg_resetwal\b|\baws\s+s3\s+(rm|rb)\s[^|]*(--recursive|--force)|\bgsutil\s[^|]*rm\s+-r|\bkafka-topics\S*\s[^|]*--delete|\bhelm\s+(uninstall|delete)|
    (?i:\bpg_(cancel|terminate)_backend\b|\bdrop\s+(table|database|schema)\b|\btruncate\s+(table\s+)?[a-z_]\w*\s*;?\s*(cascade)?|\bdelete\s+from\s+\S+\s*(;|$|['\x22]))",
);

/// Whether something looks as if it altered what it is run on.
pub(super) fn alters(command: &str) -> bool {
    shell::alters(command).is_some() || DESTROYS.found(command)
}

/// Whether it takes away what does not come back.
pub(super) fn destroys(command: &str) -> bool {
    DESTROYS.found(command)
}

/// Programs of which it is known what they alter, so that what alters nothing looks.
const LOOKS: &[&str] = &[
    "cat",
    "grep",
    "egrep",
    "zgrep",
    "rg",
    "ls",
    "ps",
    "df",
    "du",
    "free",
    "uptime",
    "who",
    "w",
    "id",
    "date",
    "head",
    "tail",
    "less",
    "wc",
    "find",
    "stat",
    "file",
    "dig",
    "nslookup",
    "host",
    "ping",
    "traceroute",
    "mtr",
    "ss",
    "netstat",
    "lsof",
    "ip",
    "journalctl",
    "dmesg",
    "systemctl",
    "kubectl",
    "oc",
    "docker",
    "docker-compose",
    "podman",
    "crictl",
    "helm",
    "etcdctl",
    "vmstat",
    "iostat",
    "mpstat",
    "sar",
    "lsblk",
    "uname",
    "hostname",
    "echo",
    "printf",
    "export",
    "cd",
    "sleep",
    "jq",
    "awk",
    "pg_isready",
    "pg_lsclusters",
    "nvidia-smi",
    "zpool",
    "zfs",
    "ceph",
    "pstree",
    "top",
    "watch",
    "smartctl",
    "findmnt",
    "test",
];
/// Programs that mostly look, where nothing tells that they alter something.
const MAY_LOOK: &[&str] = &[
    "curl",
    "wget",
    "git",
    "psql",
    "mysql",
    "redis-cli",
    "openssl",
    "nc",
    "telnet",
    "ethtool",
    "aws",
    "gcloud",
    "az",
    "tcpdump",
    "promtool",
    "amtool",
    "service",
    "mount",
];

/// Whether all of these commands look as if they only looked.
pub(super) fn looks<'c>(mut commands: impl Iterator<Item = &'c String>) -> bool {
    commands.all(|command| looks_at(command, true))
}

/// Whether it is certain of all of these commands that they only look.
pub(super) fn only_looks<'c>(mut commands: impl Iterator<Item = &'c String>) -> bool {
    commands.all(|command| looks_at(command, false))
}

fn looks_at(command: &str, mostly: bool) -> bool {
    let name = program::name(command);
    // Inside of another program, nobody knows what a word means.
    let inside = command.contains(" exec ")
        || command.contains(" run ")
        || command.contains('|')
        || command.contains('>')
        || command.contains(';')
        || command.contains('&');
    let known = (LOOKS.contains(&name) && (mostly || !inside)) || (mostly && MAY_LOOK.contains(&name));
    command.starts_with("# ") || (!alters(command) && (known || super::piece::is_assignment(command)))
}

static BASH: Words = Words::new(
    r"\[\[\s|[<>]\(\S|\bfunction\s+\w|\w=\(|&>|\{\d+\.\.\d+\}|\becho\s+-[ne]+\b|(^|[;&|]\s*|\n\s*)source\s|\bdeclare\s|<<<|\$'|\b(pushd|popd|mapfile|readarray|shopt)\b|\$\{\w+(//?|\^|,|:\d|@)|\$\{!|\bread\s+(-\w+\s+)*-[psn]|PIPESTATUS|pipefail|\btime\s+\w|\$\(\(\s*\w+\s*\*\*|\$\{\w+\[|==\s.*\]",
);

/// Whether a command needs bash and not just any shell.
pub(super) fn needs_bash(command: &str) -> bool {
    BASH.found(command)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_alters_something_is_known() {
        for command in [
            "sudo systemctl restart a",
            "kubectl -n a delete pod b",
            "docker compose up -d",
            "etcdctl defrag",
            "rm -rf /x",
            "a && rm b",
            "apt-get install -y x",
            "curl -X POST http://x",
            "psql -c 'UPDATE a SET b=1'",
            "psql -c 'select pg_cancel_backend(1)'",
        ] {
            assert!(alters(command), "{command}");
        }
        for command in [
            "systemctl status a",
            "kubectl get pods",
            "docker compose logs --tail=5",
            "etcdctl endpoint status",
            "ls /srv/rm",
            "curl -f http://x",
            "git log",
        ] {
            assert!(!alters(command), "{command}");
        }
    }

    #[test]
    fn what_does_not_come_back_is_known() {
        for command in
            ["rm -rf x", "docker system prune -f --volumes", "kubectl delete pvc a", "DROP TABLE x;", "zfs destroy a"]
        {
            assert!(destroys(command), "{command}");
        }
        for command in ["rm x", "docker system prune", "kubectl delete pod a", "truncate -s 0 x.log"] {
            assert!(!destroys(command), "{command}");
        }
    }
}
