use super::*;

#[test]
fn what_alters_is_told_by_its_words() {
    for (script, told) in [
        ("rm -rf /srv/x", "rm"),
        ("sudo systemctl restart nginx", "systemctl restart"),
        ("service nginx restart", "service nginx restart"),
        ("ssh db1 'sudo pg_ctl -D /x promote'", "pg_ctl promote"),
        ("kubectl -n shop rollout undo deployment/web", "kubectl rollout undo"),
        ("kubectl delete pod x --force", "kubectl delete"),
        ("helm rollback web 3", "helm rollback"),
        ("docker compose -f x.yml up -d", "docker compose up"),
        ("apt-get install -y mastodon=3.4.6", "apt-get install"),
        ("psql -XAtc 'UPDATE a SET b = 1'", "UPDATE"),
        ("psql -d x <<SQL\ndrop index a;\nSQL", "DROP"),
        ("mysql -e \"KILL 12\"", "KILL"),
        ("mysql shop < /backup/shop.sql", "mysql <"),
        ("echo 1 > /proc/sys/vm/drop_caches", "> /proc/sys/vm/drop_caches"),
        (": > /var/log/huge.log", "> /var/log/huge.log"),
        ("echo x | sudo tee -a /etc/hosts", "tee"),
        ("sed -i 's/a/b/' /etc/x", "sed -i"),
        ("find /srv -name '*.log' -delete", "find"),
        ("find /srv -name '*.log' -exec rm {} +", "rm"),
        ("cat list | xargs -n1 kill", "kill"),
        ("curl -fsS -XPOST http://x/-/reload", "curl -X POST"),
        ("curl -d '{}' http://x", "curl with data"),
        ("aws ec2 terminate-instances --instance-ids i", "aws terminate-instances"),
        ("gcloud sql instances restart db", "gcloud restart"),
        ("redis-cli -h x flushall", "redis-cli flushall"),
        ("redis-cli config set maxmemory 1gb", "redis-cli config set"),
        ("RAILS_ENV=production bundle exec rails db:migrate", "rails db:migrate"),
        ("python manage.py migrate", "python migrate"),
        ("git -C /srv/x checkout v1", "git checkout"),
        ("if [ -e x ]; then rm x; fi", "rm"),
        ("x=$(rm y)", "rm"),
        ("kill -TERM 12", "kill -TERM"),
        ("ip route add default via 1", "ip route add"),
        ("pg_restore -d x y.dump", "pg_restore"),
        ("ansible-playbook site.yml", "ansible-playbook"),
        ("reboot", "reboot"),
    ] {
        assert_eq!(alters(script).as_deref(), Some(told), "{script}");
    }
}

#[test]
fn what_only_looks_is_left_alone() {
    for script in [
        "",
        "journalctl -u web -n 200 --no-pager",
        "systemctl status nginx",
        "service nginx status",
        "curl -s -o /dev/null -w '%{http_code}' \"$URL/health\"",
        "curl -G -d a=b http://x",
        "kubectl -n shop get pods -o wide",
        "kubectl rollout status deployment/web",
        "kubectl apply --dry-run=server -f x",
        "docker ps -a && docker logs --tail 20 web",
        "apt-get -s install mastodon=3.4.6",
        "apt-cache policy x",
        "psql -c 'select 1'",
        "psql -c BEGIN -c 'CREATE TABLE a ()' -c ROLLBACK",
        "pg_dump -Fc -f /backup/x.dump shop",
        "tar tzf x.tar.gz",
        "x=$(mktemp) && sort y > \"$x\" && rm -f \"$x\"",
        "cp /etc/x /tmp/x",
        "echo rm -rf /",
        "grep -c DELETE log",
        "ls > /tmp/list; cat list 2>/dev/null >&2",
        "sed -n 's/i/j/p' x",
        "kill -0 12",
        "bundle exec rails db:migrate:status",
        "redis-cli info",
        "ip route show",
        "git log --oneline",
        "git diff a b | git -C /srv/x apply --check --cached -",
        "mkdir -p /backup && pg_dump shop > /backup/shop.sql",
        "terraform plan",
        "aws ec2 describe-instances",
        "find . -name x -print",
        "sysctl net.ipv4.ip_forward",
        "sh \"$SITE/shop\" pending",
        "command -v rm",
        "while read -r a; do echo \"$a\"; done < list",
    ] {
        assert_eq!(alters(script), None, "{script}");
    }
}
