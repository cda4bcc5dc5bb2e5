//! The record for people, of a session of 100,000 entries.

use std::hint::black_box;

use criterion::{Criterion, Throughput};
use stanch::postmortem::{Document, Meta, html, json, markdown, merge};
use stanch::session::event::Event;
use stanch::session::excerpt::{Excerpt, ExcerptLine, Excerpts};

use crate::{made, scaled};

/// The document from the entries, its forms from the document, and Markdown exported again over a file that a person has edited.
pub(crate) fn benches(criterion: &mut Criterion) {
    let entries = made::entries(scaled(100_000)).expect("entries");
    let mut excerpts = Excerpts::default();
    for entry in &entries {
        if let Event::RunEnded(ended) = &entry.event {
            let line = ExcerptLine { text: "ok".to_owned(), cut: 0 };
            excerpts.of.insert(ended.run, Excerpt { head: vec![line], bytes: ended.end.bytes, ..Excerpt::default() });
        }
    }
    let document = Document::new(&entries, None, &excerpts, &Meta::default());
    let mut group = criterion.benchmark_group("postmortem");
    group.throughput(Throughput::Elements(entries.len() as u64)).sample_size(10);
    group.bench_function("document", |bencher| {
        bencher.iter(|| Document::new(black_box(&entries), None, &excerpts, &Meta::default()));
    });
    group.bench_function("markdown", |bencher| bencher.iter(|| markdown::render(black_box(&document))));
    group.bench_function("html", |bencher| bencher.iter(|| html::render(black_box(&document))));
    group.bench_function("json", |bencher| bencher.iter(|| json::render(black_box(&document))));
    let fresh = markdown::render(&document);
    let edited = fresh.replacen("TODO(postmortem):", "It was DNS:", 1);
    group.bench_function("merge", |bencher| bencher.iter(|| merge::merge(black_box(&edited), &fresh)));
    group.finish();
}
