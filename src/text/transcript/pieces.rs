//! Of which pieces a text consists.

/// Where the bytes of a piece are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    /// In the output itself.
    Raw,
    /// In what was kept of it.
    Spool,
}

/// A piece of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) source: Source,
    /// Its bytes in the source.
    pub(super) from: u64,
    pub(super) to: u64,
    /// Line feeds in the source before it.
    pub(super) base: u64,
    /// Bytes of the text before it.
    pub(super) start: u64,
    /// Line feeds of the text before it.
    pub(super) newlines: u64,
}

/// The pieces of a text, in order.
#[derive(Debug, Clone, Default)]
pub(super) struct Pieces {
    list: Vec<Piece>,
    /// Line feeds of the whole text.
    newlines: u64,
}

impl Pieces {
    /// Bytes of the text.
    pub(super) fn len(&self) -> u64 {
        self.list.last().map_or(0, |piece| piece.start + piece.to - piece.from)
    }

    /// Whether all of it stands in the output, from its start on.
    pub(super) fn is_raw(&self) -> bool {
        match self.list.as_slice() {
            [] => true,
            [piece] => piece.source == Source::Raw && piece.from == 0,
            _ => false,
        }
    }

    /// Line feeds of the text.
    pub(super) fn newlines(&self) -> u64 {
        self.newlines
    }

    /// A piece begins at this offset of its source, before which so many line feeds stand in it.
    pub(super) fn begin(&mut self, source: Source, from: u64, base: u64) {
        let (start, newlines) = (self.len(), self.newlines);
        self.list.push(Piece { source, from, to: from, base, start, newlines });
    }

    /// The text goes on with `count` bytes of a source, from an offset before which so many line feeds stand in it. To be followed by
    /// [`count`](Self::count).
    pub(super) fn extend(&mut self, source: Source, from: u64, base: u64, count: u64) {
        let follows = self.list.last().is_some_and(|piece| piece.source == source && piece.to == from);
        if !follows {
            self.begin(source, from, base);
        }
        if let Some(piece) = self.list.last_mut() {
            piece.to += count;
        }
    }

    /// So many line feeds stand in the last piece's source up to the piece's end.
    pub(super) fn count(&mut self, newlines: u64) {
        if let Some(piece) = self.list.last() {
            self.newlines = piece.newlines + newlines.saturating_sub(piece.base);
        }
    }

    /// Takes back what comes behind this byte of the text, before which so many line feeds stand.
    pub(super) fn cut(&mut self, at: u64, newlines: u64) {
        self.newlines = newlines;
        while self.list.last().is_some_and(|piece| piece.start >= at) {
            self.list.pop();
        }
        if let Some(piece) = self.list.last_mut() {
            piece.to = piece.to.min(piece.from + at - piece.start);
        }
    }

    /// The pieces that hold bytes between two offsets of the text.
    pub(super) fn between(&self, from: u64, to: u64) -> impl Iterator<Item = &Piece> {
        let first = self.list.partition_point(|piece| piece.start + (piece.to - piece.from) <= from);
        self.list.iter().skip(first).take_while(move |piece| piece.start < to)
    }

    /// The piece in which the line feed of this number (from 1) stands.
    pub(super) fn with_newline(&self, number: u64) -> Option<&Piece> {
        let place = self.list.partition_point(|piece| piece.newlines < number);
        self.list.get(place.checked_sub(1)?)
    }
}
