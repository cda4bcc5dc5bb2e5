//! Programs with subcommands: which of those alter something.

use std::collections::HashMap;
use std::sync::LazyLock;

/// A program, by which of its first words it alters something.
pub(super) struct Tool {
    /// Its names.
    pub(super) names: &'static str,
    /// Options that take the next word.
    pub(super) valued: &'static str,
    /// Its first word, or its first two, and what they do.
    pub(super) words: Words,
    /// With one of these it only tells what it would do.
    pub(super) harmless: &'static str,
}

/// Which first words alter something.
pub(super) enum Words {
    /// These.
    These(&'static str),
    /// All but these.
    AllBut(&'static str),
    /// The second word counts: `service NAME restart`, `lxc network create`.
    Second(&'static str),
}

use Words::{AllBut, Second, These};

const DRY: &str = "--dry-run --simulate -s --just-print --no-act";

const fn tool(names: &'static str, valued: &'static str, words: Words) -> Tool {
    Tool { names, valued, words, harmless: "--help --version --dry-run" }
}

const STARTS: &str =
    "start stop restart reload force-reload try-restart reload-or-restart condrestart graceful graceful-stop";

/// A tool by one of its names.
pub(super) fn tool_named(name: &str) -> Option<&'static Tool> {
    static BY_NAME: LazyLock<HashMap<&str, &Tool>> = LazyLock::new(|| {
        let named = |tool: &'static Tool| tool.names.split_ascii_whitespace().map(move |name| (name, tool));
        TOOLS.iter().flat_map(named).collect()
    });
    BY_NAME.get(name).copied()
}

/// The table.
const TOOLS: &[Tool] = &[
    // Services.
    tool(
        "systemctl",
        "-H -M -t -p -n -o --host --type --property --lines",
        These(
            "start stop restart reload try-restart reload-or-restart isolate kill clean freeze thaw set-property \
         reset-failed enable disable reenable preset mask unmask link revert add-wants edit set-default \
         daemon-reload daemon-reexec halt poweroff reboot rescue emergency suspend",
        ),
    ),
    tool("service rc-service invoke-rc.d", "", Second(STARTS)),
    tool("supervisorctl", "-c -s -u -p", These("start stop restart reload update signal shutdown reread clear")),
    tool("apachectl apache2ctl initctl monit pm2 sv runsvctl circusctl unicorn", "-k", These(STARTS)),
    tool(
        "gitlab-ctl",
        "",
        These("start stop restart reload hup kill term reconfigure upgrade cleanse promote restart-except"),
    ),
    tool("pg_ctl", "-D -l -o -m -t -p", These("start stop restart reload promote kill init initdb logrotate")),
    tool("pg_ctlcluster", "", Second(STARTS)),
    tool("patronictl", "-c -d", AllBut("list topology show-config history version dsn query")),
    tool("repmgr", "-f -h -U -d", Second("promote follow clone register unregister rejoin switchover")),
    tool(
        "rabbitmqctl",
        "-n -p --node --vhost",
        AllBut(
            "status cluster_status list_queues list_exchanges list_bindings list_connections list_channels \
         list_consumers list_users list_vhosts list_permissions list_user_permissions list_policies \
         list_parameters environment report ping help version node_health_check await_startup \
         list_global_parameters list_feature_flags eval",
        ),
    ),
    // Packages.
    Tool {
        names: "apt apt-get aptitude",
        valued: "-o -t -c",
        words: These(
            "install reinstall remove purge upgrade full-upgrade dist-upgrade autoremove autopurge clean autoclean \
         update build-dep edit-sources",
        ),
        harmless: DRY,
    },
    tool("apt-mark", "", These("hold unhold auto manual")),
    tool(
        "yum dnf zypper microdnf tdnf",
        "-c -R --repo --enablerepo --disablerepo",
        These(
            "install in reinstall remove rm erase update up upgrade downgrade autoremove swap distro-sync dup patch \
         clean makecache refresh addlock removelock addrepo removerepo",
        ),
    ),
    tool(
        "apk brew snap flatpak pip pip3 gem npm yarn pnpm cargo composer",
        "",
        These("add del install uninstall remove refresh update upgrade fix ci link publish revert require"),
    ),
    // Containers and clusters.
    tool(
        "docker podman nerdctl",
        "-H -c --host --context --log-level",
        These(
            "run start stop restart kill rm rmi pull push build create update pause unpause rename tag commit import \
         load system+prune system+reset image+prune image+rm image+pull container+rm container+prune \
         container+stop container+start container+restart container+kill volume+rm volume+prune volume+create \
         network+rm network+create network+prune network+connect network+disconnect builder+prune service+update \
         service+scale service+rm service+create service+rollback stack+deploy stack+rm node+update swarm+init \
         swarm+leave swarm+join compose+up compose+down compose+start compose+stop compose+restart compose+kill \
         compose+rm compose+pull compose+build compose+run compose+create compose+pause compose+unpause",
        ),
    ),
    tool(
        "docker-compose",
        "-f -p --file --project-name",
        These("up down start stop restart kill rm pull build run create pause unpause scale"),
    ),
    Tool {
        names: "kubectl oc k3s",
        valued: KUBE,
        words: These(
            "apply create delete edit patch replace scale autoscale set label annotate drain cordon uncordon taint cp \
         run expose rollout+restart rollout+undo rollout+pause rollout+resume certificate+approve \
         certificate+deny adm+drain adm+cordon adm+uncordon adm+taint adm+policy adm+prune adm+upgrade new-app \
         new-project start-build rollback import-image tag",
        ),
        harmless: "--dry-run --help --list",
    },
    Tool {
        names: "helm",
        valued: "-n --namespace --kube-context",
        words: These("install upgrade uninstall delete rollback repo+add repo+update repo+remove push"),
        harmless: "--dry-run",
    },
    tool(
        "kubeadm eksctl kops k3d minikube kind",
        "",
        AllBut("version config get status ip logs profile validate completion"),
    ),
    tool(
        "etcdctl",
        "--endpoints --cert --key --cacert --user -w --write-out",
        These(
            "put del compact compaction defrag member+add member+remove member+update member+promote alarm+disarm \
         snapshot+restore set rm mk update auth+enable auth+disable move-leader user+add user+delete role+add",
        ),
    ),
    tool("virtctl", "-n --namespace", These("start stop restart migrate pause unpause addvolume removevolume")),
    tool(
        "nomad",
        "",
        These(
            "run stop job+run job+stop job+revert job+promote job+restart job+scale alloc+stop alloc+restart \
         node+drain node+eligibility deployment+promote deployment+fail system+gc var+put var+purge",
        ),
    ),
    tool(
        "consul",
        "",
        These(
            "kv+put kv+delete kv+import force-leave leave join reload maint services+register services+deregister \
         snapshot+restore lock",
        ),
    ),
    tool(
        "vault",
        "",
        These(
            "write delete kv+put kv+patch kv+delete kv+destroy secrets+enable secrets+disable operator+seal \
         operator+unseal operator+step-down policy+write policy+delete lease+revoke token+revoke token+create",
        ),
    ),
    // Infrastructure.
    tool(
        "terraform tofu pulumi",
        "",
        These("apply destroy import taint untaint state+rm state+mv state+push up refresh force-unlock"),
    ),
    tool("gsutil mc rclone s3cmd azcopy", "", These("cp mv rm sync copy move delete purge rsync mb rb put del mirror")),
    Tool {
        names: "git",
        valued: "-C -c --git-dir --work-tree",
        words: These(
            "push commit merge rebase reset checkout switch restore pull revert clean cherry-pick am apply rm mv gc \
         stash+drop stash+pop stash+push stash+clear",
        ),
        harmless: "--help --version --dry-run --check --stat --numstat --summary",
    },
    // Data.
    tool("redis-cli valkey-cli", "-h -p -a -n -u -s --user --pass", These(REDIS)),
    tool(
        "mysqladmin mariadb-admin",
        "-h -u -P -S --host --user --socket --port",
        These(
            "create drop shutdown kill reload refresh flush-hosts flush-logs flush-privileges flush-status \
         flush-tables flush-threads password start-slave stop-slave start-replica stop-replica",
        ),
    ),
    tool("zfs", "", AllBut("list get holds diff version send userspace help")),
    tool("zpool", "", AllBut("list get status iostat history events version help")),
    tool(
        "btrfs",
        "",
        These(
            "balance+start device+add device+remove device+delete subvolume+create subvolume+delete \
         subvolume+snapshot scrub+start filesystem+resize filesystem+defragment replace+start",
        ),
    ),
    tool(
        "ceph",
        "-c --cluster -n",
        Second(
            "out in down rm set unset reweight purge create delete destroy crush repair scrub fail enable disable add \
         del",
        ),
    ),
    tool(
        "borg restic",
        "-r --repo",
        These("create delete prune compact extract backup forget restore init unlock break-lock repair rebuild-index"),
    ),
    // The machine.
    tool("ip", "-n", Second("add del delete set flush change replace append")),
    tool("nft", "", These("add delete flush insert replace create reset rename")),
    tool("ufw", "", AllBut("status show version app")),
    tool("tc", "", Second("add del delete change replace link")),
    tool("nmcli", "-f -t", Second("up down add modify delete edit reload connect disconnect on off set")),
    tool(
        "hostnamectl timedatectl localectl",
        "",
        These("set-hostname hostname set-time set-timezone set-ntp set-local-rtc set-locale set-keymap"),
    ),
    tool(
        "loginctl machinectl",
        "",
        These(
            "terminate-session terminate-user kill-session kill-user lock-session poweroff reboot terminate kill \
         enable-linger disable-linger start remove",
        ),
    ),
    tool("certbot", "", These("renew certonly run delete revoke install enhance register reconfigure")),
    tool("puppet", "", These("agent apply")),
];

/// Options of `kubectl` that take the next word.
pub(super) const KUBE: &str = "-n --namespace --context --cluster --kubeconfig --user --as -s --server --token -l --selector -o \
         --output -f --filename -c --container -p --patch --type";

const REDIS: &str = "SET SETEX SETNX MSET GETSET APPEND INCR DECR INCRBY DEL UNLINK EXPIRE PERSIST RENAME FLUSHALL FLUSHDB \
         HSET HDEL LPUSH RPUSH LPOP RPOP LREM LTRIM SADD SREM SPOP ZADD ZREM XADD XDEL XTRIM PUBLISH EVAL RESTORE \
         MIGRATE SAVE BGSAVE BGREWRITEAOF SHUTDOWN REPLICAOF SLAVEOF FAILOVER CONFIG+SET CONFIG+RESETSTAT \
         CONFIG+REWRITE CLIENT+KILL CLIENT+PAUSE SCRIPT+FLUSH CLUSTER+FAILOVER CLUSTER+FORGET CLUSTER+MEET \
         CLUSTER+RESET CLUSTER+REPLICATE MEMORY+PURGE SLOWLOG+RESET LATENCY+RESET SWAPDB MOVE COPY";
