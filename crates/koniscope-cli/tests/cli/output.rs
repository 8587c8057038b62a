//! What a program said and with what code it ended.

use std::process::Output;

pub(crate) fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

pub(crate) fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// Exit code, with what was said where it is another.
#[track_caller]
pub(crate) fn assert_code(output: &Output, code: i32) {
    let said = format!("stdout: {}\nstderr: {}", stdout(output), stderr(output));
    assert_eq!(output.status.code(), Some(code), "{said}");
}
