//! What a key may take.

use super::keys::Table;

/// What a value looks like in the file and what it means.
#[derive(Debug, PartialEq)]
pub enum Shape {
    /// The number of the format's version.
    Version,
    /// One line of prose; may show `$NAME`.
    Line,
    /// Markdown; may show `$NAME`.
    Prose,
    /// Text that is taken as it is written, also where it looks like a number.
    Text,
    /// A value of the environment; may show `$NAME`.
    EnvText,
    /// A step's id.
    Id,
    /// A command.
    Shell,
    /// A command, or a list of lines that must all succeed.
    Script,
    /// `true` or `false`.
    Flag,
    /// A whole number from the first to the second.
    Count(u32, u32),
    /// A time with its units.
    Duration,
    /// A day.
    Date,
    /// A share over a window: `99.9% over 30d`.
    Slo,
    /// A severity.
    Severity,
    /// Exit codes.
    Exit,
    /// A regular expression.
    Pattern(PatternUse),
    /// A step, a phase, `next` or `stop`.
    Lead,
    /// A step of the verify phase.
    VerifyStep,
    /// A name declared under `hosts`.
    HostName,
    /// Where a host's name leads: an address, or a list of names.
    Host,
    /// A user of the machine.
    User,
    /// One of these words.
    Word(&'static [&'static str]),
    /// A list; one value alone is a list of one.
    List(&'static Shape),
    /// A mapping whose keys the author chooses.
    Map(Named, &'static Shape),
    /// A mapping with known keys.
    Table(&'static Table),
}

/// What a pattern is used for, and so what it must have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PatternUse {
    /// Held against lines.
    Plain,
    /// Held against a whole value.
    Whole,
    /// Its named groups become variables.
    Sign,
    /// Its first group becomes a variable.
    Capture,
}

/// What the freely chosen keys of a mapping are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Named {
    /// Variables, declared by being there.
    Variable,
    /// Variables of the environment, for one command.
    Environment,
    /// Hosts.
    Host,
}

impl Shape {
    /// What is wanted, with its article, for a message.
    #[must_use]
    pub fn wanted(&self) -> String {
        match self {
            Self::Version => "the number 1".into(),
            Self::Line | Self::Prose | Self::Text | Self::EnvText => "text".into(),
            Self::Id => "an id".into(),
            Self::Shell => "a command".into(),
            Self::Script => "a command or a list of commands".into(),
            Self::Flag => "`true` or `false`".into(),
            Self::Count(least, most) => format!("a whole number from {least} to {most}"),
            Self::Duration => "a duration such as `90s`, `20m` or `1h 30m`".into(),
            Self::Date => "a day such as `2022-05-02`".into(),
            Self::Slo => "an objective such as `99.9% over 30d`".into(),
            Self::Severity => "a severity from `sev1` to `sev5`".into(),
            Self::Exit => "an exit code, a list of them, or `any`".into(),
            Self::Pattern(_) => "a regular expression".into(),
            Self::Lead => "a step's id, a phase, `next` or `stop`".into(),
            Self::VerifyStep => "the id of a verify step".into(),
            Self::HostName => "the name of a host".into(),
            Self::Host => "an address such as `ssh://user@host`, a list of names, or a mapping with `from`".into(),
            Self::User => "the name of a user".into(),
            Self::Word(words) => format!("one of {}", super::suggest::list(words.iter().copied())),
            Self::List(item) => format!("a list, each item {}", item.wanted()),
            Self::Map(Named::Variable | Named::Environment, _) => "a mapping from names of variables".into(),
            Self::Map(Named::Host, _) => "a mapping from names of hosts".into(),
            Self::Table(table) => format!("{}, written as a mapping", table.name),
        }
    }
}
