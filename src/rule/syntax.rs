//! From the bytes of a rule's file to something that can run, or to located
//! diagnostics: size, encoding, syntax, form, names.
//!
//! A file holds `const RULE` of literals and functions, nothing else. What can
//! be found without running is found here: an unknown function or variable, a
//! function that redefines the vocabulary, a `risk` with the wrong parameters.

use std::sync::Arc;

use rhai::{AST, ASTFlags, ASTNode, Engine, Expr, Position, Stmt};

use super::coverage::Branches;
use super::failure;
use super::head::{self, Head};
use super::session::{CLOSE, OPEN};
use super::vocabulary::Words;
use crate::diagnostic::{Diagnostic, Place, nearest};

/// Largest file.
pub const MAX_FILE: usize = 1024 * 1024;
/// Rhai counts lines and columns in 16 bits.
const MAX_LINES: usize = 65_000;

/// A file that may hold a rule.
#[derive(Clone, Debug)]
pub(super) struct Source {
    /// The file's name without `.rhai`.
    pub id: String,
    /// The file.
    pub path: Arc<str>,
    /// Its text.
    pub text: Arc<str>,
}

impl Source {
    /// A position of Rhai as a place, the name or mark there underlined.
    pub fn place(&self, position: Position) -> Place {
        let (Some(line), Some(column)) = (position.line(), position.position()) else {
            return Place::file(self.path.clone());
        };
        let chars: Vec<char> = self.text.lines().nth(line - 1).unwrap_or("").chars().skip(column - 1).collect();
        let length = match chars.first() {
            Some(c) if c.is_alphanumeric() || *c == '_' => {
                chars.iter().take_while(|c| c.is_alphanumeric() || **c == '_').count()
            }
            _ => 1,
        };
        let small = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Place::new(self.path.clone(), small(line), small(column), small(length))
    }

    /// A position as a place, or another place where there is none.
    pub fn place_or(&self, position: Position, other: &Place) -> Place {
        if position.is_none() { other.clone() } else { self.place(position) }
    }
}

/// A function of a rule's file.
#[derive(Clone, Debug)]
pub(super) struct Function {
    pub name: String,
    pub parameters: Vec<String>,
    /// Where its name stands.
    pub place: Place,
    /// A copy of its statements, for checks.
    pub body: Vec<Stmt>,
    /// What coverage counts, by the addresses of the nodes that run.
    pub branches: Branches,
}

impl Function {
    /// Whether it is a test.
    pub fn is_test(&self) -> bool {
        self.name.starts_with("test_")
    }
}

/// A rule that can run.
#[derive(Debug)]
pub(super) struct Compiled {
    pub source: Source,
    pub head: Arc<Head>,
    pub ast: AST,
    /// In the order of the file.
    pub functions: Vec<Function>,
}

impl Compiled {
    /// Where a function stands; the file where it does not.
    pub fn place_of(&self, function: &str) -> Place {
        self.functions
            .iter()
            .find(|f| f.name == function)
            .map_or_else(|| Place::file(self.source.path.clone()), |f| f.place.clone())
    }
}

/// Reads the bytes as text.
pub(super) fn decode(id: &str, path: &str, bytes: &[u8]) -> Result<Source, Diagnostic> {
    let file: Arc<str> = path.into();
    let whole = Place::file(file.clone());
    if bytes.len() > MAX_FILE {
        return Err(Diagnostic::error(
            "limit-size",
            &whole,
            format!("the file is larger than {MAX_FILE} bytes, the most that a rule may have"),
        ));
    }
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            let before = &bytes[..error.valid_up_to()];
            let line = before.iter().filter(|b| **b == b'\n').count() + 1;
            let start = before.iter().rposition(|b| *b == b'\n').map_or(0, |i| i + 1);
            let column = String::from_utf8_lossy(&before[start..]).chars().count() + 1;
            let small = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
            return Err(Diagnostic::error(
                "not-utf8",
                &Place::new(file, small(line), small(column), 1),
                "this byte is no UTF-8 text",
            )
            .help("save the file as UTF-8"));
        }
    };
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.lines().count() > MAX_LINES {
        return Err(Diagnostic::error("limit-size", &whole, format!("the file has more than {MAX_LINES} lines")));
    }
    for (number, line) in text.lines().enumerate() {
        let mark = line.chars().position(|c| [OPEN, CLOSE].contains(&c));
        let long = line.chars().count() > MAX_LINES;
        if mark.is_some() || long {
            let place =
                Place::new(file, u32::try_from(number + 1).unwrap_or(u32::MAX), mark.map_or(1, |m| m as u32 + 1), 1);
            return Err(if long {
                Diagnostic::error("limit-size", &place, format!("the line has more than {MAX_LINES} characters"))
            } else {
                Diagnostic::error(
                    "private-character",
                    &place,
                    "this private-use character is reserved for figures in texts",
                )
            });
        }
    }
    Ok(Source { id: id.to_owned(), path: file, text: text.into() })
}

/// Compiles a rule, with every mistake that can be found without running it.
pub(super) fn compile(engine: &Engine, words: &Words, source: Source) -> Result<Compiled, Vec<Diagnostic>> {
    // Rhai should not panic on any text; if it does, one rule is broken.
    let ast = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| engine.compile(&*source.text)))
        .map_err(|_| {
            let place = Place::file(source.path.clone());
            vec![Diagnostic::error("internal", &place, "the rule engine broke off while reading this rule")]
        })?
        .map_err(|error| vec![failure::of_parsing(&error, &source)])?;
    let mut found = Vec::new();
    let head = constant(&source, &ast, &mut found);
    let functions = functions(&source, &ast);
    check_functions(&source, words, &functions, &mut found);
    for function in &functions {
        for statement in &function.body {
            check_names(&source, words, &functions, statement, &mut found);
        }
    }
    match head {
        Some(head) if found.is_empty() => Ok(Compiled { source, head, ast, functions }),
        _ => Err(found),
    }
}

/// Finds `const RULE` and nothing else beside the functions.
fn constant(source: &Source, ast: &AST, found: &mut Vec<Diagnostic>) -> Option<Arc<Head>> {
    let mut head = None;
    let mut seen = false;
    for statement in ast.statements() {
        match statement {
            Stmt::Var(definition, flags, _)
                if definition.0.name.as_str() == "RULE" && flags.intersects(ASTFlags::CONSTANT) && !seen =>
            {
                seen = true;
                head = head::read(source, &definition.1, found);
            }
            Stmt::Noop(_) => {}
            other => {
                let place = source.place(other.position());
                found.push(
                    Diagnostic::error("rule-form", &place, "a rule holds one `const RULE` and functions, nothing else")
                        .help("move this into a function, or make it a parameter in `RULE`"),
                );
            }
        }
    }
    if !seen && found.is_empty() {
        let place = Place::new(source.path.clone(), 1, 1, 1);
        found.push(
            Diagnostic::error("rule-form", &place, "the file has no `const RULE`")
                .help("copy the beginning of another rule, or start with `ravijn new rule DOMAIN/NAME`"),
        );
    }
    head
}

/// The functions of the file, in its order.
fn functions(source: &Source, ast: &AST) -> Vec<Function> {
    let mut functions: Vec<(Position, Position, Function)> = ast
        .iter_fn_def()
        .map(|definition| {
            let (start, end) = (definition.body.start_position(), definition.body.end_position());
            let name = definition.name.to_string();
            let place = place_of_name(source, &name, start);
            let parameters = definition.params.iter().map(ToString::to_string).collect();
            (start, end, Function { name, parameters, place, body: Vec::new(), branches: Branches::default() })
        })
        .collect();
    functions.sort_by_key(|(start, ..)| (start.line(), start.position()));
    let key = |p: Position| (p.line(), p.position());
    ast.walk(&mut |path: &[ASTNode<'_>]| {
        if let [ASTNode::Stmt(statement)] = path {
            let at = key(statement.position());
            // Where a statement has no place of its own it is the block's.
            let of = functions.iter_mut().find(|(start, end, _)| key(*start) <= at && at <= key(*end));
            if let Some((_, _, function)) = of {
                function.branches.add(statement, source);
                function.body.push((*statement).clone());
            }
        }
        true
    });
    functions.into_iter().map(|(.., function)| function).collect()
}

/// Rhai keeps no place of a function's name: it stands before its body.
fn place_of_name(source: &Source, name: &str, body: Position) -> Place {
    let last = body.line().unwrap_or(1);
    for (number, line) in source.text.lines().enumerate().take(last).collect::<Vec<_>>().into_iter().rev() {
        for (at, _) in line.match_indices(name) {
            let before = line[..at].trim_end();
            let after = line[at + name.len()..].trim_start();
            if before.ends_with("fn") && after.starts_with('(') {
                let column = line[..at].chars().count() + 1;
                let small = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
                return Place::new(source.path.clone(), small(number + 1), small(column), small(name.chars().count()));
            }
        }
    }
    source.place(body)
}

fn check_functions(source: &Source, words: &Words, functions: &[Function], found: &mut Vec<Diagnostic>) {
    let whole = Place::new(source.path.clone(), 1, 1, 1);
    match functions.iter().find(|f| f.name == "risk") {
        None => found.push(
            Diagnostic::error("rule-form", &whole, "the file has no `fn risk(o)`")
                .help("a rule says what it finds in `fn risk(o) { ... }`"),
        ),
        Some(risk) if risk.parameters.len() != 1 => {
            found.push(Diagnostic::error(
                "rule-form",
                &risk.place,
                "`fn risk` takes one thing, the outcome: `fn risk(o)`",
            ));
        }
        Some(_) => {}
    }
    for (i, function) in functions.iter().enumerate() {
        if words.is_function(&function.name) || is_keyword(&function.name) {
            found.push(
                Diagnostic::error(
                    "redefinition",
                    &function.place,
                    format!("`{}` is a word of the vocabulary", function.name),
                )
                .help("choose another name for this function"),
            );
        }
        if functions[..i].iter().any(|f| f.name == function.name) {
            found.push(Diagnostic::error(
                "redefinition",
                &function.place,
                format!("there are two functions `{}`", function.name),
            ));
        }
        if function.is_test() && !function.parameters.is_empty() {
            found.push(Diagnostic::error("rule-form", &function.place, "a test takes nothing: `fn test_name()`"));
        }
    }
}

/// Functions of Rhai itself that no rule may call.
fn is_keyword(name: &str) -> bool {
    [
        "eval",
        "print",
        "debug",
        "call",
        "curry",
        "Fn",
        "is_shared",
        "is_def_var",
        "is_def_fn",
        "type_of",
        "import",
        "export",
        "this",
        "exit",
        "sleep",
        "timestamp",
    ]
    .contains(&name)
}

/// Every call must name a function of the vocabulary or of the file.
fn check_names(source: &Source, words: &Words, functions: &[Function], statement: &Stmt, found: &mut Vec<Diagnostic>) {
    let mut path = Vec::new();
    statement.walk(&mut path, &mut |path: &[ASTNode<'_>]| {
        match path.last() {
            Some(ASTNode::Expr(Expr::FnCall(call, position)) | ASTNode::Stmt(Stmt::FnCall(call, position)))
                if !call.is_operator_call() =>
            {
                let count = call.args.len();
                check_call(source, words, functions, (&call.name, call.is_qualified(), count, false), *position, found);
            }
            Some(ASTNode::Expr(Expr::MethodCall(call, position))) => {
                let count = call.args.len() + 1;
                check_call(source, words, functions, (&call.name, call.is_qualified(), count, true), *position, found);
            }
            Some(ASTNode::Expr(Expr::Variable(variable, _, position))) if !variable.2.is_empty() => {
                found.push(
                    Diagnostic::error(
                        "sandbox",
                        &source.place(*position),
                        "a rule sees nothing outside its own functions",
                    )
                    .help("read a threshold with o.parameter(\"name\")"),
                );
            }
            Some(ASTNode::Expr(Expr::ThisPtr(position))) => {
                found.push(Diagnostic::error("sandbox", &source.place(*position), "`this` means nothing in a rule"));
            }
            _ => {}
        }
        true
    });
}

fn check_call(
    source: &Source,
    words: &Words,
    functions: &[Function],
    (name, qualified, count, method): (&str, bool, usize, bool),
    position: Position,
    found: &mut Vec<Diagnostic>,
) {
    let place = source.place(position);
    if qualified || is_keyword(name) {
        found.push(Diagnostic::error("sandbox", &place, format!("`{name}` is switched off in rules")));
        return;
    }
    if let Some(own) = functions.iter().find(|f| f.name == name && !method) {
        if own.parameters.len() != count {
            found.push(Diagnostic::error(
                "unknown-function",
                &place,
                format!("`{name}` takes {} values here, not {count}", own.parameters.len()),
            ));
        }
        return;
    }
    if words.takes(name, count) {
        return;
    }
    let error = |message: String| Diagnostic::error("unknown-function", &place, message);
    if words.is_property(name) && !words.is_function(name) {
        found.push(error(format!("`{name}` is read without brackets")).help(format!("write .{name}")));
    } else if let Some(signatures) = words.signatures(name) {
        found.push(error(format!("`{name}` does not take {count} values")).help(format!("write {signatures}")));
    } else {
        let mut known: Vec<&str> = words.functions().collect();
        known.extend(functions.iter().map(|f| f.name.as_str()));
        let message = format!("there is no function `{name}`");
        found.push(match nearest(name, known) {
            Some(near) => error(message).help(format!("did you mean `{near}`?")),
            None => error(message).help("the reference of the vocabulary lists all of them"),
        });
    }
}
