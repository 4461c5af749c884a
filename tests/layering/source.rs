//! Reads one file of Rust source: its modules, and every name in it that may lead elsewhere.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use syn::spanned::Spanned as _;
use syn::visit::{self, Visit};
use syn::{Attribute, Meta, UseTree, Visibility};

use crate::tokens::{self, Form, plain};

/// A file and what was found in it.
pub struct Source {
    /// From the root of the package: `src/keys/mod.rs`.
    pub name: String,
    pub text: String,
    pub mentions: Vec<Mention>,
    /// Lines where code is taken from a file of another name: `#[path]`, `include!`.
    pub moved: Vec<usize>,
    /// Lines of `extern crate`.
    pub extern_crates: Vec<usize>,
    module: Vec<String>,
    inline_modules: Vec<(usize, Vec<String>)>,
    bound: Vec<(Vec<String>, String)>,
    sees_parent: Vec<Vec<String>>,
    test_lines: usize,
    attributes: Vec<Attribute>,
}

/// A `use` or a path.
pub struct Mention {
    pub line: usize,
    /// The module it stands in, from the root.
    pub scope: Vec<String>,
    /// Whether that is test code.
    pub in_test: bool,
    pub form: Form,
    segments: Vec<String>,
}

/// Where a mention leads.
pub enum Target {
    /// Into this crate; the path from its root.
    Own(Vec<String>),
    /// To another crate, or to a type or primitive in scope: only names of crates matter.
    Outside(Vec<String>),
    /// To something this module declared or imported by a `use` that is a mention itself.
    Local,
}

/// The names each module declares or imports, of all files together.
pub struct Names {
    bound: BTreeMap<Vec<String>, BTreeSet<String>>,
    sees_parent: BTreeSet<Vec<String>>,
}

impl Source {
    pub fn read(name: &str, text: String) -> Self {
        let file = syn::parse_file(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        let module = module_of(name);
        let mut reader = Reader {
            in_test: module.last().is_some_and(|last| last == "tests"),
            scope: module.clone(),
            source: Self {
                name: name.to_owned(),
                text,
                mentions: Vec::new(),
                moved: Vec::new(),
                extern_crates: Vec::new(),
                module,
                inline_modules: Vec::new(),
                bound: Vec::new(),
                sees_parent: Vec::new(),
                test_lines: 0,
                attributes: file.attrs.clone(),
            },
        };
        reader.visit_file(&file);
        reader.source
    }

    /// The top modules this file is in or declares, with the line to report.
    pub fn top_modules(&self) -> Vec<(usize, String)> {
        let own = self.module.first().map(|top| (1, top.clone()));
        let inline = self.inline_modules.iter().filter(|(_, path)| path.len() == 1);
        let inline = inline.map(|(line, path)| (*line, path.concat()));
        own.into_iter().chain(inline).filter(|(_, top)| top != "bin").collect()
    }

    pub fn code_lines(&self) -> usize {
        if self.module.last().is_some_and(|last| last == "tests") {
            return 0;
        }
        self.text.lines().count() - self.test_lines
    }

    pub fn forbids_unsafe(&self) -> bool {
        self.attributes.iter().any(|attribute| {
            attribute.path().is_ident("forbid")
                && matches!(&attribute.meta, Meta::List(list) if has_ident(&list.tokens, "unsafe_code"))
        })
    }
}

impl Names {
    pub fn of(sources: &[Source]) -> Self {
        let mut bound: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
        for (scope, name) in sources.iter().flat_map(|source| &source.bound) {
            bound.entry(scope.clone()).or_default().insert(name.clone());
        }
        let sees_parent = sources.iter().flat_map(|source| source.sees_parent.iter().cloned()).collect();
        Self { bound, sees_parent }
    }

    pub fn resolve(&self, mention: &Mention) -> Target {
        let (first, rest) = mention.segments.split_first().expect("a mention has a name");
        let mut path = mention.scope.clone();
        match first.as_str() {
            "crate" => Target::Own(rest.to_vec()),
            "self" | "super" => {
                for segment in &mention.segments {
                    match segment.as_str() {
                        "self" => {}
                        "super" => drop(path.pop()),
                        name => path.push(name.to_owned()),
                    }
                }
                Target::Own(path)
            }
            name if !mention.form.is_global && self.binds(&path, name) => Target::Local,
            _ => Target::Outside(mention.segments.clone()),
        }
    }

    /// Whether a name means something of the module's own, so that it is no crate of that name. Of
    /// globs only `use super::*` is followed.
    fn binds(&self, scope: &[String], name: &str) -> bool {
        if self.bound.get(scope).is_some_and(|names| names.contains(name)) {
            return true;
        }
        match scope.split_last() {
            Some((_, parent)) => self.sees_parent.contains(scope) && self.binds(parent, name),
            None => false,
        }
    }
}

struct Reader {
    source: Source,
    scope: Vec<String>,
    in_test: bool,
}

impl Reader {
    fn mention(&mut self, span: Span, segments: Vec<String>, form: Form) {
        self.source.mentions.push(Mention {
            line: span.start().line,
            scope: self.scope.clone(),
            in_test: self.in_test,
            form,
            segments,
        });
    }

    fn bind(&mut self, name: String) {
        self.source.bound.push((self.scope.clone(), name));
    }

    /// A name imported from this crate may hide a crate of that name. One imported from anywhere
    /// else does not count: `use hpke::{self}` is still the crate.
    fn bind_own(&mut self, path: &[String], name: String) {
        if path.first().is_some_and(|first| ["crate", "self", "super"].contains(&first.as_str())) {
            self.bind(name);
        }
    }

    /// Flattens a tree of `use`: one mention for each leaf.
    fn walk_use(&mut self, tree: &UseTree, prefix: &[String], form: Form) {
        let longer = |name: &Ident| match plain(name) {
            // `a::{self}` is `a`.
            own if own == "self" && !prefix.is_empty() => prefix.to_vec(),
            own => [prefix, &[own]].concat(),
        };
        // A name that is a whole crate gives all of it.
        let leaf = |path: &[String]| Form { is_open: path.len() == 1, ..form };
        match tree {
            UseTree::Path(path) => self.walk_use(&path.tree, &longer(&path.ident), form),
            UseTree::Group(group) => group.items.iter().for_each(|tree| self.walk_use(tree, prefix, form)),
            UseTree::Name(name) => {
                let path = longer(&name.ident);
                self.bind_own(&path, path.last().cloned().unwrap_or_default());
                self.mention(name.ident.span(), path.clone(), leaf(&path));
            }
            UseTree::Rename(rename) => {
                let path = longer(&rename.ident);
                self.bind_own(&path, plain(&rename.rename));
                self.mention(rename.ident.span(), path.clone(), leaf(&path));
            }
            UseTree::Glob(glob) => {
                if prefix == ["super"] {
                    self.source.sees_parent.push(self.scope.clone());
                }
                let path = if prefix.is_empty() { vec!["self".to_owned()] } else { prefix.to_vec() };
                self.mention(glob.span(), path, Form { is_open: true, ..form });
            }
        }
    }
}

impl<'ast> Visit<'ast> for Reader {
    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        self.bind(plain(&item.ident));
        let was_test = self.in_test;
        self.in_test |= is_test(&item.attrs);
        if item.content.is_some() {
            self.scope.push(plain(&item.ident));
            if !self.in_test {
                self.source.inline_modules.push((item.ident.span().start().line, self.scope.clone()));
            }
        }
        if self.in_test && !was_test {
            let lines = item.span();
            self.source.test_lines += lines.end().line - lines.start().line + 1;
        }
        visit::visit_item_mod(self, item);
        if item.content.is_some() {
            self.scope.pop();
        }
        self.in_test = was_test;
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        item.attrs.iter().for_each(|attribute| self.visit_attribute(attribute));
        let form = Form {
            is_use: true,
            is_public: !matches!(item.vis, Visibility::Inherited),
            is_global: item.leading_colon.is_some(),
            is_open: false,
        };
        self.walk_use(&item.tree, &[], form);
    }

    fn visit_item_extern_crate(&mut self, item: &'ast syn::ItemExternCrate) {
        self.source.extern_crates.push(item.span().start().line);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let is_global = path.leading_colon.is_some();
        if path.segments.len() > 1 || is_global {
            let segments = path.segments.iter().map(|segment| plain(&segment.ident)).collect();
            self.mention(path.span(), segments, Form { is_global, ..Form::default() });
        }
        visit::visit_path(self, path);
    }

    fn visit_attribute(&mut self, attribute: &'ast Attribute) {
        let conditional = attribute.path().is_ident("cfg_attr")
            && matches!(&attribute.meta, Meta::List(list) if has_ident(&list.tokens, "path"));
        if attribute.path().is_ident("path") || conditional {
            self.source.moved.push(attribute.span().start().line);
        }
        visit::visit_attribute(self, attribute);
    }

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        if call.path.segments.last().is_some_and(|last| last.ident == "include") {
            self.source.moved.push(call.span().start().line);
        }
        visit::visit_macro(self, call);
    }

    fn visit_token_stream(&mut self, tokens: &'ast TokenStream) {
        for (span, segments, form) in tokens::paths(tokens) {
            self.mention(span, segments, form);
        }
    }
}

/// `src/crypto/seal/mod.rs` is `crypto::seal`; `src/lib.rs` the root.
fn module_of(name: &str) -> Vec<String> {
    let path = name.strip_prefix("src/").and_then(|rest| rest.strip_suffix(".rs")).expect("a file under src");
    let mut module: Vec<String> = path.split('/').map(str::to_owned).collect();
    if path == "lib" || module.len() > 1 && module.last().is_some_and(|last| last == "mod") {
        module.pop();
    }
    module
}

fn is_test(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| match &attribute.meta {
        Meta::List(list) if list.path.is_ident("cfg") => {
            let tokens = list.tokens.to_string();
            tokens == "test" || tokens.starts_with("all (test,") || tokens.starts_with("all(test,")
        }
        _ => false,
    })
}

fn has_ident(tokens: &TokenStream, name: &str) -> bool {
    tokens.clone().into_iter().any(|token| match token {
        TokenTree::Ident(ident) => ident == name,
        TokenTree::Group(group) => has_ident(&group.stream(), name),
        _ => false,
    })
}
