//! What a command does to the world, as far as its words tell.

use super::program;
use super::words::Words;

static ALTERS: Words = Words::new(
    r"(?x)
    (^|[;&|(]\s*|sudo\s+|xargs\s+(-\S+\s+)*)(
      rm|rmdir|mv|cp|kill|killall|pkill|reboot|shutdown|halt|poweroff|mkfs\S*|dd|shred|truncate|chown|chmod|useradd|usermod|userdel|ln|mount|umount|swapoff|swapon|resize2fs|xfs_growfs|
      lvextend|vgextend|pvresize|pvcreate|mdadm|fsck\S*|tune2fs|wipefs|parted|fdisk|certbot\s+renew|certbot|pg_restore|pg_resetwal|pg_rewind|pg_ctl\s+\w+|ansible-playbook|rsync|sysctl\s+-w|patch|visudo|passwd|touch|tee|sed\s+(-\S+\s+)*-i\S*|
      (systemctl|service)\s(.*\s)?(start|stop|restart|reload|try-restart|enable|disable|mask|unmask|daemon-reload|kill|reset-failed|force-reload)\b|
      (kubectl|oc|k)\s([^|]*\s)?(apply|delete|create|edit|patch|scale|rollout\s+(restart|undo|pause|resume)|drain|cordon|uncordon|annotate|label|set|replace|expose|taint|run|autoscale|adm|evict|new-app|import)\b|
      (docker|podman|docker-compose|nerdctl)\s([^|]*\s)?(rm|rmi|stop|start|restart|kill|run|prune|up|down|pull|push|build|update|rename|load|import|create|pause|unpause)\b|
      (apt|apt-get|yum|dnf|apk|zypper|pip3?|npm|gem|snap|brew)\s([^|]*\s)?(install|remove|purge|upgrade|dist-upgrade|update|autoremove|downgrade|uninstall|add|del|reinstall|clean)\b|dpkg\s+(-i|--configure|-r|-P)|
      helm\s([^|]*\s)?(install|upgrade|rollback|uninstall|delete)\b|(terraform|tofu|pulumi)\s([^|]*\s)?(apply|destroy|import|taint|up|state\s+(rm|mv))\b|flux\s+(reconcile|suspend|resume)|argocd\s.*(sync|rollback|delete|set)\b|
      git\s([^|]*\s)?(push|reset|checkout|revert|merge|commit|clean|pull|rebase|switch|restore|stash)\b|(zfs|zpool)\s+(destroy|create|rollback|set|snapshot|scrub|clear|offline|online|replace|import|export|add|attach|detach)\b|
      etcdctl\s([^|]*\s)?(defrag|del|put|compact|member\s+(add|remove|update)|snapshot\s+restore|alarm\s+disarm|move-leader)\b|redis-cli\s([^|]*\s)?(?i:flushall|flushdb|del|set|config\s+set|shutdown|failover|debug)\b|
      rabbitmqctl\s+(stop|start|reset|delete|purge|forget|set|add|clear|force)\S*|nodetool\s+(repair|drain|decommission|removenode|cleanup|compact|flush|assassinate)|patronictl\s.*(failover|switchover|restart|reinit|edit-config|pause|resume)|
      (gcloud|aws|az|openstack)\s([^|]*\s)?(delete\S*|create\S*|update\S*|start\S*|stop\S*|reboot\S*|restart\S*|terminate\S*|put-\S*|modify-\S*|set-\S*|resize|reset|attach\S*|detach\S*|cp|mv|rm|sync|failover\S*|add-\S*|remove-\S*|scale)\b|
      (rails|rake|bin/rails|bundle\s+exec\s+(rails|rake))\s+db:(migrate|rollback|reset|drop|setup|seed)\S*|(supervisorctl|initctl|rc-service|brew\s+services)\s+(\S+\s+)?(restart|stop|start|reload)\b|gitlab-ctl\s+(restart|stop|start|reconfigure|hup|kill)|
      (iptables|ip6tables|nft|ufw|firewall-cmd)\s.*(-A|-D|-I|-F|add|delete|allow|deny|flush|reload)\b|ip\s+(addr|link|route)\s+(add|del|set|flush)|crontab\s+(-r|[^-\s])|nginx\s+-s|haproxy\s.*-sf|virsh\s+(start|shutdown|destroy|reboot|undefine)|vault\s+(write|delete|operator)|consul\s+(leave|kv\s+(put|delete)|force-leave)|
      curl\s([^|]*\s)?(-X\s*|--request[=\ ])['\x22]?(POST|PUT|DELETE|PATCH)|curl\s([^|]*\s)?(-d|--data\S*|-T|--upload-file|-F)\b
    )(\s|$|;|\)|'|\x22)
    |(?i:\b(update\s+\S+\s+set|delete\s+from|insert\s+into|drop\s+(table|database|index|schema|user|role)|alter\s+(table|system|role|user|database)|truncate\s+(table\s+)?\w|create\s+(table|index|user|role|database|extension)|vacuum|reindex|pg_cancel_backend|pg_terminate_backend|kill\s+\d|grant\s+\w+\s+on|set\s+global)\b)",
);

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
    ALTERS.found(command) || DESTROYS.found(command)
}

/// Whether it takes away what does not come back.
pub(super) fn destroys(command: &str) -> bool {
    DESTROYS.found(command)
}

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
    "top",
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
    "curl",
    "wget",
    "journalctl",
    "dmesg",
    "systemctl",
    "service",
    "kubectl",
    "oc",
    "k",
    "docker",
    "docker-compose",
    "podman",
    "crictl",
    "helm",
    "git",
    "etcdctl",
    "vmstat",
    "iostat",
    "mpstat",
    "sar",
    "lsblk",
    "mount",
    "uname",
    "hostname",
    "echo",
    "printf",
    "export",
    "cd",
    "sleep",
    "jq",
    "awk",
    "psql",
    "mysql",
    "redis-cli",
    "pg_isready",
    "pg_lsclusters",
    "openssl",
    "nc",
    "telnet",
    "ethtool",
    "nvidia-smi",
    "aws",
    "gcloud",
    "az",
    "zpool",
    "zfs",
    "smartctl",
    "tcpdump",
    "watch",
    "ceph",
    "promtool",
    "amtool",
];

/// Whether all of these commands look as if they only looked.
pub(super) fn looks<'c>(mut commands: impl Iterator<Item = &'c String>) -> bool {
    commands.all(|command| {
        command.starts_with("# ")
            || (!alters(command) && (LOOKS.contains(&program::name(command)) || super::piece::is_assignment(command)))
    })
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
            "select pg_cancel_backend(1);",
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
