//! The Hachyderm incident, worked with keys against a real PostgreSQL, and the postmortem that comes of it.

use crate::play::{Play, Postmortem};

#[test]
fn hachyderm_is_worked_from_the_first_screen_to_the_postmortem() {
    let play = Play::new();
    let screen = play.screen(&["drill", "mastodon-status-500"], 100, 40);
    let first =
        ["Mastodon answers 500 after an upgrade", "Is a migration pending?", "Enter runs pending: it only reads."];
    screen.answer(&first, "<enter>");
    let token = token(&play);
    screen.answer(&["> . version", "revert   ready"], "<enter>");
    screen.answer(&["> . get", "Current version: 20210630000137"], "<enter>");
    screen.answer(&["> . post", "GET 200"], "<enter>");
    screen.answer(&["> . units", "POST 500"], "<enter>");
    screen.answer(&["> . streaming-log", "failed"], "<enter>");
    screen.answer(&["> . web-log", "Cannot find module"], "<enter>");
    screen.answer(&["web-log: The code needs ordered_media_attachment_ids on Status", "Enter choose"], "<enter>");
    screen.answer(&["A sign was found", "The code needs ordered_media_attachment_ids on Status", "go to fix"], "2");
    screen.answer(&["Enter runs dump: it only reads.", "revert   ready"], "<enter>");
    screen.answer(&["dumped to ", "Enter runs migrate: it changes something"], "<enter>");
    screen.answer(&["Run: ", "undo: (cd \"$NEW\" && sh -c \"$RAILS db:migrate VERSION=$SCHEMA\")", "y run it"], "y");
    screen.answer(&["statuses: migrated", "Enter runs migrated"], "<enter>");
    screen.answer(&["ordered media attachment ids to statuses", "Enter runs assets: it changes"], "<enter>");
    screen.answer(&["Run: Build the JavaScript", "y run it"], "y");
    screen.answer(&["> . reload", "Enter runs reload: it changes"], "<enter>");
    screen.answer(&["Run: Put the new release in service", "y run it"], "y");
    screen.answer(&["> . posts", "Enter runs posts"], "<enter>");
    screen.answer(&["POST 200", "It looks mitigated", "Enter runs restart-streaming"], "m");
    screen.answer(&["Which key time?", "> m  mitigated"], "<enter>");
    screen.answer(&["When: mitigated?"], "<enter>");
    screen.answer(&["mark: mitigated", "Enter runs restart-streaming: it changes"], "<enter>");
    screen.answer(&["Run: Restart the streaming service", "undo: none", "y run it"], "y");
    screen.answer(&["> . streaming", "Enter runs streaming"], "<enter>");
    screen.answer(&["+ streaming ", "fix is over: Enter chooses the next phase."], "<enter>");
    screen.answer(&["Which phase now?"], "v");
    screen.answer(&["> + posts", "Enter runs posts"], "<enter>");
    screen.answer(&["> . reads", "Enter runs reads"], "<enter>");
    screen.answer(&["> + migrated", "Enter runs migrated"], "<enter>");
    screen.answer(&["> + streaming", "Enter runs streaming"], "<enter>");
    screen.answer(&["> . services", "Enter runs services"], "<enter>");
    screen.answer(&["verify   holds", "It looks resolved", "The walk is at its end"], "<enter>");
    screen.answer(&["The end of the walk", "Every verify step holds.", "mark resolved now"], "m");
    screen.answer(&["mark: resolved"], "c").answer(&["Close the session."], "<enter>");
    screen.answer(&["The session is closed."], "q");
    screen.ended(0);

    play.assert_nowhere(&token);
    let postmortem = Postmortem::of(&play);
    postmortem.lacks(&token);
    let front = ["severity: \"SEV-2\"", "incident_status: closed", "drill: \"mastodon-status-500\"", "detected: null"];
    postmortem.holds(&front);
    // The sign that told the cause, with the column; the snapshot before the change; the change; what held after it.
    postmortem.has_row(&[
        "pointed to a cause",
        "The code needs ordered\\_media\\_attachment\\_ids on Status, the schema lacks it",
    ]);
    postmortem.has_row(&["“Can one post?”", "not as expected", "saw POST 500"]);
    postmortem.has_row(&["The streaming service does not find", "it was not built for this release"]);
    postmortem.in_order(&[
        "went to fix by a sign in",
        "*Dump the database first*",
        "ran *Migrate the schema* → exit 0, as expected",
        "ran *No migration is down* → exit 0, as expected",
        "ran *Put the new release in service and reload* → exit 0",
        "**MITIGATED**",
        "**RESOLVED**",
        "**INCIDENT CLOSED**",
        "## Mitigation and resolution",
        "- Revert was not entered.",
        "## Dead ends and ruled-out hypotheses",
        "## Appendix A: Commands",
        "| change | migrate | `(cd \"$NEW\" && sh -c \"$RAILS db:migrate\")` |",
        "## Appendix B: Output",
        "ActiveModel::UnknownAttributeError (unknown attribute 'ordered_media_attachment_ids' for Status.):",
        "entries\n",
    ]);
    for step in ["Posts get through", "Timelines can be read", "No migration is down", "The streaming service answers"]
    {
        postmortem.has_row(&[&format!("| {step} | exit 0, as expected")]);
    }
    postmortem.holds(&["TODO(postmortem): In one or two sentences: what broke, and why?", "Impact started | unknown"]);
}

/// The secret of the drill.
fn token(play: &Play) -> String {
    let folders = std::fs::read_dir(play.home.root().join("tmp")).unwrap();
    let found = folders.filter_map(|entry| std::fs::read_to_string(entry.unwrap().path().join("d/vars.env")).ok());
    let text = found.collect::<String>();
    let token = text.lines().find_map(|line| line.strip_prefix("TOKEN=")).expect("the drill has a secret");
    assert!(token.len() > 8, "{token}");
    token.to_owned()
}
