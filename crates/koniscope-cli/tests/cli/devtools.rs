//! A browser driven by its DevTools protocol over two pipes, as its user drives it: by keys.

use std::{
    fs::{File, OpenOptions},
    io::{BufRead, BufReader, Write},
    process::{Child, Command},
    time::{Duration, Instant},
};

use serde_json::{Value, json};

/// A browser with one page.
pub(crate) struct Browser {
    child: Child,
    to: File,
    from: BufReader<File>,
    session: String,
    last: u64,
    _folder: tempfile::TempDir,
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Browser {
    /// Starts it.
    pub(crate) fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        for pipe in ["to", "from"] {
            assert!(Command::new("mkfifo").arg(at(pipe)).status().unwrap().success());
        }
        let child = Command::new("sh")
            .args(["-c", "exec 3<\"$1\" 4>\"$2\"; shift 2; exec \"$@\"", "sh"])
            .args([at("to"), at("from")])
            .arg(crate::browser::find())
            .args(["--headless", "--no-sandbox", "--disable-gpu", "--remote-debugging-pipe"])
            .arg("--window-size=1280,900")
            .arg(format!("--user-data-dir={}", at("profile").display()))
            .arg("about:blank")
            .stderr(std::process::Stdio::null())
            .spawn()
            .unwrap();
        let to = OpenOptions::new().write(true).open(at("to")).unwrap();
        let from = BufReader::new(File::open(at("from")).unwrap());
        let mut browser =
            Self { child, to, from, session: String::new(), last: 0, _folder: folder };
        let targets = browser.ask("Target.getTargets", json!({}));
        let page = targets["targetInfos"].as_array().unwrap();
        let page = page.iter().find(|target| target["type"] == "page").unwrap();
        let attach = json!({ "targetId": page["targetId"], "flatten": true });
        let attached = browser.ask("Target.attachToTarget", attach);
        browser.session = attached["sessionId"].as_str().unwrap().to_owned();
        browser.ask("Page.enable", json!({}));
        browser
    }

    /// The answer to a command of the protocol.
    pub(crate) fn ask(&mut self, method: &str, params: Value) -> Value {
        self.last += 1;
        let mut message = json!({ "id": self.last, "method": method, "params": params });
        if !self.session.is_empty() {
            message["sessionId"] = self.session.as_str().into();
        }
        self.to.write_all(message.to_string().as_bytes()).unwrap();
        self.to.write_all(b"\0").unwrap();
        loop {
            let mut bytes = Vec::new();
            assert!(self.from.read_until(0, &mut bytes).unwrap() > 0, "the browser has ended");
            bytes.pop();
            let said: Value = serde_json::from_slice(&bytes).unwrap();
            if said["id"] == self.last {
                assert!(said.get("error").is_none(), "{method}: {said}");
                return said["result"].clone();
            }
        }
    }

    pub(crate) fn go(&mut self, address: &str) {
        self.ask("Page.navigate", json!({ "url": address }));
    }

    /// Runs a script on every page that follows, before its own.
    pub(crate) fn before(&mut self, script: &str) {
        self.ask("Page.addScriptToEvaluateOnNewDocument", json!({ "source": script }));
    }

    /// The value of an expression on the page.
    pub(crate) fn value(&mut self, expression: &str) -> Value {
        let params =
            json!({ "expression": expression, "returnByValue": true, "awaitPromise": true });
        self.ask("Runtime.evaluate", params)["result"]["value"].clone()
    }

    /// Waits until an expression is true.
    #[track_caller]
    pub(crate) fn until(&mut self, expression: &str) {
        let begun = Instant::now();
        while self.value(expression) != Value::Bool(true) {
            if begun.elapsed() > Duration::from_secs(60) {
                panic!("never {expression}: {}", self.value("document.body.innerText"));
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Presses a key by its name, with modifiers as the protocol counts them (2 is Ctrl).
    pub(crate) fn press(&mut self, key: &str, modifiers: u32) {
        let (code, text) = match key {
            "Tab" => (9, ""),
            "Enter" => (13, "\r"),
            " " => (32, " "),
            "Escape" => (27, ""),
            "ArrowLeft" => (37, ""),
            "ArrowUp" => (38, ""),
            "ArrowRight" => (39, ""),
            "ArrowDown" => (40, ""),
            "Home" => (36, ""),
            "End" => (35, ""),
            "Delete" => (46, ""),
            key => (u32::from(key.to_uppercase().as_bytes()[0]), key),
        };
        let mut down = json!({
            "type": "keyDown", "key": key, "windowsVirtualKeyCode": code, "modifiers": modifiers,
        });
        if !text.is_empty() && modifiers == 0 {
            down["text"] = text.into();
        }
        self.ask("Input.dispatchKeyEvent", down.clone());
        down["type"] = "keyUp".into();
        self.ask("Input.dispatchKeyEvent", down);
    }

    /// Tabs until what has the focus fits a selector.
    #[track_caller]
    pub(crate) fn tab_to(&mut self, selector: &str) {
        let found = format!("!!document.activeElement?.matches({selector:?})");
        for _ in 0..300 {
            if self.value(&found) == Value::Bool(true) {
                return;
            }
            self.press("Tab", 0);
        }
        panic!("no Tab leads to {selector}");
    }

    pub(crate) fn write(&mut self, text: &str) {
        for letter in text.chars() {
            self.press(&letter.to_string(), 0);
        }
    }
}
