//! A browser without a window, spoken to through a pipe (<https://chromedevtools.github.io/devtools-protocol/>).

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use base64::Engine as _;
use serde_json::{Value, json};

/// Names a browser has, and the package that has the first of them.
const NAMES: [&str; 4] = ["chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"];
const PACKAGE: &str = "chromium-headless-shell (`tests/run` installs it where it is missing)";
/// An answer takes milliseconds; on a busy machine the browser's start takes seconds.
const PATIENCE: Duration = Duration::from_mins(2);

/// A browser with one page.
pub(crate) struct Browser {
    child: Child,
    orders: ChildStdin,
    answers: Receiver<Value>,
    session: String,
    last: u64,
    /// What the page said and did since it was opened.
    events: Vec<Value>,
    _profile: tempfile::TempDir,
}

/// What a page is looked at with.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Look {
    pub(crate) name: &'static str,
    pub(crate) width: u32,
    pub(crate) dark: bool,
    pub(crate) print: bool,
}

impl Browser {
    pub(crate) fn start() -> Self {
        let profile = tempfile::Builder::new().prefix("st").tempdir().expect("a folder");
        // The protocol's pipe is descriptors 3 and 4: our ends of the standard streams.
        let script = "exec \"$0\" \"$@\" 3<&0 4>&1 </dev/null >/dev/null 2>/dev/null";
        let mut child = Command::new("sh")
            .args(["-c", script])
            .arg(program())
            .args(["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run"])
            .args(["--disable-dev-shm-usage", "--remote-debugging-pipe", "about:blank"])
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a shell");
        let orders = child.stdin.take().expect("a pipe");
        let mut lines = BufReader::new(child.stdout.take().expect("a pipe"));
        let (sender, answers) = channel();
        std::thread::spawn(move || {
            loop {
                let mut message = Vec::new();
                match lines.read_until(0, &mut message) {
                    Ok(0) | Err(_) => return,
                    Ok(_) => message.pop(),
                };
                let Ok(message) = serde_json::from_slice(&message) else { return };
                if sender.send(message).is_err() {
                    return;
                }
            }
        });
        let session = String::new();
        let mut browser = Self { child, orders, answers, session, last: 0, events: Vec::new(), _profile: profile };
        let target = browser.call("Target.createTarget", &json!({ "url": "about:blank" }));
        let attach = json!({ "targetId": target["targetId"], "flatten": true });
        let attached = browser.call("Target.attachToTarget", &attach);
        browser.session = attached["sessionId"].as_str().expect("a session").to_owned();
        for domain in ["Page", "Runtime", "Network", "Log"] {
            browser.call(&format!("{domain}.enable"), &json!({}));
        }
        browser
    }

    /// Opens a file and looks at it; what the page says and asks for from here on is kept.
    pub(crate) fn open(&mut self, file: &Path, look: Look) {
        let scheme = if look.dark { "dark" } else { "light" };
        let media = if look.print { "print" } else { "screen" };
        let features = json!([{ "name": "prefers-color-scheme", "value": scheme }]);
        self.call("Emulation.setEmulatedMedia", &json!({ "media": media, "features": features }));
        let size = json!({ "width": look.width, "height": 900, "deviceScaleFactor": 1, "mobile": look.width < 600 });
        self.call("Emulation.setDeviceMetricsOverride", &size);
        self.call("Page.navigate", &json!({ "url": "about:blank" }));
        self.wait("Page.loadEventFired");
        self.events.clear();
        self.call("Page.navigate", &json!({ "url": format!("file://{}", file.display()) }));
        self.wait("Page.loadEventFired");
    }

    /// What an expression is in the page.
    pub(crate) fn ask(&mut self, expression: &str) -> Value {
        let asked = json!({ "expression": expression, "returnByValue": true });
        let mut answer = self.call("Runtime.evaluate", &asked);
        assert!(answer["exceptionDetails"].is_null(), "{}", answer["exceptionDetails"]);
        answer["result"]["value"].take()
    }

    /// Addresses the page asked for, its own first.
    pub(crate) fn requests(&self) -> Vec<String> {
        let requests = self.events.iter().filter(|event| event["method"] == "Network.requestWillBeSent");
        requests.map(|event| event["params"]["request"]["url"].as_str().unwrap_or_default().to_owned()).collect()
    }

    /// What the page complained of: errors, warnings, what its policy refused.
    pub(crate) fn complaints(&self) -> Vec<String> {
        let kinds = ["Log.entryAdded", "Runtime.exceptionThrown", "Runtime.consoleAPICalled"];
        let complaints = self.events.iter().filter(|event| kinds.iter().any(|kind| event["method"] == *kind));
        complaints.map(|event| event["params"].to_string()).collect()
    }

    /// The page as it would be printed.
    pub(crate) fn pdf(&mut self) -> Vec<u8> {
        let printed = self.call("Page.printToPDF", &json!({ "printBackground": true, "preferCSSPageSize": true }));
        decode(&printed["data"])
    }

    /// The whole page as a picture.
    pub(crate) fn picture(&mut self) -> Vec<u8> {
        let taken = json!({ "format": "png", "captureBeyondViewport": true });
        let taken = self.call("Page.captureScreenshot", &taken);
        decode(&taken["data"])
    }

    fn call(&mut self, method: &str, params: &Value) -> Value {
        self.last += 1;
        let number = self.last;
        let mut order = json!({ "id": number, "method": method, "params": params });
        if !self.session.is_empty() {
            order["sessionId"] = self.session.clone().into();
        }
        self.orders.write_all(format!("{order}\0").as_bytes()).expect("the browser is there");
        loop {
            let mut answer = self.next(method);
            if answer["id"] == number {
                assert!(answer["error"].is_null(), "{method}: {}", answer["error"]);
                return answer["result"].take();
            }
            self.events.push(answer);
        }
    }

    fn wait(&mut self, event: &str) {
        if let Some(at) = self.events.iter().position(|seen| seen["method"] == event) {
            self.events.remove(at);
            return;
        }
        loop {
            let seen = self.next(event);
            if seen["method"] == event {
                return;
            }
            self.events.push(seen);
        }
    }

    fn next(&self, waiting: &str) -> Value {
        let next = self.answers.recv_timeout(PATIENCE);
        next.unwrap_or_else(|error| panic!("the browser did not answer to {waiting}: {error}"))
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let order = json!({ "id": self.last + 1, "method": "Browser.close" });
        let _ = self.orders.write_all(format!("{order}\0").as_bytes());
        // It closes the pipe when it has ended its own processes.
        while self.answers.recv_timeout(Duration::from_secs(10)).is_ok() {}
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn decode(data: &Value) -> Vec<u8> {
    base64::engine::general_purpose::STANDARD.decode(data.as_str().expect("data")).expect("base64")
}

fn program() -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    let mut found = NAMES.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name)));
    found.find(|program| program.is_file()).unwrap_or_else(|| {
        panic!("no browser is there to look at the page with: none of {}; install {PACKAGE}", NAMES.join(", "))
    })
}
