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
        .expect_line("fix delete: as expected")
        .expect_line("status: resolved");
    told(
        &stage,
        &[
            "Readiness of the revert, 2 checks, all as expected",
            "Größe 2712 der Indexzeile überschreitet btree-Version 4 Maximum 2704",
            "“Whose is the new database?” → exit 0",
            "WRONG OWNER: postgres",
            "“Did all rows arrive?” → exit 0, as expected",
            "went to fix by a sign in “Can the index be built?”",
            "ran *Rehearse the repair on the copy* → exit 0, as expected",
            "ran *Dump the old database* → exit 0, as expected",
            "ran *Take SUPERUSER back* → exit 0, as expected",
            "ran *Count the rows that are too large, and save them* → exit 0, as expected",
            "ran *Delete exactly the saved rows* → exit 0, as expected",
            "ran *Every row of the dump is in the database in service* → exit 0, as expected",
            "ran *Let people in to the new database*, the point of no return → exit 0",
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
    said.expect_code(0).expect_line("revert back: as expected").expect_line("verify posts: as expected");
    told(
        &stage,
        &[
            "went to revert by a sign in “Can the index be built?”",
            "ran *Point the application back at the old database* → exit 0, as expected",
            "ran *Let people in again* → exit 0",
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
    said.expect_code(1).expect_line("fix open: as expected").expect_line("failed: posts: ");
    told(&stage, &["*People can post*", "not as expected", "saw POST 500"]);
}
