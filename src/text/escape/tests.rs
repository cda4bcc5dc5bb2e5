use proptest::prelude::*;

use super::*;

#[test]
fn colours_titles_links_and_erasing_a_line_are_no_movement() {
    for bytes in [
        "plain\r\n",
        "\x1b[1;31mred\x1b[0m",
        "\r\x1b[K50%",
        "\x1b]0;title\x07",
        "\x1b]8;;u\x1b\\l",
        "\x1b[?25l\x1b[?2004h",
        "\x1b(B",
        "\x1b[10G",
        "\x1b[6n",
    ] {
        assert!(!moves(bytes.as_bytes()), "{bytes:?}");
    }
}

#[test]
fn movement_screens_and_scroll_regions_are_seen() {
    for bytes in [
        "\x1b[A",
        "\x1b[2B",
        "\x1b[H",
        "\x1b[5;10H",
        "\x1b[2J",
        "\x1b[3;20r",
        "\x1b[?1049h",
        "\x1b[?25;1049l",
        "\x1b7",
        "\x1b8",
        "\x1bM",
        "\x1bc",
        "\x1b[L",
        "\x1b[s",
        "\x1b[?6h",
    ] {
        assert!(moves(bytes.as_bytes()), "{bytes:?}");
    }
}

#[test]
fn places_are_noted_from_the_start_of_the_stream() {
    let mut scan = Scan::new();
    assert!(!scan.push(b"0123\x1b["));
    assert!(scan.push(b"A89"));
    assert!(scan.push(b"\x1b[2J"));
    assert_eq!((scan.first_moved(), scan.last_moved(), scan.clear(), scan.offset()), (Some(7), Some(13), Some(13), 13));
    assert!(!scan.alternate());
    assert!(scan.push(b"\x1b[?1049h"));
    assert!(scan.alternate());
    assert!(scan.push(b"\x1b[?1049l"));
    assert!(!scan.alternate());
}

#[test]
fn a_mode_behind_many_others_counts_as_movement() {
    assert!(moves(b"\x1b[?1;1;1;1;1;1;1;1;1;1;1;1;1;1;1049h"));
}

proptest! {
    #[test]
    fn the_same_is_noted_however_the_stream_is_cut(
        pieces in prop::collection::vec(prop::sample::select(vec!["\x1b[A", "\x1b[31m", "\x1b[2J", "\x1b]0;", "\x07", "\n", "x", "\x1b", "[?1049h", "\x1b\\"]), 0..30),
        size in 1usize..5,
    ) {
        let bytes = pieces.concat().into_bytes();
        let mut whole = Scan::new();
        whole.push(&bytes);
        let mut cut = Scan::new();
        let mut moved = false;
        for piece in bytes.chunks(size) {
            moved |= cut.push(piece);
        }
        prop_assert_eq!(moved, whole.first_moved().is_some());
        prop_assert_eq!(format!("{cut:?}"), format!("{whole:?}"));
    }
}
