//! What a file is that is no image we read, in words for its owner.

/// First bytes of files that people take for images.
const KNOWN: [(&[u8], &str); 11] = [
    (b"%PDF", "it looks like a PDF document"),
    (b"PK\x03\x04", "it looks like a ZIP archive; unpack it first"),
    (b"\x1f\x8b", "it looks like a GZIP archive; unpack it first"),
    (b"7z\xbc\xaf", "it looks like a 7z archive; unpack it first"),
    (b"GIF8", "it looks like a GIF picture"),
    (b"BM", "it looks like a BMP picture"),
    (b"RIFF", "it looks like a WebP picture or a film"),
    (b"\0\0\0\x0cjP  ", "it looks like a bare JPEG 2000 picture"),
    (b"\xff\x4f\xff\x51", "it looks like a bare JPEG 2000 stream"),
    (b"\x7fELF", "it looks like a program"),
    (b"MZ", "it looks like a program"),
];

/// Bytes looked at to tell text from the rest.
const HEAD: usize = 512;

/// A clause that says what the bytes look like.
pub(super) fn describe(bytes: &[u8]) -> &'static str {
    if let Some((_, words)) = KNOWN.iter().find(|(magic, _)| bytes.starts_with(magic)) {
        return words;
    }
    let head = &bytes[..bytes.len().min(HEAD)];
    // A character may be cut at the end of the head.
    let is_text = match std::str::from_utf8(head) {
        Ok(_) => true,
        Err(e) => e.error_len().is_none() && e.valid_up_to() > 0,
    } && !head.iter().any(|b| *b < b'\t');
    let start = head.trim_ascii_start().to_ascii_lowercase();
    match () {
        () if !is_text => "its first bytes are of no known kind",
        () if start.starts_with(b"<!doctype html") || start.starts_with(b"<html") => {
            "it looks like a web page"
        }
        () if start.starts_with(b"<") => "it looks like XML",
        () => "it looks like text",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_strangers_are_named() {
        let cases: [(&[u8], &str); 7] = [
            (b"%PDF-1.7 ...", "PDF"),
            (b"PK\x03\x04\x14", "ZIP"),
            (b"  <!DOCTYPE HTML><title>x", "web page"),
            (b"<?xml version='1.0'?>", "XML"),
            ("Größe des Herzens".as_bytes(), "text"),
            (b"\0\0\0\0\0\0", "no known kind"),
            (b"\xfe\xdc\xba", "no known kind"),
        ];
        for (bytes, expected) in cases {
            assert!(describe(bytes).contains(expected), "{bytes:?}: {}", describe(bytes));
        }
    }
}
