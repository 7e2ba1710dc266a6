//! Rust files as tokens, so that comments and texts cannot be mistaken for code.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

use crate::workspace::TextFile;

/// A word or a single sign of the code, with its line counted from 1.
pub struct Token {
    pub text: String,
    pub line: usize,
}

/// Stands for any string, `0` for any other literal.
pub const TEXT: &str = "\"\"";

/// All of the file's code.
pub fn all(file: &TextFile) -> Vec<Token> {
    flat(file, true)
}

/// The file's code without items marked `#[test]` or `#[cfg(test)]`.
pub fn without_tests(file: &TextFile) -> Vec<Token> {
    flat(file, false)
}

/// The lines on which `pattern`, such as `[".", "unwrap", "("]`, begins.
pub fn find(tokens: &[Token], pattern: &[&str]) -> Vec<usize> {
    let matches = |window: &&[Token]| window.iter().map(|token| &token.text).eq(pattern);
    let windows = tokens.windows(pattern.len()).filter(matches);
    windows.map(|window| window[0].line).collect()
}

fn flat(file: &TextFile, with_tests: bool) -> Vec<Token> {
    let stream: TokenStream = file
        .text
        .parse()
        .unwrap_or_else(|error| panic!("{}: {error}", file.path));
    let mut tokens = Vec::new();
    flatten(stream, with_tests, &mut tokens);
    tokens
}

fn flatten(stream: TokenStream, with_tests: bool, tokens: &mut Vec<Token>) {
    let mut trees = stream.into_iter().peekable();
    while let Some(tree) = trees.next() {
        if let (TokenTree::Punct(sign), Some(TokenTree::Group(group))) = (&tree, trees.peek())
            && sign.as_char() == '#'
            && !with_tests
            && marks_test(group)
        {
            // The item ends with its body, or with a semicolon where it has none.
            trees.find(|tree| match tree {
                TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
                TokenTree::Punct(sign) => sign.as_char() == ';',
                _ => false,
            });
            continue;
        }
        let line = tree.span().start().line;
        match tree {
            TokenTree::Group(group) => {
                let (open, close) = match group.delimiter() {
                    Delimiter::Parenthesis => ("(", ")"),
                    Delimiter::Brace => ("{", "}"),
                    Delimiter::Bracket => ("[", "]"),
                    Delimiter::None => ("", ""),
                };
                push(tokens, open.to_owned(), line);
                let end = group.span_close().start().line;
                flatten(group.stream(), with_tests, tokens);
                push(tokens, close.to_owned(), end);
            }
            TokenTree::Literal(literal) => {
                let is_text = literal.to_string().ends_with('"');
                push(tokens, if is_text { TEXT } else { "0" }.to_owned(), line);
            }
            word_or_sign => push(tokens, word_or_sign.to_string(), line),
        }
    }
}

fn push(tokens: &mut Vec<Token>, text: String, line: usize) {
    tokens.push(Token { text, line });
}

fn marks_test(attribute: &Group) -> bool {
    let mut text = attribute.stream().to_string();
    text.retain(|character| !character.is_whitespace());
    text == "test" || text == "cfg(test)" || text.starts_with("cfg(all(test")
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAMPLE: &str = "//! word\n/// word\nfn f() { let a = \"word\"; word(); } // word\n\
        #[cfg(test)]\nmod tests { fn g() { word(); } }\n#[cfg(not(test))]\nfn h() { word() }\n\
        #[cfg(test)]\nmod more;\nfn i() { word() }\n";

    fn lines(tokens: fn(&TextFile) -> Vec<Token>) -> Vec<usize> {
        let file = TextFile {
            path: "sample.rs".to_owned(),
            text: SAMPLE.to_owned(),
        };
        find(&tokens(&file), &["word", "("])
    }

    #[test]
    fn comments_and_texts_are_no_code() {
        assert_eq!(lines(all), [3, 5, 7, 10]);
    }

    #[test]
    fn test_items_can_be_left_out() {
        assert_eq!(lines(without_tests), [3, 7, 10]);
    }
}
