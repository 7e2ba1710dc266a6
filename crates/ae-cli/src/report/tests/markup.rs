//! Whether every tag that opens also closes, in the right order.

/// Elements that HTML closes by itself.
const VOID: [&str; 3] = ["img", "meta", "br"];

/// The first thing wrong with `page`.
pub fn check(page: &str) -> Result<(), String> {
    let mut open: Vec<&str> = Vec::new();
    let mut rest = page
        .strip_prefix("<!DOCTYPE html>")
        .ok_or("no document type")?;
    while let Some(start) = rest.find('<') {
        let end = start + end_of_tag(&rest[start..]).ok_or("a tag without end")?;
        let tag = &rest[start + 1..end];
        rest = &rest[end + 1..];
        if let Some(name) = tag.strip_prefix('/') {
            match open.pop() {
                Some(expected) if expected == name => {}
                other => return Err(format!("</{name}> closes {other:?}")),
            }
            continue;
        }
        let name = tag.split(' ').next().unwrap_or_default();
        if !name.chars().all(|letter| letter.is_ascii_alphanumeric()) {
            return Err(format!("a stray < before {name:?}"));
        }
        if !VOID.contains(&name) {
            open.push(name);
        }
        if name == "style" {
            rest = &rest[rest.find("</style>").ok_or("<style> stays open")?..];
        }
    }
    if open.is_empty() {
        Ok(())
    } else {
        Err(format!("never closed: {open:?}"))
    }
}

/// Where the `>` stands that isn't inside an attribute's quotes.
fn end_of_tag(text: &str) -> Option<usize> {
    let mut quoted = false;
    text.char_indices().find_map(|(place, letter)| {
        quoted ^= letter == '"';
        (letter == '>' && !quoted).then_some(place)
    })
}

#[test]
fn faults_are_found() {
    assert_eq!(check("<!DOCTYPE html><p a=\">\">x<img></p>"), Ok(()));
    assert!(check("<!DOCTYPE html><p><b></p></b>").is_err());
    assert!(check("<!DOCTYPE html><p>").is_err());
    assert!(check("<!DOCTYPE html>1 < 2").is_err());
    assert!(check("<p></p>").is_err());
}
