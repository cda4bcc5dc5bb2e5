use proptest::prelude::*;

use super::*;

/// What a reader that follows `seek` sees of a line.
fn read(index: &Index, output: &[u8], line: u64) -> Vec<u8> {
    let seek = index.seek(line);
    let from = &output[usize::try_from(seek.offset).unwrap()..];
    let rest = &from[after(from, seek.skip).unwrap()..];
    rest.split(|byte| *byte == b'\n').next().unwrap().to_vec()
}

#[test]
fn a_million_lines_are_all_found() {
    let output: Vec<u8> = (0..1_000_000).flat_map(|line| format!("{line}\n").into_bytes()).collect();
    let mut index = Index::new();
    for piece in output.chunks(4093) {
        index.push(piece);
    }
    assert_eq!((index.lines(), index.newlines(), index.bytes()), (1_000_000, 1_000_000, output.len() as u64));
    for line in (0..1_000_000).step_by(9973) {
        assert_eq!(read(&index, &output, line), line.to_string().into_bytes());
    }
    assert!(index.before.len() as u64 <= output.len() as u64 / STRIDE + 1);
}

#[test]
fn lines_of_a_megabyte_are_found() {
    let mut output = Vec::new();
    for line in 0..5u8 {
        output.extend(std::iter::repeat_n(b'a' + line, 1_000_000));
        output.push(b'\n');
    }
    let mut index = Index::new();
    index.push(&output);
    for line in 0..5u8 {
        assert_eq!(read(&index, &output, line.into()), vec![b'a' + line; 1_000_000]);
    }
}

#[test]
fn an_unfinished_line_counts() {
    let mut index = Index::new();
    assert_eq!(index.lines(), 0);
    index.push(b"a\nb");
    assert_eq!((index.lines(), index.newlines()), (2, 1));
    index.push(b"\n");
    assert_eq!((index.lines(), index.newlines()), (2, 2));
}

#[test]
fn a_line_that_is_not_there_yet_is_sought_at_the_end() {
    let mut index = Index::new();
    index.push(b"a\nb\n");
    assert_eq!(index.seek(100), Seek { offset: 0, skip: 2 });
}

proptest! {
    #[test]
    fn every_line_is_found_however_the_output_grew(
        lengths in prop::collection::vec(0usize..90, 1..60), stride in 1u64..64, size in 1usize..200, coarser in 0usize..3,
    ) {
        let mut output = Vec::new();
        for (number, length) in lengths.iter().enumerate() {
            output.extend(std::iter::repeat_n(b'a' + u8::try_from(number % 26).unwrap(), *length));
            output.push(b'\n');
        }
        let mut index = Index { stride, ..Index::new() };
        for (number, piece) in output.chunks(size).enumerate() {
            index.push(piece);
            if number < coarser {
                index.coarsen();
            }
        }
        let lines: Vec<&[u8]> = output.split(|byte| *byte == b'\n').collect();
        for (number, line) in lines.iter().enumerate() {
            prop_assert_eq!(read(&index, &output, number as u64), line.to_vec());
        }
    }
}
