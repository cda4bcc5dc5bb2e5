//! Programs that alter data: clients of databases, queues, and the migrations of frameworks.

use crate::runbook::shell::arguments::{Arguments, among};
use crate::runbook::shell::script::Redirect;
use crate::runbook::shell::sql;
use crate::runbook::shell::wrapped::Started;

pub(super) fn alters(name: &str, arguments: Arguments, started: &Started) -> Option<String> {
    if among("psql mysql mariadb sqlite3 clickhouse-client cockroach pgcli sqlcmd", name) {
        return client(name, arguments, started);
    }
    if let Some(task) = migrates(name, arguments) {
        return Some(format!("{name} {task}"));
    }
    let yes = match name {
        "pg_restore" => !arguments.has(&["-l", "-f", "--list", "--file"]),
        "pg_upgrade" => !arguments.has(&["-c", "--check"]),
        "mysqlcheck" | "mariadb-check" => arguments.has_of("-r -o --repair --optimize --auto-repair"),
        "mongo" | "mongosh" => {
            let calls =
                [".drop", ".insert", ".update", ".delete", ".remove", "rs.stepDown", "rs.reconfig", "killOp", "Index("];
            arguments.all().any(|word| calls.iter().any(|call| word.contains(call)))
        }
        "kafka-topics" | "kafka-topics.sh" => arguments.has(&["--create", "--delete", "--alter"]),
        "kafka-consumer-groups" | "kafka-consumer-groups.sh" => {
            arguments.has(&["--reset-offsets", "--delete", "--delete-offsets"])
        }
        "nodetool" => {
            let words = "repair cleanup drain flush compact decommission removenode rebuild scrub assassinate";
            arguments.all().any(|word| among(words, word))
        }
        _ => false,
    };
    yes.then(|| name.to_owned())
}

/// A client of a database: what its SQL does, where it can be seen. What comes from a file is taken to alter something.
fn client(name: &str, arguments: Arguments, started: &Started) -> Option<String> {
    let options: &[&str] =
        if name == "sqlcmd" { &["-Q", "-q"] } else { &["-c", "--command", "-e", "--execute", "--query"] };
    // All of them are one session: a transaction may begin in one and end in another.
    let given: Vec<&str> = options.iter().flat_map(|option| arguments.values(option)).collect();
    if let Some(word) = sql::alters(&given.join(";\n")) {
        return Some(word);
    }
    if name == "sqlite3"
        && let Some(word) = arguments.plain("").nth(1).and_then(sql::alters)
    {
        return Some(word);
    }
    started.command.redirects.iter().find_map(|redirect| match redirect {
        Redirect::Here(text) => sql::alters(text),
        Redirect::In(_) => Some(format!("{name} <")),
        Redirect::Out(..) => None,
    })
}

/// The task of a framework that migrates or empties data.
fn migrates<'a>(name: &str, arguments: Arguments<'a>) -> Option<&'a str> {
    const RAKE: &str = "db:migrate db:rollback db:seed db:setup db:drop db:create db:reset db:prepare db:schema:load \
        db:migrate:up db:migrate:down db:migrate:redo assets:precompile";
    const MANAGE: &str =
        "migrate flush loaddata migrate:rollback migrate:fresh cache:clear queue:restart down up collectstatic";
    const MIGRATORS: &str = "upgrade downgrade migrate clean repair update rollback up down deploy revert migrate:latest \
        db:migrate stamp";
    let of =
        |words: &'static str| arguments.all().find(|word| among(words, word.split('[').next().unwrap_or_default()));
    let scripted =
        || arguments.all().next().is_some_and(|word| word.ends_with("manage.py") || word.ends_with("artisan"));
    match name {
        "rails" | "rake" => of(RAKE),
        "python" | "python3" | "php" if !scripted() => None,
        "python" | "python3" | "php" | "manage.py" | "artisan" | "django-admin" => {
            of(MANAGE).filter(|_| !arguments.has(&["--plan", "--check", "--pretend"]))
        }
        "alembic" | "flyway" | "liquibase" | "goose" | "dbmate" | "knex" | "sqitch" | "sequelize" | "diesel" => {
            of(MIGRATORS)
        }
        _ => None,
    }
}
