//! Finds paths in tokens whose grammar only a macro or an attribute knows.

use proc_macro2::{Ident, Spacing, Span, TokenStream, TokenTree};

/// In what form something is named.
#[derive(Clone, Copy, Debug, Default)]
pub struct Form {
    pub is_use: bool,
    /// A `use` that others see.
    pub is_public: bool,
    /// Begins with `::`.
    pub is_global: bool,
    /// Names all that is below: a glob, another name for a whole crate, a path a macro completes.
    pub is_open: bool,
}

type Found = (Span, Vec<String>, Form);

/// Every path of more than one name, and whatever a `use` names.
pub fn paths(tokens: &TokenStream) -> Vec<Found> {
    let mut found = Vec::new();
    scan(tokens.clone(), &mut found);
    found
}

/// The name without the mark of a raw identifier.
pub fn plain(ident: &Ident) -> String {
    ident.to_string().trim_start_matches("r#").to_owned()
}

fn scan(tokens: TokenStream, found: &mut Vec<Found>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        match token {
            TokenTree::Group(group) => scan(group.stream(), found),
            TokenTree::Ident(_) if !is_macro_variable(&tokens, at) => {
                let is_use = at > 0 && is_ident(&tokens[at - 1], "use");
                let form = Form {
                    is_use,
                    is_public: is_use && ends_in_pub(&tokens[..at - 1]),
                    is_global: at > 1 && is_separator(&tokens[at - 2..]),
                    is_open: false,
                };
                at = scan_path(&tokens, at, &[], form, found);
                continue;
            }
            _ => {}
        }
        at += 1;
    }
}

/// Reads the path that begins `at` a token, with the braces a `use` may end in. A lone name counts
/// only in a `use`. Returns where the path ends.
fn scan_path(
    tokens: &[TokenTree],
    mut at: usize,
    prefix: &[String],
    form: Form,
    found: &mut Vec<Found>,
) -> usize {
    let Some(first) = tokens.get(at) else { return at };
    let mut path = prefix.to_vec();
    let mut span = first.span();
    let mut is_open = is_punct(first, '*');
    while let Some(TokenTree::Ident(ident)) = tokens.get(at) {
        span = ident.span();
        let name = plain(ident);
        // `a::{self}` is `a`.
        if name != "self" || path.is_empty() {
            path.push(name);
        }
        at += 1;
        if !is_separator(&tokens[at..]) {
            break;
        }
        match tokens.get(at + 2) {
            Some(TokenTree::Group(group)) => {
                let branches: Vec<TokenTree> = group.stream().into_iter().collect();
                for branch in branches.split(|token| is_punct(token, ',')) {
                    scan_path(branch, 0, &path, Form { is_use: true, ..form }, found);
                }
                return at + 3;
            }
            Some(token) if is_punct(token, '*') || is_punct(token, '$') => {
                is_open = true;
                break;
            }
            _ => at += 2,
        }
    }
    // A whole crate under its own or another name gives all of it.
    is_open |= form.is_use && path.len() == 1;
    if path.len() > 1 || is_open {
        found.push((span, path, Form { is_open, ..form }));
    }
    at
}

/// `$name`, but not `$crate`: what it stands for is read where the macro is called.
fn is_macro_variable(tokens: &[TokenTree], at: usize) -> bool {
    at > 0 && is_punct(&tokens[at - 1], '$') && !is_ident(&tokens[at], "crate")
}

fn ends_in_pub(tokens: &[TokenTree]) -> bool {
    match tokens {
        [.., last @ TokenTree::Ident(_)] => is_ident(last, "pub"),
        [.., before, TokenTree::Group(_)] => is_ident(before, "pub"),
        _ => false,
    }
}

/// Whether these tokens begin with `::`.
fn is_separator(tokens: &[TokenTree]) -> bool {
    match tokens {
        [TokenTree::Punct(first), second, ..] => {
            first.as_char() == ':' && first.spacing() == Spacing::Joint && is_punct(second, ':')
        }
        _ => false,
    }
}

fn is_ident(token: &TokenTree, name: &str) -> bool {
    matches!(token, TokenTree::Ident(ident) if ident == name)
}

fn is_punct(token: &TokenTree, wanted: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == wanted)
}
