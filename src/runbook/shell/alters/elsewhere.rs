//! What is asked of other machines and of providers.

use crate::runbook::shell::arguments::{Arguments, among};

pub(super) fn alters(name: &str, arguments: Arguments) -> Option<String> {
    match name {
        "curl" => {
            let sends = "-d -F -T --data --data-raw --data-binary --data-urlencode --json --form --upload-file";
            match arguments.values("-X").chain(arguments.values("--request")).last() {
                Some(method) => (!among("GET HEAD OPTIONS", method)).then(|| format!("curl -X {method}")),
                None => {
                    (arguments.has_of(sends) && !arguments.has(&["-G", "--get"])).then(|| "curl with data".to_owned())
                }
            }
        }
        "wget" => arguments.has(&["--post-data", "--post-file", "--body-data"]).then(|| "wget with data".to_owned()),
        "http" | "https" | "xh" => arguments
            .plain("")
            .next()
            .filter(|word| among("POST PUT PATCH DELETE", word))
            .map(|word| format!("{name} {word}")),
        "ansible-playbook" => {
            (!arguments.has_of("-C --check --list-hosts --list-tasks --syntax-check")).then(|| name.to_owned())
        }
        "ansible" => {
            let module = arguments.values("-m").chain(arguments.values("--module-name")).last().unwrap_or("command");
            (!among("ping setup debug command shell", module)).then(|| format!("ansible -m {module}"))
        }
        "salt" | "salt-call" | "salt-ssh" => {
            let words = "state.apply state.highstate state.sls service.restart service.stop service.start pkg.install";
            arguments.all().find(|word| among(words, word)).map(|word| format!("{name} {word}"))
        }
        "aws" | "gcloud" | "az" | "doctl" | "hcloud" | "openstack" | "flyctl" | "fly" | "heroku" | "scw" | "oci"
        | "ibmcloud" | "linode-cli" | "lxc" | "incus" | "gh" | "glab" => {
            cloud(arguments).map(|verb| format!("{name} {verb}"))
        }
        _ => None,
    }
}

/// The verb of a provider's command line: `aws ec2 terminate-instances`, `gcloud sql instances restart`.
fn cloud(arguments: Arguments<'_>) -> Option<&str> {
    const VERBS: &str = "create delete remove update set put modify terminate stop start restart reboot reset run attach detach \
        add resize scale deploy rollback promote failover enable disable revoke authorize associate disassociate register \
        deregister import restore purge rebuild deallocate destroy patch replace cp mv rm sync rb mb merge publish apply launch";
    let valued =
        "--region --profile --output --project -g --resource-group -n --name -o -a --app --query --filters --filter";
    arguments.plain(valued).find(|word| word.split(['-', ':']).next().is_some_and(|head| among(VERBS, head)))
}
