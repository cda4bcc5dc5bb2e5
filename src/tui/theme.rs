//! Colours by meaning. Sixteen colours are enough, and none are needed: what a colour says is also said in words.

use ratatui::style::{Color, Modifier, Style};

/// What a piece of text means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// Ordinary text.
    Plain,
    /// Of less weight, or not possible now.
    Dim,
    /// Of more weight.
    Strong,
    /// The title of a pane.
    Title,
    /// The title of the pane that has the keys.
    Focused,
    /// A heading in prose.
    Heading,
    /// A key to press.
    Key,
    /// Healthy, done.
    Good,
    /// Not healthy.
    Bad,
    /// Over budget, silent, soon over.
    Warn,
    /// Going on.
    Running,
    /// A command, a word of code.
    Code,
    /// An address.
    Link,
    /// The selected row.
    Selected,
    /// The line at the top.
    Header,
    /// Something that stays until it is dealt with.
    Banner,
    /// Emphasis in prose.
    Emphasis,
}

/// How roles look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Theme {
    coloured: bool,
}

impl Theme {
    /// The sixteen colours of the terminal's own palette.
    pub(crate) const fn coloured() -> Self {
        Self { coloured: true }
    }

    /// Without colour: bold, dim, underlined and reversed only.
    pub(crate) const fn mono() -> Self {
        Self { coloured: false }
    }

    /// Whether colours of commands are shown.
    pub(crate) const fn is_coloured(self) -> bool {
        self.coloured
    }

    /// How a role looks.
    pub(crate) fn style(self, role: Role) -> Style {
        let style = Style::new();
        let coloured = |colour: Color, modifier: Modifier| {
            let style = Style::new().add_modifier(modifier);
            if self.coloured { style.fg(colour) } else { style }
        };
        match role {
            Role::Plain => style,
            Role::Dim => style.add_modifier(Modifier::DIM),
            Role::Strong => style.add_modifier(Modifier::BOLD),
            Role::Title => coloured(Color::Blue, Modifier::empty()),
            Role::Heading => coloured(Color::Blue, Modifier::BOLD),
            Role::Focused | Role::Key => coloured(Color::Cyan, Modifier::BOLD),
            Role::Good => coloured(Color::Green, Modifier::empty()),
            Role::Bad => coloured(Color::Red, Modifier::BOLD),
            Role::Warn => coloured(Color::Yellow, Modifier::BOLD),
            Role::Running => coloured(Color::Cyan, Modifier::empty()),
            Role::Code => coloured(Color::Magenta, Modifier::empty()),
            Role::Link => coloured(Color::Blue, Modifier::UNDERLINED),
            Role::Selected | Role::Header => style.add_modifier(Modifier::REVERSED),
            Role::Banner => coloured(Color::Yellow, Modifier::REVERSED | Modifier::BOLD),
            Role::Emphasis => style.add_modifier(Modifier::ITALIC),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_colour_nothing_is_coloured() {
        let roles = [Role::Good, Role::Bad, Role::Warn, Role::Code, Role::Link, Role::Banner, Role::Running];
        assert!(roles.iter().all(|role| Theme::mono().style(*role).fg.is_none()));
        assert!(roles.iter().all(|role| Theme::coloured().style(*role).fg.is_some()));
    }
}
