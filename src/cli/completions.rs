//! `stanch completions` and `stanch man`: what shells and manuals want to know of the command line.

use std::io::Write;

use clap::CommandFactory;

use super::{Cli, Exit};

/// For which shell.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The shell that will read it.
    shell: clap_complete::Shell,
}

/// Writes the shell's completion script.
pub(super) fn run(args: &Args, out: &mut dyn Write) -> anyhow::Result<Exit> {
    // Made in memory first: the generator takes no word that it could not write.
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "stanch", &mut script);
    out.write_all(&script)?;
    Ok(Exit::Fine)
}

/// Writes the manual page, every subcommand in a section of its own.
pub(super) fn manual(out: &mut dyn Write) -> anyhow::Result<Exit> {
    let mut command = Cli::command();
    command.build();
    clap_mangen::Man::new(command.clone()).render(out)?;
    for subcommand in command.get_subcommands().filter(|subcommand| !subcommand.is_hide_set()) {
        let title = format!("stanch {}", subcommand.get_name());
        writeln!(out, ".SH {}", title.to_uppercase())?;
        let page = clap_mangen::Man::new(subcommand.clone());
        page.render_description_section(out)?;
        page.render_synopsis_section(out)?;
        page.render_options_section(out)?;
    }
    Ok(Exit::Fine)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shell_gets_a_script_that_knows_the_subcommands() {
        for shell in [clap_complete::Shell::Bash, clap_complete::Shell::Zsh, clap_complete::Shell::Fish] {
            let mut out = Vec::new();
            run(&Args { shell }, &mut out).unwrap();
            let script = String::from_utf8(out).unwrap();
            assert!(script.contains("resume") && script.contains("drill"), "{shell}: {script}");
        }
    }

    #[test]
    fn the_manual_describes_every_subcommand() {
        let mut out = Vec::new();
        manual(&mut out).unwrap();
        let page = String::from_utf8(out).unwrap();
        for name in Cli::command().get_subcommands().map(clap::Command::get_name) {
            assert!(page.contains(&format!(".SH STANCH {}", name.to_uppercase())), "{name}");
        }
    }
}
