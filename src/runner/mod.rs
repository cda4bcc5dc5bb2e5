//! The life of a command: lanes, each kept by a supervisor of its own that outlives the screen.
//!
//! [`client::Lane`] is what the rest of the house uses. It finds or starts the supervisor of a lane and talks with it over a socket
//! in the lane's folder. [`supervisor`] and [`stage`] are what the hidden subcommands `lane` and `stage` run. A recorded shell
//! ([`shell`]) is not detached: it lives in its typist's terminal, keeps a lane of its own, and writes the same files for each command.
//!
//! Files a supervisor writes, all 0600:
//!
//! | file | what |
//! |---|---|
//! | `lanes/N/lane.json` | the lane's setup, written by whoever starts its supervisor |
//! | `lanes/ssh-*` | sockets of the connections that lanes on other machines share, and whose turn it is to make one |
//! | `lanes/N/lock` | locked as long as the supervisor lives |
//! | `lanes/N/control` | its socket |
//! | `lanes/N/state.json` | directory and names of the environment that carries over; no values |
//! | `lanes/N/away.json` | a run on another machine that outlives its connection, while its end is not on disk |
//! | `lanes/N/late` | what arrived while nothing ran: output of processes that runs left behind |
//! | `runs/NNNN/command.json` | the [`RunSpec`](crate::session::run::RunSpec), secrets by name only |
//! | `runs/NNNN/output` | what the command wrote, after redaction |
//! | `runs/NNNN/times` | one line `MILLISECONDS OFFSET` per growth: so long after the start, `output` ended there; `COLUMNSxROWS` behind them where the terminal was resized |
//! | `runs/NNNN/index` | where lines begin in `output`, and where it moves the cursor: see [`index`](crate::store::index) |
//! | `runs/NNNN/exit.json` | the [`RunEnd`](crate::session::run::RunEnd), whole or not at all |

mod away;
pub mod client;
mod far;
mod folder;
pub mod logout;
mod protocol;
pub mod shell;
pub mod stage;
pub mod supervisor;

pub use away::may_live_on;
pub use client::{Lane, LaneSetup};
pub use far::{Far, SSH_CONFIG};
pub use protocol::Notice;
pub use supervisor::still_alive;
