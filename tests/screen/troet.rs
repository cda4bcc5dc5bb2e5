//! The rescue of troet.cafe, worked with keys.
