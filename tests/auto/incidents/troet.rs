//! The rescue of troet.cafe.

use crate::stage::Stage;

const ID: &str = "postgres-move-to-new-server";

/// The postmortem of the only session; each of these stands behind the one before.
#[track_caller]
fn told(stage: &Stage, texts: &[&str]) {
    stage.stanch(&["export", "last", "-o", "postmortem.md"]).expect_code(0);
    let text = std::fs::read_to_string(stage.path("postmortem.md")).unwrap();
    let mut rest = text.as_str();
    for part in texts {
        rest = rest.split_once(part).unwrap_or_else(|| panic!("no {part:?} where it belongs in:\n{text}")).1;
    }
}

#[test]
fn the_move_heals_by_fixing() {
    let stage = Stage::new();
    let said = stage.stanch(&["drill", "--auto", ID, "--path", "fix"]);
    said.expect_code(0)
        .expect_line("found: The import ignored 6 errors")
        .expect_line("found: The database belongs to postgres and not to the application's role")
        .expect_line("found: 617 rows of favourites point nowhere")
        .expect_line("COUNT is \"5\"")
        .expect_line("open: on 3 hosts, one after the other: web1, web2, web3")
        .expect_line("fix delete on db-new: as expected")
        .expect_line("status: resolved");
    told(
        &stage,
        &[
            "Readiness of the revert, 2 checks, all as expected",
            "Größe 2712 der Indexzeile überschreitet btree-Version 4 Maximum 2704",
            "“Whose is the new database?” on `db-new` → exit 0",
            "WRONG OWNER: postgres",
            "“Did all rows arrive?” on `db-new` → exit 0, as expected",
            "went to fix by a sign in “Can the index be built?”",
            "ran *Rehearse the repair on the copy* on `db-new` → exit 0, as expected",
            "set the web servers to the new database* on 3 hosts (`web1`, `web2`, `web3`) → as expected on every host",
            "ran *Freeze the old database* on `db-old` → exit 0, as expected",
            "ran *Dump the old database* on `db-old` → exit 0, as expected",
            "ran *Take SUPERUSER back* on `db-new` → exit 0, as expected",
            "ran *Count the rows that are too large, and save them* on `db-new` → exit 0, as expected",
            "ran *Delete exactly the saved rows* on `db-new` → exit 0, as expected",
            "ran *Every row of the dump is in the database in service* on `web1` → exit 0, as expected",
            "ran *Let people in to the new database*, the point of no return on 3 hosts (`web1`, `web2`, `web3`)",
            "**MITIGATED**",
            "**RESOLVED**",
            "preview_cards: 16008 in the dump, 16003 here, 5 deleted on purpose",
        ],
    );
}

#[test]
fn the_move_heals_by_reverting() {
    let stage = Stage::new();
    let said = stage.stanch(&["drill", "--auto", ID, "--path", "revert"]);
    said.expect_code(0)
        .expect_line("revert back on web2: as expected")
        .expect_line("revert thaw on db-old: as expected")
        .expect_line("verify posts on web3: as expected");
    told(
        &stage,
        &[
            "went to revert by a sign in “Can the index be built?”",
            "ran *Point the web servers back at the old database* on 3 hosts (`web1`, `web2`, `web3`) → as expected on every",
            "ran *Let people in again* on 3 hosts",
            "**MITIGATED**",
            "NOTHING WRITTEN",
            "read-only on the new server: on",
        ],
    );
}

#[test]
fn a_sabotaged_move_is_code_1() {
    let stage = Stage::new();
    let said = stage.stanch(&["drill", "--auto", "--sabotage", ID, "--path", "fix"]);
    said.expect_code(1)
        .expect_line("fix open on web2: as expected")
        .expect_line("verify posts on web1: as expected")
        .expect_line("failed: posts: ");
    told(&stage, &["*People can post*", "not as expected", "saw POST 500"]);
}
