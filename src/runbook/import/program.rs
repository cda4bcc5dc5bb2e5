//! What a command is, told by its first words: whether it is one at all, whether it ends, whether it wants keys, whether it opens another
//! shell.

use super::words::Words;
use crate::runbook::shell::{Stay, stays};

/// Programs whose name at the start of a line makes it a command.
const KNOWN: &str = " growpart fab fail2ban-client rbd deployer pstree gh ceph-volume pgb-console bosh cf concourse rados radosgw-admin cephadm gluster drbdadm pcs crm corosync-cfgtool keepalived wal-e pg_repack mysqlslap xtrabackup innobackupex percona-toolkit clickhouse influx mc consul-cli etcd calicoctl cilium hubble velero rke rke2 k3d kind skaffold tilt eksctl gkectl ibmcloud doctl hcloud linode-cli scw oci vcgencmd ethtool tshark socat lsscsi multipathd iscsiadm sgdisk blkid partprobe mkinitcpio dracut grub-mkconfig semanage restorecon setsebool getenforce ausearch auditctl chage faillock pdbedit smbclient rpcinfo showmount exportfs nfsstat cargo rustup sbt lein mix elixir erl iex swift dotnet nuget msbuild btrfs acme.sh alias ansible ansible-playbook apk apt apt-cache apt-get apt-key aptitude argocd aria2c at awk aws az base64 bash \
    bc bg borg brew bundle bunzip2 bzip2 cat cd ceph certbot chattr chcon chgrp chmod chown chroot chronyc clickhouse-client cockroach column \
    composer consul consul-template cp cqlsh crictl cron crontab ctr curl cut date dd deno df dig dircolors dirname dmesg dmsetup dnf docker \
    docker-compose dpkg dpkg-reconfigure du e2fsck echo egrep env etcdctl etcdutl eval exec exit expand export expr fallocate fdisk fg fgrep file find \
    findmnt firewall-cmd flux free fsck fuser gcloud gdb gem getent getfacl git gitlab-backup gitlab-ctl gitlab-psql gitlab-rails gitlab-rake gitlab-redis-cli go gpg gradle grep \
    groupadd gsutil gunzip gzip haproxy head helm heroku hostname hostnamectl htop http httpie iconv id ifconfig init initctl insmod install iostat iotop ip \
    ip6tables ipcs iperf iperf3 ipset iptables iptables-save iptables-restore istioctl java jcmd jmap jobs journalctl jps jq jstack jstat k k3s k6 k9s kafka-console-consumer kafka-consumer-groups \
    kafka-topics keytool kill killall knife ksql kubeadm kubectl kubectx kubens kustomize last ldapsearch less linkerd ln locale locate \
    logger login logrotate ls lsattr lsblk lscpu lsmod lsof lspci lvextend lvs lxc make man mariadb mariadb-dump md5sum mdadm minikube mkdir mkfs \
    mkfs.ext4 mkfs.xfs mknod mkswap modprobe mongo mongodump mongorestore mongosh more mount mpstat mtr multipath mutt mv mvn mysql mysqladmin mysqlbinlog mysqlcheck \
    mysqldump nano nc ncdu ncat netstat newgrp nft nginx ngrep nice nmap nmcli nodetool node nohup nomad npm npx nproc nscd nslookup nsenter ntpdate ntpq numactl nvidia-smi \
    nvim oc op openssl openstack pacman paste patch patronictl perf perl pg_basebackup pg_controldata pg_ctl pg_ctlcluster pg_dump pg_dumpall pg_isready \
    pg_lsclusters pg_restore pg_resetwal pg_rewind pgbackrest pgbench pgrep php ping ping6 pip pip3 pipenv pkill pm2 pmap podman poetry ps psql pt-query-digest pulumi pushd popd pv \
    pvcreate pvresize pvs pwd python python2 python3 rabbitmqctl rabbitmq-diagnostics rabbitmq-plugins rails rake rclone read readlink reboot redis-benchmark redis-cli redis-server renice \
    repmgr reset resize2fs restic rm rmdir rmmod rpm rspamc rsync ruby runuser sar scp screen sed seq service sestatus set setenforce setfacl \
    sftp sh sha1sum sha256sum shred shutdown sleep slabtop smartctl snap sort source sqlite3 ss ssh ssh-add ssh-agent ssh-copy-id ssh-keygen ssh-keyscan stat \
    stern strace strings stty su sudo supervisorctl swapoff swapon sync sysctl syslog systemctl systemd-analyze systemd-cgls systemd-cgtop tail tar tc tcpdump tcpflow \
    tee telnet terraform test thanos time timedatectl timeout tkn tmux top touch tootctl tr traceroute tracepath trap tree truncate tsh tune2fs type udevadm ufw ulimit umask umount \
    unalias uname uniq unlink unset unzip update-rc.d uptime useradd userdel usermod vacuumdb vagrant varnishadm varnishlog varnishstat vault vgextend vgs vi view vim virsh virtctl visudo vmstat vtctlclient w wait \
    wal-g watch wc wget whereis which who whoami whois wg wrk xargs xfs_growfs xfs_repair yarn yq yum zcat zfs zgrep zip zkcli zless zpool zstd zypper ";

static ASSIGNED: Words =
    Words::new(r"^([A-Za-z_][A-Za-z0-9_]*\+?=('[^']*'|\x22[^\x22]*\x22|\$\([^)]*\)|[^\s'\x22]*)*\s+)+");
static BEFORE: Words = Words::new(
    r"^(sudo(\s+-[EHnSkbi]+|\s+-u\s*\S+|\s+--user[= ]\S+|\s+--)*|time|nohup|nice(\s+-n\s*\S+)?|ionice(\s+-c\s*\S+)?|exec|command|env(\s+\w+=\S*)*|timeout\s+\S+|doas|then|do|!)\s+",
);

/// A command without what stands before its program: assignments, sudo and their like.
pub(super) fn bare(command: &str) -> &str {
    let mut rest = command.trim();
    loop {
        let cut = [&ASSIGNED, &BEFORE].iter().find_map(|words| words.captures(rest).map(|found| found[0].len()));
        match cut {
            Some(length) if length > 0 && length < rest.len() => rest = &rest[length..],
            _ => return rest,
        }
    }
}

/// The name of a command's program, without its folder.
pub(super) fn name(command: &str) -> &str {
    let word = bare(command).split_whitespace().next().unwrap_or_default();
    word.rsplit('/').next().unwrap_or(word)
}

/// Whether a word is the name of a program that runbooks use.
pub(super) fn is_known(word: &str) -> bool {
    !word.is_empty() && !word.contains(' ') && KNOWN.contains(&format!(" {word} "))
}

static STARTS: Words = Words::new(
    r"^([A-Za-z_][A-Za-z0-9_]*\+?=|\./\S|\.\./\S|~/\S|/(usr|opt|bin|sbin|etc|home|srv|var|snap)/\S|for\s+\w+\s+in\b|if\s+(\[|!|\w+\s+-)|while\s+(\[|true|read|!|:|sleep)|until\s|\[\[?\s|\.\s+\S|\$\(|\$\{?[A-Z]\w*\}?(/|\s+-)|function\s+\w+|\w+\(\)\s*\{|[\w.-]+\.(sh|py|pl|rb)(\s|$)|bin/\w)",
);

/// Whether a line looks like a command.
pub(super) fn is_command(line: &str) -> bool {
    let line = line.trim();
    let Some(first) = bare(line).split_whitespace().next() else { return false };
    let first = first.trim_end_matches([';', '&', ',']);
    STARTS.found(line)
        || STARTS.found(bare(line))
        || is_known(first)
        || (first.len() < line.len() && is_known(line.split_whitespace().next().unwrap_or_default()))
}

/// How a command meets its terminal where it does not just run and end.
pub(super) fn mode(command: &str) -> Option<&'static str> {
    // What fills the screen is of no use beside the next steps.
    const FILLS: &[&str] =
        &["top", "htop", "btop", "atop", "iotop", "iftop", "nethogs", "nmon", "glances", "mtr", "perf", "less"];
    match stays(command) {
        Some((Stay::Endless, _)) if !FILLS.contains(&name(command)) => Some("follow"),
        Some(_) => Some("interactive"),
        None => KEYS.found(bare(command)).then_some("interactive"),
    }
}

/// Options may stand before the word that tells.
static KEYS: Words = Words::new(
    r"^(kubectl|oc|k)\s(.*\s)?edit\s|^systemctl\s(.*\s)?edit\s|^(man|slabtop)\s|^ansible-vault\s+edit|^rails\s+credentials:edit|^gitlab-ctl\s+tail",
);

/// What a command opens, so that the lines after it are typed inside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Opens {
    /// A shell of another user on this machine.
    User(String),
    /// Another machine, a container, a client of a database.
    Inside,
}

static SHELL_AT_END: Words =
    Words::new(r"(^|\s|/)(ba|z|a|da|k)?sh(\s+-[il]+|\s+--login|\s+-c\s*['\x22]?(clear|bash|su).*)?\s*$");
static INSIDE: Words = Words::new(
    r"(?x)^(
      (kubectl|oc|k)\s(.*\s)?(rsh|debug|attach)\s | (docker|podman|nerdctl)\s(.*\s)?attach\s | nsenter\s.*(sh)?$ | chroot\s+\S+\s*$ | (screen|tmux)(\s+(attach|a|-r|-S\s+\S+|new.*))?\s*$ |
      (\S*/)?(bundle\s+exec\s+)?(\S*/)?rails\s+(c|console|dbconsole|db)\b | gitlab-rails\s+(console|c|dbconsole)\b | gitlab-psql(\s+-d\s*\S+)?\s*$ | aws\s+ssm\s+start-session | virsh\s+console\s | machinectl\s+(shell|login)\s |
      (python3?|irb|node|php\s+-a|scala|jshell|bash|sh|zsh)\s*$ | ftp\s | sftp\s+\S+\s*$ | heroku\s+run\s+(bash|rails\s+c) | lxc\s+exec\s.*sh\s*$ | fly\s+ssh\s+console | consul\s+exec
    )",
);
static CLIENT: Words = Words::new(
    r"^(\S*/)?(psql|mysql|mariadb|redis-cli|mongo|mongosh|sqlite3|cqlsh|clickhouse-client|influx|cockroach\s+sql|etcdctl\s+-i)(\s|$)",
);
static CLIENT_ENDS: Words = Words::new(
    r"(\s(-[a-zA-Z]*[ceflLQVB]|--(command|execute|eval|file|list|query|version|help|stat|scan|bigkeys|latency|rdb|pipe)(=\S*)?)(\s|$|['\x22]))|\s-e['\x22]|\s-c['\x22]|<|\|",
);
static REDIS_OPTIONS: Words = Words::new(
    r"^\S*redis-cli((\s+(-[hpanu]|--user|--pass|--sentinel)\s*\S*)|(\s+(--tls|-c|--raw|--no-auth-warning)))*\s*$",
);
static SSH: Words = Words::new(
    r"^(ssh|tsh\s+ssh|gcloud\s+compute\s+ssh|mosh)((\s+(-[46AaCfGgKkMNnqsTtVvXxYy]+|-[bcDEeFIiJLlmOopQRSWw]\s*\S+|--(zone|project|tunnel-through-iap|internal-ip)(=\S+|\s+[^-\s]\S*)?))*)\s+\S+((\s+--(zone|project|tunnel-through-iap|internal-ip)(=\S+|\s+[^-\s]\S*)?)*)\s*$",
);

/// What a command opens, where it opens something.
pub(super) fn opens(command: &str) -> Option<Opens> {
    let command = command.trim().trim_end_matches(';').trim_end();
    let words: Vec<&str> = command.split_whitespace().collect();
    if let Some(user) = becomes(&words) {
        return Some(Opens::User(user));
    }
    let bare = bare(command);
    let takes_shell = matches!(
        name(command),
        "kubectl" | "oc" | "k" | "docker" | "podman" | "docker-compose" | "nerdctl" | "lxc" | "nsenter" | "crictl"
    );
    let executes = [" exec", " run"].iter().any(|word| bare.contains(word));
    let inside = (takes_shell && executes && SHELL_AT_END.found(bare))
        || INSIDE.found(bare)
        || (SSH.found(bare) && !bare.contains("--command"))
        || (CLIENT.found(bare)
            && if name(command) == "redis-cli" { REDIS_OPTIONS.found(bare) } else { !CLIENT_ENDS.found(bare) });
    inside.then_some(Opens::Inside)
}

/// As whom a shell of this machine is opened, where these words open one.
fn becomes(words: &[&str]) -> Option<String> {
    let (program, rest) = words.split_first()?;
    let mut rest = rest.iter();
    let (mut user, mut shell) = (None, *program == "su");
    match *program {
        "sudo" => {
            while let Some(word) = rest.next() {
                match word.strip_prefix('-') {
                    Some("i" | "s" | "is" | "si" | "-login" | "-shell") => shell = true,
                    Some("E" | "H" | "n" | "-") => {}
                    Some("u" | "-user") => user = Some(*rest.next()?),
                    Some("iu" | "su" | "Hiu") => (shell, user) = (true, Some(*rest.next()?)),
                    Some(named) => user = Some(named.strip_prefix('u').or_else(|| named.strip_prefix("-user="))?),
                    None if *word == "su" => {
                        let inner: Vec<&str> = std::iter::once(*word).chain(rest.copied()).collect();
                        return becomes(&inner);
                    }
                    None if matches!(*word, "bash" | "sh" | "/bin/bash" | "/bin/sh")
                        && rest.clone().all(|word| matches!(*word, "-l" | "-i" | "--login")) =>
                    {
                        shell = true;
                        break;
                    }
                    None => return None,
                }
            }
        }
        "su" => {
            while let Some(word) = rest.next() {
                match *word {
                    "-" | "-l" | "--login" => {}
                    "-s" | "--shell" => drop(rest.next()),
                    word if word.starts_with('-') || user.is_some() => return None,
                    word => user = Some(word),
                }
            }
        }
        _ => return None,
    }
    shell.then(|| user.unwrap_or("root").to_owned())
}

/// Whether a line leaves what was opened.
pub(super) fn leaves(line: &str) -> bool {
    matches!(
        line.trim().trim_end_matches(';'),
        "exit" | "logout" | "quit" | "\\q" | "exit()" | "quit()" | ".exit" | "^D" | "exit 0"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_told_from_prose_and_output() {
        for line in [
            "kubectl get pods",
            "sudo -u app ./run.sh x",
            "X=1 make",
            "NAME=web",
            "/usr/bin/foo",
            "./a",
            "for i in a b; do",
            "if [ -f x ]; then",
        ] {
            assert!(is_command(line), "{line}");
        }
        for line in [
            "NAME   READY   STATUS",
            "Check that it works",
            "",
            "{",
            "error: no such file",
            "2020-01-01 started",
            "(2 rows)",
        ] {
            assert!(!is_command(line), "{line}");
        }
    }

    #[test]
    fn how_a_command_meets_its_terminal_is_known() {
        for command in [
            "tail -f x",
            "sudo journalctl -u a -f",
            "kubectl -n a logs -f b",
            "kubectl get pods -w",
            "watch ls",
            "ping a",
            "docker compose logs -f",
            "vmstat 1",
        ] {
            assert_eq!(mode(command), Some("follow"), "{command}");
        }
        for command in ["vim x", "sudo nano /etc/x", "kubectl -n a edit pvc b", "top", "crontab -e", "less x"] {
            assert_eq!(mode(command), Some("interactive"), "{command}");
        }
        for command in [
            "tail -n 5 x",
            "kubectl apply -f x",
            "ping -c 3 a",
            "vmstat 1 5",
            "kubectl get -f x.yaml",
            "top -b -n 1",
            "crontab -l",
            "fdisk -l",
        ] {
            assert_eq!(mode(command), None, "{command}");
        }
    }

    #[test]
    fn what_opens_another_shell_is_known() {
        for (command, user) in [
            ("su - mastodon", "mastodon"),
            ("sudo su - postgres", "postgres"),
            ("sudo -u app -i", "app"),
            ("sudo -iu app", "app"),
            ("sudo -i", "root"),
            ("sudo su", "root"),
            ("su -", "root"),
        ] {
            assert_eq!(opens(command), Some(Opens::User(user.into())), "{command}");
        }
        for command in [
            "ssh db1",
            "ssh -i key root@db1",
            "kubectl exec -it web-0 -- /bin/bash",
            "docker exec -it x sh",
            "oc rsh pod",
            "psql -U a b",
            "sudo mysql",
            "redis-cli -h x",
            "sudo gitlab-rails console",
            "bundle exec rails c",
        ] {
            assert_eq!(opens(command), Some(Opens::Inside), "{command}");
        }
        for command in [
            "ssh db1 uptime",
            "kubectl exec web-0 -- ls",
            "psql -c 'select 1'",
            "mysql -e 'show'",
            "redis-cli info",
            "su - app -c 'x'",
            "sudo -u app ls",
            "mysql < dump.sql",
            "bash script.sh",
            "docker run x",
            "python3 x.py",
            "service ssh restart",
        ] {
            assert_eq!(opens(command), None, "{command}");
        }
    }
}
